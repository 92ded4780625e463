"""The paper's table: every variant trained, and tested on every database by its own protocol."""
