"""Crops of all databases of the study."""

from pathlib import Path

from facebehavior.cli.main import main as facebehavior
from facebehavior.errors import FaceBehaviorError

DATABASES = ("expression", "action_units", "affect", "joint", "test")
SCULPTED = ("expression", "test")
CROPS = ("--size", "48", "--colour", "grey")


def prepare(databases: Path, sculpted: Path, shards: Path) -> None:
    """Cut out the faces of every database whose shards are not there yet.

    Raises:
        FaceBehaviorError: a database cannot be prepared.
    """
    wanted = {shards / name: databases / name for name in DATABASES}
    wanted |= {shards / f"sculpted_{name}": sculpted / name for name in SCULPTED}
    for folder, database in wanted.items():
        if any(folder.glob("*.arrow")):
            continue
        code = facebehavior(["prepare", "synthetic", str(database), "-o", str(folder), *CROPS])
        if code:
            raise FaceBehaviorError(f"{database}: could not be prepared; see above")
