"""Studies: what the project has found out by training networks, each one command."""
