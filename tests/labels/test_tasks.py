from pathlib import Path

import numpy as np
import pytest

from facebehavior.databases.reading import ReadingReport
from facebehavior.databases.table import read_table
from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import (
    ATTRIBUTES_TASK,
    COMPOUND_TASK,
    EMBEDDING_TASK,
    Manifest,
    Task,
    identity_task,
    joined_labels,
    label_arrays,
    person_names,
    task_labels,
)

DIGITS = Task("digit", "exclusive", ("zero", "one"), ("label_digit",))
STROKES = Task("strokes", "binary", ("bar", "ring"), ("label_bar", "label_ring"))


def manifest(*rows: dict[str, object]) -> Manifest:
    return Manifest.from_rows({"image": "x", "database": "d"} | row for row in rows)


def test_exclusive_labels_are_places_in_the_vocabulary() -> None:
    found = task_labels(manifest({"compound": "hatred"}, {}, {"compound": "awed"}), COMPOUND_TASK)
    assert [COMPOUND_TASK.labels[place] for place in found.values[[0, 2]]] == ["hatred", "awed"]
    assert found.annotated.tolist() == [True, False, True]
    assert found.values[1] == 0


def test_binary_labels_are_known_one_by_one() -> None:
    found = task_labels(manifest({"attr_bald": True}, {"attr_young": False}), ATTRIBUTES_TASK)
    bald, young = (ATTRIBUTES_TASK.labels.index(name) for name in ("attr_bald", "attr_young"))
    assert found.annotated.sum() == 2
    assert found.annotated[0, bald]
    assert found.annotated[1, young]
    assert found.values.sum() == found.values[0, bald] == 1


def test_identities_are_told_apart_over_databases_and_strangers_are_no_label() -> None:
    given = manifest({"identity": "7"}, {"identity": "8"}, {})
    other = Manifest.from_rows([{"image": "x", "database": "e", "identity": "7"}])
    assert person_names(given) == ["d/7", "d/8", None]
    task = identity_task(("d/7", "e/7"))
    assert task_labels(given, task).annotated.tolist() == [True, False, False]
    assert task_labels(other, task).values.tolist() == [1]


def test_tasks_of_ones_own_stand_in_columns_of_ones_own() -> None:
    given = manifest(
        {"label_digit": "one", "label_bar": True, "label_ring": False}, {"label_digit": "zero"}
    )
    labels = label_arrays(given, (DIGITS, STROKES))
    assert labels.further["digit"].values.tolist() == [1, 0]
    assert labels.further["strokes"].values.tolist() == [[1, 0], [0, 0]]
    assert labels.further["strokes"].annotated.tolist() == [[True, True], [False, False]]
    assert labels.any().tolist() == [True, True]
    both = joined_labels([labels[np.array([1])], labels[np.array([0])]])
    assert both.further["digit"].values.tolist() == [0, 1]
    # A manifest without the columns has no labels of the task.
    assert not label_arrays(manifest({}), (DIGITS, STROKES)).any().any()


def test_an_unknown_label_is_named_with_its_column() -> None:
    with pytest.raises(
        FaceBehaviorError, match=r"zero, one, found 'two' in the column label_digit"
    ):
        task_labels(manifest({"label_digit": "two"}), DIGITS)


@pytest.mark.parametrize(
    ("kind", "labels", "columns", "message"),
    [
        ("exclusive", ("a",), ("label_a",), "two labels or more"),
        ("exclusive", ("a", "a"), ("label_a",), "each once"),
        ("binary", (), (), "needs labels"),
        ("exclusive", ("a", "b"), ("label_a", "label_b"), "needs 1 columns, found 2"),
        ("binary", ("a", "b"), ("label_a",), "needs 2 columns, found 1"),
        ("exclusive", ("a", "b"), ("digit",), "no column 'digit'; those of tasks of your own"),
    ],
)
def test_a_task_that_does_not_fit_together_is_refused(
    kind: str, labels: tuple[str, ...], columns: tuple[str, ...], message: str
) -> None:
    with pytest.raises(FaceBehaviorError, match=message):
        Task("toy", kind, labels, columns)  # type: ignore[arg-type]


def test_a_teachers_embedding_is_a_direction() -> None:
    found = task_labels(
        manifest({"embedding": [3.0, 4.0]}, {"embedding": None}, {"embedding": [0.0, -2.0, 0.0]}),
        EMBEDDING_TASK,
    )
    assert found.annotated.tolist() == [True, False, True]
    assert found.values.shape == (3, 512)
    np.testing.assert_allclose(found.values[0, :3], [0.6, 0.8, 0.0])
    np.testing.assert_allclose(np.linalg.norm(found.values, axis=1), [1.0, 0.0, 1.0])


@pytest.mark.parametrize("numbers", [[0.0, 0.0], [float("nan"), 1.0], [1.0] * 513])
def test_an_embedding_without_a_direction_is_refused(numbers: list[float]) -> None:
    with pytest.raises(FaceBehaviorError, match="row 0 holds"):
        task_labels(manifest({"embedding": numbers}), EMBEDDING_TASK)


@pytest.mark.parametrize(
    ("values", "named"),
    [
        (["yes", None, "no"], "'yes'"),
        (["0.5", None, "yes"], "'yes'"),
        ([1.0, 4.0, None], "4.0"),
        ([0.0, -1.0], "-1.0"),
        ([0.5, float("nan")], "nan"),
    ],
)
def test_a_binary_label_that_is_neither_true_nor_false_is_named_with_its_column(
    values: list[object], named: str
) -> None:
    rows = ({"label_bar": True, "label_ring": value} for value in values)
    with pytest.raises(FaceBehaviorError, match=f"strokes: .* label_ring, found {named}$"):
        task_labels(manifest(*rows), STROKES)


@pytest.mark.parametrize("values", [[True, None, False], [1.0, None, 0.0]])
def test_truths_and_numbers_are_the_same_binary_labels(values: list[object]) -> None:
    found = task_labels(manifest(*({"label_ring": value} for value in values)), STROKES)
    assert found.values[:, 1].tolist() == [1.0, 0.0, 0.0]
    assert found.annotated[:, 1].tolist() == [True, False, True]
    assert not found.annotated[:, 0].any()


def test_fractions_in_a_table_of_ones_own_are_binary_labels(tmp_path: Path) -> None:
    for name in ("p.jpg", "q.jpg"):
        (tmp_path / name).touch()
    table = tmp_path / "faces.csv"
    table.write_text("image,label_bar,label_ring\np.jpg,0.75,1\nq.jpg,,0.5\n")
    found = task_labels(read_table(table, ReadingReport()), STROKES)
    np.testing.assert_array_equal(found.annotated, [[True, True], [False, True]])
    assert found.values.tolist() == [[0.75, 1.0], [0.0, 0.5]]
