"""Crops of synthesized databases, as all studies that train small networks read them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from facebehavior.cli.main import main as facebehavior
from facebehavior.errors import FaceBehaviorError
from facebehavior.faces.alignment import CropParameters

CROP = CropParameters(48, "grey")


def prepare_databases(
    wanted: Mapping[str, Path], shards: Path, reader: str = "synthetic", options: Sequence[str] = ()
) -> None:
    """Cut out the faces of every database whose shards are not there yet.

    Args:
        wanted: folders of databases by the names of their shards.
        shards: for a folder of each name.
        reader: of all of them; `synthetic` reads what `facebehavior synthesize` has made.
        options: of the reader, as `key=value`.

    Raises:
        FaceBehaviorError: a database cannot be prepared.
    """
    for name, database in wanted.items():
        if is_prepared(shards / name):
            continue
        words = ["prepare", reader, str(database), "-o", str(shards / name)]
        words += [word for option in options for word in ("--option", option)]
        code = facebehavior([*words, "--size", str(CROP.size), "--colour", CROP.colour])
        if code:
            raise FaceBehaviorError(f"{database}: could not be prepared; see above")


def is_prepared(folder: Path) -> bool:
    """Say whether a folder holds shards."""
    return any(folder.glob("*.arrow"))
