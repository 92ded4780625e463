"""What is in a database, and what looks wrong with it, before an hour of training is lost."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from facebehavior.databases.lengths import compare_lengths
from facebehavior.databases.reading import ReadingReport
from facebehavior.labels import (
    ACTION_UNIT_COLUMNS,
    AFFECT,
    ATTRIBUTE_COLUMNS,
    EXPRESSIONS,
    Manifest,
)

RARE = 0.01
"""Share of the labelled rows below which a class is named as rare."""


@dataclass(frozen=True)
class DatabaseCheck:
    """What a database holds.

    Attributes:
        rows: usable rows.
        splits: rows of each split; the key None for rows without one.
        units: for `subject`, `video` and `identity`, how many there are; without those there are
            none of.
        labels: labelled rows of each kind of label.
        balance: for `expression` and `compound` rows of each class, for `action_units` and
            `attributes` the share of labelled rows on which each is present, for valence and
            arousal mean and standard deviation.
        suspicions: what looks wrong.
    """

    rows: int
    splits: Mapping[str | None, int]
    units: Mapping[str, int]
    labels: Mapping[str, int]
    balance: Mapping[str, Mapping[str, float]]
    suspicions: tuple[str, ...]


def check(manifest: Manifest, report: ReadingReport) -> DatabaseCheck:
    """Count what a database's reader has found, and look for what cannot be right.

    The frames of videos are counted, which takes the time to read the files.

    Args:
        manifest: what the reader gave.
        report: what it said; it takes what is said of the videos.

    Raises:
        FaceBehaviorError: the rows of a video do not fit its frames, in strict reading.
    """
    compare_lengths(manifest, report)
    balance = _balance(manifest)
    suspicions = [*report.warnings, *_suspicions(manifest, balance)]
    return DatabaseCheck(
        rows=len(manifest),
        splits=_counted(manifest.column("split")),
        units=_units(manifest),
        labels=_labels(manifest),
        balance=balance,
        suspicions=tuple(suspicions),
    )


def _counted(column: pa.ChunkedArray) -> dict[str | None, int]:
    counts = pc.value_counts(column)
    found = Counter(
        dict(
            zip(counts.field("values").to_pylist(), counts.field("counts").to_pylist(), strict=True)
        )
    )
    return dict(sorted(found.items(), key=lambda item: (item[0] is None, item[0])))


def _units(manifest: Manifest) -> dict[str, int]:
    names = ("subject", "video", "identity")
    counts = {name: int(pc.count_distinct(manifest.column(name)).as_py()) for name in names}
    return {name: count for name, count in counts.items() if count}


def _labels(manifest: Manifest) -> dict[str, int]:
    kinds = {
        "expression": ("expression",),
        "action_units": ACTION_UNIT_COLUMNS,
        "intensities": tuple(f"{name}_intensity" for name in ACTION_UNIT_COLUMNS),
        "valence": ("valence",),
        "arousal": ("arousal",),
        "compound": ("compound",),
        "identity": ("identity",),
        "attributes": ATTRIBUTE_COLUMNS,
    }
    counts = {kind: int(_any_valid(manifest, names).sum()) for kind, names in kinds.items()}
    return {kind: count for kind, count in counts.items() if count}


def _any_valid(
    manifest: Manifest, names: tuple[str, ...]
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    found = np.zeros(len(manifest), dtype=np.bool_)
    for name in names:
        if name in manifest.table.column_names:
            found |= manifest.column(name).is_valid().to_numpy()
    return found


def _balance(manifest: Manifest) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for name in ("expression", "compound"):
        counts = _counted(manifest.column(name).drop_null())
        if counts:
            found[name] = {str(key): float(value) for key, value in counts.items()}
    for kind, names in (("action_units", ACTION_UNIT_COLUMNS), ("attributes", ATTRIBUTE_COLUMNS)):
        rates = {
            name: float(pc.mean(manifest.column(name).cast(pa.float32())).as_py())
            for name in names
            if manifest.column(name).null_count < len(manifest)
        }
        if rates:
            found[kind] = rates
    for name in AFFECT:
        values = manifest.column(name).drop_null().to_numpy()
        if values.size:
            found[name] = {"mean": float(values.mean()), "deviation": float(values.std())}
    return found


def _suspicions(manifest: Manifest, balance: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    if not len(manifest):
        yield "not one row can be used"
        return
    yield from _expression_suspicions(balance.get("expression", {}))
    for name, rate in balance.get("action_units", {}).items():
        if rate in (0.0, 1.0):
            yield f"{name} is {'active' if rate else 'inactive'} in every labelled row"
    for name in AFFECT:
        if name in balance and balance[name]["deviation"] == 0.0:
            yield f"{name} has the same value in every labelled row"
    yield from _split_suspicions(manifest)


def _expression_suspicions(counts: Mapping[str, float]) -> Iterator[str]:
    if not counts:
        return
    total = sum(counts.values())
    missing = [name for name in EXPRESSIONS if name not in counts]
    if missing:
        yield f"no row is labelled {', '.join(missing)}"
    rare = [name for name, count in counts.items() if count < RARE * total]
    if rare:
        yield f"less than {RARE:.0%} of the rows are labelled {', '.join(rare)}"


def _split_suspicions(manifest: Manifest) -> Iterator[str]:
    """Name people who stand in several splits."""
    table = pa.table({name: manifest.column(name) for name in ("subject", "split")})
    known = table.filter(pc.is_valid(table["subject"]))
    if not known.num_rows:
        return
    grouped = known.group_by("subject").aggregate([("split", "count_distinct")])
    several = grouped.filter(pc.greater(grouped["split_count_distinct"], 1))
    if several.num_rows:
        example = several["subject"][0].as_py()
        yield (
            f"{several.num_rows} subjects stand in more than one split, such as {example}: figures "
            "on one would flatter a model trained on another"
        )
