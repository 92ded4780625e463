"""The databases: a reader each, and their preparation into shards."""

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

from facebehavior.databases.afew_va import read_afew_va
from facebehavior.databases.aff_wild import read_aff_wild
from facebehavior.databases.aff_wild2 import read_aff_wild2
from facebehavior.databases.aff_wild2_mtl import read_aff_wild2_mtl
from facebehavior.databases.affectnet import read_affectnet
from facebehavior.databases.bp4d import read_bp4d
from facebehavior.databases.bp4d_plus import read_bp4d_plus
from facebehavior.databases.c_expr_db import read_c_expr_db
from facebehavior.databases.celeba import read_celeba
from facebehavior.databases.cfee import read_cfee
from facebehavior.databases.disfa import read_disfa
from facebehavior.databases.disfa_plus import read_disfa_plus
from facebehavior.databases.emotionet import read_emotionet
from facebehavior.databases.expw import read_expw
from facebehavior.databases.fer2013 import read_fer2013
from facebehavior.databases.ferplus import read_ferplus
from facebehavior.databases.lfw import read_lfw, read_pairs
from facebehavior.databases.manifest_file import read_manifest_file
from facebehavior.databases.pairs import Pair
from facebehavior.databases.preparation import PreparationReport, is_prepared, prepare
from facebehavior.databases.raf_au import read_raf_au
from facebehavior.databases.raf_ce import read_raf_ce
from facebehavior.databases.raf_db import read_raf_db
from facebehavior.databases.raf_db_compound import read_raf_db_compound
from facebehavior.databases.reading import Reader, ReadingReport
from facebehavior.databases.shards import Shards
from facebehavior.databases.synthetic import read_synthetic
from facebehavior.databases.table import read_table
from facebehavior.errors import FaceBehaviorError

READERS: Mapping[str, Reader] = {
    "afew-va": read_afew_va,
    "aff-wild": read_aff_wild,
    "aff-wild2": read_aff_wild2,
    "aff-wild2-mtl": read_aff_wild2_mtl,
    "affectnet": read_affectnet,
    "bp4d": read_bp4d,
    "bp4d-plus": read_bp4d_plus,
    "c-expr-db": read_c_expr_db,
    "celeba": read_celeba,
    "cfee": read_cfee,
    "disfa": read_disfa,
    "disfa-plus": read_disfa_plus,
    "emotionet": read_emotionet,
    "expw": read_expw,
    "fer2013": read_fer2013,
    "ferplus": read_ferplus,
    "lfw": read_lfw,
    "manifest": read_manifest_file,
    "raf-au": read_raf_au,
    "raf-ce": read_raf_ce,
    "raf-db": read_raf_db,
    "raf-db-compound": read_raf_db_compound,
    "synthetic": read_synthetic,
    "table": read_table,
}
"""Name of each database and what reads it; `table` is the user's own CSV or Parquet file, and
`manifest` one that a program has written."""

PAIRS: Mapping[str, Callable[[Path, ReadingReport], Sequence[Pair]]] = {"lfw": read_pairs}
"""What reads the pairs of pictures that a release compares, by the name of its database."""


def find_reader(name: str) -> Reader:
    """Give the reader of a database.

    Raises:
        FaceBehaviorError: there is none of that name.
    """
    if name not in READERS:
        nearest = get_close_matches(name, READERS, n=1, cutoff=0.0)[0]
        raise FaceBehaviorError(
            f"unknown database {name!r}; did you mean {nearest!r}? known: {', '.join(READERS)}"
        )
    return READERS[name]


def find_pairs(name: str, root: Path, report: ReadingReport) -> Sequence[Pair]:
    """Read the pairs of pictures that a database's release compares; most have none."""
    return PAIRS[name](root, report) if name in PAIRS else ()


__all__ = [
    "PAIRS",
    "READERS",
    "Pair",
    "PreparationReport",
    "Reader",
    "ReadingReport",
    "Shards",
    "find_pairs",
    "find_reader",
    "is_prepared",
    "prepare",
    "read_table",
]
