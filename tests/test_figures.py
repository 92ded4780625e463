import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_figures_of_the_pages_are_those_that_were_measured() -> None:
    command = [sys.executable, str(ROOT / "tools" / "write_figures.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
