"""The metrics of a run, one JSON object a line."""

import json
from collections.abc import Mapping
from pathlib import Path

from facebehavior.files import explained_write_errors, writing


class Journal:
    """Appends lines to `metrics.jsonl`; after a resume it goes on as if nothing had happened.

    Args:
        path: of the file.
        step: lines of later steps are removed: those steps are done again.

    Raises:
        FaceBehaviorError: the file cannot be written.
    """

    def __init__(self, path: Path, step: int) -> None:
        self.path = path
        kept = [line for line in _complete_lines(path) if json.loads(line)["step"] <= step]
        with writing(path) as unfinished:
            unfinished.write_text("".join(f"{line}\n" for line in kept))

    def note(self, step: int, figures: Mapping[str, float]) -> None:
        """Write the figures of one step.

        Raises:
            FaceBehaviorError: the disk is full.
        """
        line = json.dumps({"step": step, **figures})
        with explained_write_errors(self.path), self.path.open("a") as file:
            file.write(f"{line}\n")


def _complete_lines(path: Path) -> list[str]:
    """Give the lines that were written to their end; a kill may leave half a line."""
    if not path.exists():
        return []
    return [line for line in path.read_text().splitlines() if line.endswith("}")]
