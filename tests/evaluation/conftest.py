"""Lets the tests of this room import `tests.tiny_models`, which lies beside the rooms."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
