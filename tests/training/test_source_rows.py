"""What a source is learned from: a part of its rows, some of its labels, and nobody left out."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.training.test_run import toy_configuration
from tests.training.toys import write_toy_shard

from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import ATTRIBUTES_TASK, EXPRESSIONS, Manifest, label_arrays
from facebehavior.training.configuration import checked_configuration
from facebehavior.training.data import TrainingData, open_training_data
from facebehavior.training.label_set_section import LabelSet, Source
from facebehavior.training.source_rows import in_part, with_companions


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    columns = ["identity", "attr_smiling", "expression", "au12"]
    return write_toy_shard(tmp_path_factory.mktemp("people"), columns, 80, seed=2)


def opened(*sources: dict[str, Any]) -> TrainingData:
    sets = [LabelSet(name=str(n), sources=(Source(**one),)) for n, one in enumerate(sources)]
    return open_training_data(sets, 0, [ATTRIBUTES_TASK], people=True)


@given(st.integers(0, 200), st.integers(0, 5), st.lists(st.floats(0, 1), max_size=4))
def test_parts_that_share_no_number_share_no_row(rows: int, seed: int, cuts: list[float]) -> None:
    edges = sorted({0.0, 1.0, *cuts})
    parts = [in_part(Source(shards="x", part=pair), rows, seed) for pair in pairwise(edges)]
    assert np.array_equal(np.sum(parts, axis=0), np.ones(rows))


def test_every_picture_teaches_its_person_or_its_attributes(shards: Path) -> None:
    """How the second case study gives every picture one kind of label."""
    data = opened(
        {"shards": str(shards), "part": (0.0, 0.5), "tasks": ["identity"]},
        {"shards": str(shards), "part": (0.5, 1.0), "tasks": ["attributes"]},
    )
    (people,), (attributes,) = data.label_sets
    assert not set(people.rows) & set(attributes.rows)
    assert len(people.rows) + len(attributes.rows) == 80
    assert people.labels.further["identity"].annotated.all()
    assert not people.labels.further["attributes"].annotated.any()
    assert not attributes.labels.further["identity"].annotated.any()
    assert attributes.labels.further["attributes"].annotated.any(axis=1).all()
    for one in (people, attributes):
        assert not one.labels.expression_annotated.any()
        assert not one.labels.action_units_annotated.any()


def test_nobody_left_out_is_trained_on_or_held_out(shards: Path) -> None:
    left_out = tuple(f"person {number}" for number in range(0, 40, 2))
    data = opened({"shards": str(shards), "hold_out": 0.3, "without_subjects": left_out})
    (training,), held_out = data.label_sets[0], data.held_out[0]
    subjects = np.array(training.shards.manifest.column("subject").to_pylist())
    assert len(held_out.rows) == 12
    assert len(training.rows) == 28
    assert not set(subjects[training.rows]) & set(left_out)
    assert not set(subjects[held_out.rows]) & set(left_out)
    assert not set(subjects[training.rows]) & set(subjects[held_out.rows])


def test_a_person_is_in_the_same_fold_of_every_part(shards: Path) -> None:
    fold = {"number": 1, "of": 4}
    data = opened(
        {"shards": str(shards), "part": (0.0, 0.5), "fold": fold},
        {"shards": str(shards), "part": (0.5, 1.0), "fold": fold},
    )
    first, second = ({int(row) // 2 for row in one.rows} for one in data.held_out)
    # Forty people, two pictures each, a fourth of them in the fold; nobody else is lost.
    assert len(first | second) == 10
    assert sum(len(one.rows) for one in data.held_out) == 20
    assert sum(len(pictures.rows) for (pictures,) in data.label_sets) == 60


def test_labels_of_some_tasks_alone() -> None:
    rows = [{"image": "a", "database": "x", "expression": EXPRESSIONS[1], "au12": True}]
    labels = label_arrays(Manifest.from_rows(rows), [ATTRIBUTES_TASK])
    kept = labels.only(["action_units"])
    assert not kept.expression_annotated.any()
    assert not kept.expression.any()
    assert np.array_equal(kept.action_units_annotated, labels.action_units_annotated)
    both = labels.only(["expression", "action_units", "affect", "attributes"])
    assert all(
        np.array_equal(ours, theirs)
        for (_, ours), (_, theirs) in zip(both.arrays(), labels.arrays(), strict=True)
    )


def test_labels_are_read_only_beside_those_of_other_columns() -> None:
    smile = {"valence": 0.4, "arousal": 0.2}
    rows: list[dict[str, object]] = [
        {"image": "a", "database": "x", **smile, "au12": True},
        {"image": "b", "database": "x", **smile, "compound": "happily_surprised"},
        {"image": "c", "database": "x", "attr_smiling": True, "expression": EXPRESSIONS[1]},
        {"image": "d", "database": "x", "attr_smiling": True},
    ]
    manifest = Manifest.from_rows(rows)
    labels = label_arrays(manifest, [ATTRIBUTES_TASK])
    columns = {"affect": ("expression", "compound"), "attributes": ("expression",)}
    kept = with_companions(Source(shards="x", only_with=columns), manifest, labels)
    assert kept.affect_annotated.tolist() == [[False] * 2, [True] * 2, [False] * 2, [False] * 2]
    assert kept.affect[0].tolist() == [0, 0]
    assert kept.affect[1].tolist() == pytest.approx([0.4, 0.2])
    attributes = kept.further["attributes"]
    assert attributes.annotated.any(axis=1).tolist() == [False, False, True, False]
    assert not attributes.values[3].any()
    assert kept.any().tolist() == [True, True, True, False]
    assert np.array_equal(kept.action_units_annotated, labels.action_units_annotated)
    assert np.array_equal(kept.expression_annotated, labels.expression_annotated)
    assert labels.affect_annotated[0].all()  # those that were given are as they were


def test_a_task_of_which_nothing_is_left_is_named(tmp_path: Path) -> None:
    shard = write_toy_shard(tmp_path, ["valence", "arousal"], 12, seed=3)
    with pytest.raises(FaceBehaviorError, match="no label of affect beside one of expression"):
        opened({"shards": str(shard), "only_with": {"affect": ["expression"]}})


def test_who_is_held_out_stays_so(shards: Path) -> None:
    source: dict[str, Any] = {"shards": str(shards), "hold_out": 0.3}
    all_labels = opened(source).held_out[0]
    some = opened({**source, "only_with": {"action_units": ["expression"]}}).held_out[0]
    assert np.array_equal(all_labels.rows, some.rows)


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"tasks": ["identity_"]}, "found 'identity_'"),
        ({"only_with": {"affects": ["expression"]}}, "found 'affects'"),
        ({"only_with": {"identity": ["expression"]}}, "found 'identity'"),
        ({"only_with": {"affect": ["compounds"]}}, "found 'compounds'"),
        ({"only_with": {"expression": ["label_own"]}}, "found 'label_own'"),
        ({"only_with": {"affect": []}}, "at least 1 item"),
        ({"without_subjects": ["SN001"]}, "no subject 'SN001'"),
        ({"part": (0.5, 0.5)}, "a smaller and a larger"),
    ],
)
def test_mistakes_are_named(shards: Path, changed: dict[str, Any], named: str) -> None:
    content: dict[str, Any] = toy_configuration([shards])
    content["label_sets"][0]["sources"][0] |= changed
    with pytest.raises(FaceBehaviorError, match=named):
        open_training_data(checked_configuration(content, "toy").label_sets, 0)


def test_pictures_of_nobody_known_are_not_trained_on_through_another_source(tmp_path: Path) -> None:
    columns = ["identity", "expression", "au12"]
    folder = write_toy_shard(tmp_path / "nobody", columns, 80, subjects=False)
    (tmp_path / "again").symlink_to(folder)
    other = write_toy_shard(tmp_path / "other", columns, 80, subjects=False)
    data = opened(
        {"shards": str(folder), "hold_out": 0.25, "tasks": ["expression"]},
        {"shards": str(tmp_path / "again"), "tasks": ["action_units"]},
        {"shards": str(other)},
    )
    (first,), (second,), (third,) = data.label_sets
    held_out = set(data.held_out[0].rows)
    assert len(held_out) == 20
    assert set(first.rows) == set(second.rows) == set(range(80)) - held_out
    assert len(third) == 80
