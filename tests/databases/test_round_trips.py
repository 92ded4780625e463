"""Every label that is written in a release's layout is read, and none that is not there."""

import io
import random
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.databases.round_trips import action_units, affect, own, pictures
from tests.databases.round_trips.tree import Tree

from facebehavior.databases import READERS, ReadingReport
from facebehavior.databases.pictures import is_video_name
from facebehavior.labels import ACTION_UNIT_COLUMNS, ATTRIBUTE_COLUMNS

WRITERS: Mapping[str, tuple[str, Callable[[Tree], None], str]] = {
    "afew-va": ("afew-va", affect.afew_va, ""),
    "aff-wild": ("aff-wild", affect.aff_wild, ""),
    "aff-wild2": ("aff-wild2", affect.aff_wild2, ""),
    "aff-wild2-mtl": ("aff-wild2-mtl", affect.aff_wild2_mtl, ""),
    "affectnet": ("affectnet", affect.affectnet, ""),
    "affectnet of 2021": ("affectnet", affect.affectnet_of_2021, ""),
    "bp4d": ("bp4d", action_units.bp4d, ""),
    "bp4d-plus": ("bp4d-plus", action_units.bp4d_plus, ""),
    "c-expr-db": ("c-expr-db", affect.c_expr_db, ""),
    "celeba": ("celeba", pictures.celeba, ""),
    "cfee": ("cfee", pictures.cfee, ""),
    "disfa": ("disfa", action_units.disfa, ""),
    "disfa-plus": ("disfa-plus", action_units.disfa_plus, ""),
    "emotionet": ("emotionet", action_units.emotionet, ""),
    "expw": ("expw", pictures.expw, ""),
    "fer2013": ("fer2013", pictures.fer2013, ""),
    "ferplus": ("ferplus", pictures.ferplus, ""),
    "ferplus, one list": ("ferplus", pictures.ferplus_list, ""),
    "lfw": ("lfw", pictures.lfw, ""),
    "manifest": ("manifest", own.manifest, "own.parquet"),
    "raf-au": ("raf-au", action_units.raf_au, ""),
    "raf-ce": ("raf-ce", action_units.raf_ce, ""),
    "raf-db": ("raf-db", pictures.raf_db, ""),
    "raf-db-compound": ("raf-db-compound", pictures.raf_db_compound, ""),
    "table": ("table", own.table_csv, "own.csv"),
    "table, Parquet": ("table", own.table_parquet, "own.parquet"),
}
"""Reader, what writes a random tree for it, and the file that it reads where that is no folder."""

LABELS = (
    "expression", "expression_votes", "valence", "arousal", "compound", "identity",
    *ACTION_UNIT_COLUMNS, *(f"{name}_intensity" for name in ACTION_UNIT_COLUMNS),
    *ATTRIBUTE_COLUMNS,
)  # fmt: skip
"""Columns of which every one has to be as written, or missing."""


def test_every_reader_makes_the_trip() -> None:
    # Synthetic databases are manifests in a folder; their own tests make and read them.
    assert {reader for reader, _, _ in WRITERS.values()} == set(READERS) - {"synthetic"}


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", WRITERS)
def test_labels_are_read_as_they_were_written(name: str, seed: int, tmp_path: Path) -> None:
    reader, write, file = WRITERS[name]
    tree = Tree(tmp_path, random.Random(f"{name} {seed}"))
    write(tree)
    report = ReadingReport()
    manifest = READERS[reader](tmp_path / file, report, **tree.options)
    found = {_key(row, tmp_path): row for row in manifest.rows()}
    assert len(found) == len(manifest)
    assert found.keys() == tree.expected.keys()
    assert found
    for key, expected in tree.expected.items():
        labels = {n: found[key][n] for n in LABELS if found[key].get(n) is not None}
        for column in (*labels, *expected):
            assert _same(found[key].get(column), expected.get(column)), (key, column, expected)
    assert all("names a picture that is not there" in one.reason for one in report.problems)


def _key(row: Mapping[str, object], root: Path) -> str:
    image = row["image"]
    if isinstance(image, bytes):
        with Image.open(io.BytesIO(image)) as picture:
            return sha256(np.asarray(picture).tobytes()).hexdigest()
    path = str(Path(str(image)).relative_to(root))
    if is_video_name(path):
        return f"{path}#{row['frame']}"
    return f"{path}#{row['face_box']}" if row["database"] == "expw" else path


def _same(found: object, expected: object) -> bool:
    if isinstance(expected, bool | str) or expected is None or found is None:
        return found == expected and type(found) is type(expected)
    return bool(found == pytest.approx(expected, abs=1e-4 if isinstance(expected, list) else 1e-6))
