"""Stop with one line where Python is too old for the project."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - the point is to be run by an older Python
    found = ".".join(map(str, sys.version_info[:3]))
    sys.exit(f"Python 3.11 or newer is needed, found {found}; try: make PYTHON=python3.11 ...")
