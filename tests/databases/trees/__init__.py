"""Tiny trees of files in the layouts in which the databases are released."""
