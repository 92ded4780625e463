"""Valence (unpleasant to pleasant) and arousal (calm to excited), both from -1 to 1."""

AFFECT = ("valence", "arousal")
"""The two dimensions of affect in the order of every table, head and file of the project."""
