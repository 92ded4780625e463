"""The coders' level from which labels say that an action unit is active."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from tests.conftest import Answer
from tests.databases.trees import TREES

from facebehavior.evaluation import find_protocol
from facebehavior.evaluation.intensities import active_from
from facebehavior.labels import Manifest

DISFA_8 = find_protocol("disfa-8")


def level_of(rows: Sequence[Mapping[str, object]], chosen: list[int] | None = None) -> int | None:
    manifest = Manifest.from_rows({"image": "x", "database": "disfa"} | dict(row) for row in rows)
    places = np.array(range(len(rows)) if chosen is None else chosen, dtype=np.int64)
    return active_from(manifest, places, DISFA_8.truth(manifest))


def coded(unit: str, level: float, active: bool) -> dict[str, object]:
    return {unit: active, f"{unit}_intensity": level / 5}


@pytest.mark.parametrize("threshold", [1, 2, 3, 4, 5])
def test_the_level_of_the_labels_is_found(threshold: int) -> None:
    rows = [coded("au12", level, level >= threshold) for level in range(6)]
    assert level_of(rows) == threshold
    # Other action units than those that are judged do not count.
    assert level_of([row | coded("au05", 1, True) for row in rows]) == threshold


def test_rows_that_are_not_judged_do_not_count() -> None:
    rows = [coded("au12", 0, False), coded("au12", 3, True), coded("au12", 1, True)]
    assert level_of(rows, [0, 1]) == 3
    assert level_of(rows) == 1


@pytest.mark.parametrize(
    "rows",
    [
        [coded("au12", 1, True), coded("au06", 2, False)],  # coded apart, as in BP4D
        [coded("au12", 0, False)],
        [{"au12": True}],
        [{"au12": True, "au12_intensity": 0.37}],  # not a coders' level
        [{"au12_intensity": 0.4}],
        [{"valence": 0.1}],
    ],
)
def test_labels_that_do_not_follow_from_a_level(rows: Sequence[Mapping[str, object]]) -> None:
    assert level_of(rows) is None


@pytest.mark.parametrize("threshold", [1, 2])
def test_the_report_names_the_threshold(
    facebehavior: Callable[..., Answer], tiny_model: Path, tmp_path: Path, threshold: int
) -> None:
    TREES["disfa"](tmp_path / "disfa")
    shards, out = tmp_path / "shards", tmp_path / "report"
    words = ("prepare", "disfa", tmp_path / "disfa", "-o", shards, "--size", 16)
    facebehavior(*words, "--colour", "grey", "--option", f"threshold={threshold}")
    asked = ("evaluate", tiny_model, shards, "--protocol", "disfa-12", "-o", out)
    assert facebehavior(*asked).code == 0
    text = (out / "report.md").read_text()
    assert f"| action units are active from | intensity {threshold} of 5 |" in text
    assert json.loads((out / "report.json").read_text())["active_from"] == threshold
