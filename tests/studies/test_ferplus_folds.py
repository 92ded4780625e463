"""Folds are pooled picture by picture, and copies of a picture are known as such."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from studies.ferplus_copies import validation
from studies.ferplus_folds import derive, kept_answers, summary_of
from studies.preparing import write_rows
from studies.runs import keep_arrays

from facebehavior.databases import Shards
from facebehavior.databases.shards import encode_crop
from facebehavior.faces.alignment import CropParameters
from facebehavior.labels import EXPRESSIONS, MANIFEST_COLUMNS, VOTE_EXPRESSIONS


def test_recalls_are_those_of_the_pictures_of_all_folds() -> None:
    truth, said = np.random.default_rng(0).integers(0, 7, (2, 3, 40))
    picture = np.arange(40)
    picture[1] = 0
    summary = summary_of({f"fold{n}": (truth[n], said[n], picture) for n in range(3)})
    recalls = [np.mean(said[truth == one] == one) for one in range(7)]
    assert [one["value"] for one in summary["recalls"].values()] == pytest.approx(recalls)
    assert summary["uar"]["value"] == pytest.approx(np.mean(recalls))
    assert summary["accuracy"]["value"] == pytest.approx(np.mean(truth == said))
    assert (summary["images"], summary["pictures"]) == (120, 117)


def test_copies_are_drawn_together() -> None:
    truth = np.repeat(np.arange(7), 20)
    said = np.where(np.arange(140) % 4 == 0, (truth + 1) % 7, truth)
    alone = summary_of({"fold0": (truth, said, np.arange(140))})
    # Every picture ten times, named as copies: nothing more is known.
    again = summary_of({"fold0": tuple(np.repeat(a, 10) for a in (truth, said, np.arange(140)))})
    assert again["accuracy"] == pytest.approx(alone["accuracy"])


def test_answers_are_read_as_they_were_kept(tmp_path: Path) -> None:
    answers = tuple(np.arange(5) + n for n in range(3))
    keep_arrays(tmp_path / "fold0.npz", truth=answers[0], said=answers[1], picture=answers[2])
    ((name, found),) = kept_answers(tmp_path).items()
    assert name == "fold0"
    np.testing.assert_array_equal(found, answers)


@pytest.fixture
def ferplus(tmp_path: Path) -> Path:
    """Ten pictures to train on, of which the last repeats the first, and three to validate on.

    Of these the first is a copy of a training picture, and the last has no majority.
    """
    faces = np.random.default_rng(0).integers(0, 255, (12, 16, 16, 1), dtype=np.uint8)
    order = [*range(9), 0, 3, 10, 11]
    votes = np.eye(len(VOTE_EXPRESSIONS), dtype=np.float32)[[place % 7 for place in order]]
    votes[-1] = 1.0 / len(VOTE_EXPRESSIONS)
    columns = {
        "image": pa.array([encode_crop(faces[place]) for place in order], pa.binary()),
        "database": pa.array(["ferplus"] * 13),
        "split": pa.array(["train"] * 10 + ["validation"] * 3),
        "expression": pa.array([EXPRESSIONS[place % 7] for place in order[:-1]] + [None]),
        "expression_votes": pa.array(list(votes), MANIFEST_COLUMNS["expression_votes"]),
        "valence": pa.array([0.0] * 13, pa.float32()),
    }
    write_rows(pa.table(columns), CropParameters(16, "grey"), tmp_path / "ferplus")
    return tmp_path / "ferplus"


def test_copies_are_one_subject_and_only_votes_are_left(ferplus: Path, tmp_path: Path) -> None:
    derive(ferplus, tmp_path / "folds")
    manifest = Shards(tmp_path / "folds").manifest
    subjects = manifest.column("subject").to_pylist()
    assert len(subjects) == 10
    assert subjects[9] == subjects[0]
    assert len(set(subjects)) == 9
    assert "valence" not in manifest.table.column_names


def test_copies_of_training_pictures_are_found(ferplus: Path) -> None:
    rows, classes, copied = validation(Shards(ferplus))
    assert rows.tolist() == [10, 11]
    assert classes.tolist() == [3, 3]
    assert copied.tolist() == [True, False]
