from pathlib import Path

import numpy as np
import pytest
from tests.databases.trees import TREES

from facebehavior.databases import READERS, ReadingReport
from facebehavior.errors import FaceBehaviorError
from facebehavior.evaluation import PROTOCOLS, find_protocol
from facebehavior.evaluation.truth import every_label
from facebehavior.labels import EXPRESSIONS, Manifest

HAPPINESS, ANGER = EXPRESSIONS.index("happiness"), EXPRESSIONS.index("anger")


def _voted(expression: str | None, **votes: int) -> dict[str, object]:
    """A row with ten raters' votes; votes for what is no expression are missing to 1."""
    names = (*EXPRESSIONS, "contempt")
    return {
        "image": "x.png",
        "database": "ferplus",
        "split": "test",
        "expression": expression,
        "expression_votes": [votes.get(name, 0) / 10 for name in names],
    }


@pytest.fixture
def manifest() -> Manifest:
    return Manifest.from_rows(
        [
            _voted("happiness", happiness=9, neutral=1),
            _voted("anger", anger=6, contempt=4),
            _voted("anger", anger=5, neutral=2, sadness=1, fear=1, disgust=1),  # half is not more
            _voted(None, contempt=6, neutral=4),
            _voted(None, neutral=5, sadness=5),
            {"image": "y.png", "database": "ferplus", "expression": "happiness"},
        ]
    )


def test_the_majority_is_the_column_that_the_reader_filled(manifest: Manifest) -> None:
    truth = PROTOCOLS["ferplus-majority"].truth(manifest)
    assert list(truth.tasks()) == ["expression"]
    labels = truth.tasks()["expression"]
    np.testing.assert_array_equal(labels.annotated, [True, True, True, False, False, True])
    np.testing.assert_array_equal(
        labels.values[labels.annotated], [HAPPINESS, ANGER, ANGER, HAPPINESS]
    )
    assert list(truth.dropped) == ["no majority or contempt"]
    np.testing.assert_array_equal(truth.dropped["no majority or contempt"], ~labels.annotated)


def test_the_strict_rule_needs_more_than_half_of_all_ten_votes(manifest: Manifest) -> None:
    truth = PROTOCOLS["ferplus-strict"].truth(manifest)
    labels = truth.tasks()["expression"]
    np.testing.assert_array_equal(labels.annotated, [True, True, False, False, False, False])
    np.testing.assert_array_equal(labels.values[:2], [HAPPINESS, ANGER])
    assert {reason: np.flatnonzero(rows).tolist() for reason, rows in truth.dropped.items()} == {
        "no votes": [5],
        "no expression with more than half of all votes": [2, 4],
        "contempt": [3],
    }


def test_a_manifest_without_votes_has_no_strict_truth() -> None:
    plain = Manifest.from_rows([{"image": "x", "database": "d", "expression": "fear"}])
    truth = PROTOCOLS["ferplus-strict"].truth(plain)
    assert not truth.tasks()["expression"].annotated.any()
    assert truth.dropped["no votes"].all()


@pytest.mark.parametrize("name", PROTOCOLS)
def test_every_row_is_labelled_or_dropped_for_one_reason(name: str, manifest: Manifest) -> None:
    truth = PROTOCOLS[name].truth(manifest)
    reasons = sum((rows.astype(int) for rows in truth.dropped.values()), np.zeros(6, dtype=int))
    labelled = np.any([labels.rows() for labels in truth.tasks().values()], axis=0)
    assert (reasons[labelled] == 0).all()
    assert (reasons <= 1).all()
    if truth.dropped:
        np.testing.assert_array_equal(reasons == 0, labelled)


def test_every_label_of_every_task_counts_by_default() -> None:
    rows: list[dict[str, object]] = [
        {"image": "a", "database": "d", "au12": True, "au25": False},
        {"image": "b", "database": "d", "valence": -0.5},
        {"image": "c", "database": "d", "expression": "fear", "arousal": 0.25},
        {"image": "d", "database": "d"},
    ]
    tasks = every_label(Manifest.from_rows(rows)).tasks()
    np.testing.assert_array_equal(tasks["expression"].annotated, [False, False, True, False])
    assert tasks["action_units"].annotated.sum() == 2
    assert tasks["action_units"].values.dtype == np.bool_
    assert tasks["action_units"].values.sum() == 1
    np.testing.assert_array_equal(
        tasks["affect"].annotated, [[False] * 2, [True, False], [False, True], [False] * 2]
    )
    assert tasks["affect"].values[1, 0] == -0.5
    np.testing.assert_array_equal(tasks["affect"].rows(), [False, True, True, False])


def test_protocols_are_found_by_name_and_an_unknown_one_gives_the_nearest() -> None:
    assert find_protocol("ferplus-strict").split == "test"
    assert find_protocol("default").split is None
    with pytest.raises(FaceBehaviorError, match="nearest is 'ferplus-majority'") as caught:
        find_protocol("ferplus_majority")
    assert "default" in str(caught.value)


_MADE_FOR = [(one, name) for one in PROTOCOLS for name in PROTOCOLS[one].databases if name in TREES]


@pytest.mark.parametrize(("protocol", "database"), _MADE_FOR)
def test_what_a_protocol_judges_is_labelled_in_its_database(
    protocol: str, database: str, tmp_path: Path
) -> None:
    TREES[database](tmp_path)
    manifest = READERS[database](tmp_path, ReadingReport())
    asked = PROTOCOLS[protocol]
    # A split that is drawn may be empty in so small a tree.
    drawn = asked.split not in manifest.column("split").to_pylist()
    chosen = manifest if asked.split is None or drawn else manifest.split(asked.split)
    tasks = asked.truth(chosen).tasks()
    assert tasks
    assert all(labels.annotated.any() for labels in tasks.values())
    if asked.folds is not None:
        subjects = [str(name) for name in chosen.column("subject").to_pylist()]
        assert set(asked.folds(subjects)) == set(subjects)
