"""Making the databases of a configuration: pictures, manifests, and the truth beside them.

Layout of the output::

    synthesis.json              the configuration, its hash, and what the heads were made from
    DATABASE/images/SPLIT/000000.jpg ...
    DATABASE/manifest.parquet   what the database reveals
    DATABASE/truth.parquet      everything
    DATABASE/table.json         the table that its action units were drawn from
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facebehavior.databases.synthetic import MANIFEST
from facebehavior.databases.workers import in_processes
from facebehavior.errors import FaceBehaviorError
from facebehavior.files import writing
from facebehavior.labels import Manifest
from facebehavior.synthesis.appearance.wardrobe import check_assets
from facebehavior.synthesis.configuration import ALL_LABELS, Configuration
from facebehavior.synthesis.labelling import labels_of, revealed, true_labels
from facebehavior.synthesis.photographer import Materials, Photographer, picture_bytes
from facebehavior.synthesis.plan import PicturePlan, plan_database, truth_table

DESCRIPTION = "synthesis.json"
RENDERER = 2
"""Counted up whenever the same plan gives other pixels, so that no database mixes two kinds."""
_COMPARED = ("hash", "renderer", "skin_and_hair", "files")
"""What must be the same for a run to go on in a folder."""
TRUTH, TABLE = "truth.parquet", "table.json"


@dataclass(frozen=True)
class Made:
    """What became of one database.

    Attributes:
        database: its name.
        pictures: how many it has.
        people: how many people they show.
    """

    database: str
    pictures: int
    people: int


def synthesize(
    configuration: Configuration,
    output: Path,
    materials: Materials,
    *,
    databases: Sequence[str] = (),
    workers: int = 1,
) -> list[Made]:
    """Make databases; finished pictures and databases of an earlier run are kept.

    Args:
        configuration: what to make.
        output: folder of the databases.
        materials: where meshes, textures and sculpts are.
        databases: which of the configuration's; all where it is empty.
        workers: number of processes; the files are the same whatever it is.

    Raises:
        FaceBehaviorError: a database is not in the configuration, a folder lacks a part, the
            output holds another configuration's databases or cannot be written to.
    """
    names = checked_names(configuration, databases)
    if workers < 1:
        raise FaceBehaviorError(f"expected 1 worker or more, found {workers}")
    check_materials(configuration, materials)
    _describe(configuration, materials, output)
    return [_make(configuration, name, output / name, materials, workers) for name in names]


def checked_names(configuration: Configuration, databases: Sequence[str]) -> list[str]:
    """Give the databases asked for, all where none is named.

    Raises:
        FaceBehaviorError: one is not in the configuration.
    """
    for name in databases:
        if name not in configuration.databases:
            known = ", ".join(configuration.databases)
            raise FaceBehaviorError(f"unknown database {name!r}; {configuration.name} has: {known}")
    return list(databases or configuration.databases)


def check_materials(configuration: Configuration, materials: Materials) -> None:
    """Open everything once, so that what is missing is told before any work.

    Raises:
        FaceBehaviorError: a folder lacks a part.
    """
    if materials.assets is not None:
        check_assets(materials.assets)
    _photographer(configuration, materials)


def _make(
    configuration: Configuration, name: str, folder: Path, materials: Materials, workers: int
) -> Made:
    plans = plan_database(configuration, name)
    people = len({plan.person.name for plan in plans})
    if not _is_whole(folder, plans):
        work = partial(_take_chunk, configuration=configuration, materials=materials, folder=folder)
        points = list(in_processes(work, plans, workers, name))
        _write_labels(configuration, name, folder, plans, points, materials.assets is not None)
    return Made(name, len(plans), people)


def _is_whole(folder: Path, plans: Sequence[PicturePlan]) -> bool:
    """Whether nothing of a database is missing, nor has been taken away since it was made."""
    files = (MANIFEST, TRUTH, TABLE, *(plan.image for plan in plans))
    return all((folder / name).is_file() for name in files)


def _take_chunk(
    plans: Sequence[PicturePlan],
    configuration: Configuration,
    materials: Materials,
    folder: Path,
) -> list[NDArray[np.float64]]:
    """Take the pictures that are not there yet; give the five points of all."""
    photographer = _photographer(configuration, materials)
    points = []
    for plan in plans:
        path = folder / plan.image
        if path.is_file():
            points.append(photographer.points(plan))
            continue
        photograph = photographer.take(plan)
        with writing(path) as unfinished:
            unfinished.write_bytes(picture_bytes(photograph, plan))
        points.append(photograph.points)
    return points


_CACHED: dict[str, Photographer] = {}


def _photographer(configuration: Configuration, materials: Materials) -> Photographer:
    """Open a photographer once in each process."""
    key = f"{configuration.model_dump_json()} {materials}"
    if key not in _CACHED:
        _CACHED.clear()
        _CACHED[key] = Photographer(configuration, materials)
    return _CACHED[key]


def _write_labels(
    configuration: Configuration,
    name: str,
    folder: Path,
    plans: Sequence[PicturePlan],
    points: Sequence[NDArray[np.float64]],
    styled: bool,
) -> None:
    """Write table, truth and, last, the manifest, which says that the database is whole."""
    rows = [true_labels(plan, styled) for plan in plans]
    with writing(folder / TABLE) as unfinished:
        table = truth_table(configuration.generator_of(name)).to_dict()
        unfinished.write_text(json.dumps(table, indent=1) + "\n")
    truth = [revealed(row, ALL_LABELS, place) for row, place in zip(rows, points, strict=True)]
    Manifest.from_rows(truth).write(folder / TRUTH)
    shown = [
        revealed(row, labels_of(configuration, plan), place)
        for row, plan, place in zip(rows, plans, points, strict=True)
    ]
    Manifest.from_rows(shown).write(folder / MANIFEST)


def configuration_hash(configuration: Configuration) -> str:
    """Give the SHA-256 of a configuration, in hexadecimal."""
    content = json.dumps(configuration.model_dump(mode="json"), sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def _listed(folder: Path | None) -> str | None:
    """Give the SHA-256 (hex) of the names and sizes of a folder's files; None for no folder."""
    if folder is None:
        return None
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    lines = [f"{path.relative_to(folder).as_posix()} {path.stat().st_size}\n" for path in files]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _read_description(path: Path) -> dict[str, object]:
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        found = None
    if not isinstance(found, dict):
        raise FaceBehaviorError(
            f"{path}: expected the description of synthetic databases, found a damaged file; "
            "give another folder"
        )
    return found


def _describe(configuration: Configuration, materials: Materials, output: Path) -> None:
    """Write what the folder holds, or compare it with what is written there."""
    path = output / DESCRIPTION
    sculpts = materials.sculpts if configuration.uses_sculpts else None
    content = {
        "hash": configuration_hash(configuration),
        "renderer": RENDERER,
        "skin_and_hair": "MakeHuman system assets" if materials.assets else "made by code",
        "files": {"assets": _listed(materials.assets), "sculpts": _listed(sculpts)},
        "configuration": configuration.model_dump(mode="json"),
    }
    if path.is_file():
        found = _read_description(path)
        if any(found.get(key) != content[key] for key in _COMPARED):
            raise FaceBehaviorError(
                f"{output}: holds databases of another configuration or made from other files "
                f"({found.get('skin_and_hair')}, hash {str(found.get('hash'))[:12]}); "
                "give another folder"
            )
        return
    with writing(path) as unfinished:
        unfinished.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n")
