"""The action units: the union of those that EmotioNet, DISFA, BP4D and BP4D+ code."""

ACTION_UNIT_NAMES = {
    1: "inner brow raiser",
    2: "outer brow raiser",
    4: "brow lowerer",
    5: "upper lid raiser",
    6: "cheek raiser",
    7: "lid tightener",
    9: "nose wrinkler",
    10: "upper lip raiser",
    12: "lip corner puller",
    14: "dimpler",
    15: "lip corner depressor",
    17: "chin raiser",
    20: "lip stretcher",
    23: "lip tightener",
    24: "lip pressor",
    25: "lips part",
    26: "jaw drop",
}
"""FACS number and name of each action unit."""

ACTION_UNITS = tuple(ACTION_UNIT_NAMES)
"""The 17 FACS numbers in the order of every table, head and file of the project."""

ACTION_UNIT_COLUMNS = tuple(f"au{number:02d}" for number in ACTION_UNITS)
"""The names under which the action units stand in manifests and records."""
