from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import (
    ACTION_UNIT_COLUMNS,
    EXPRESSIONS,
    VOTE_EXPRESSIONS,
    Manifest,
    expression_classes,
    join,
    label_arrays,
)


def row(**labels: object) -> dict[str, object]:
    return {"image": "a.png", "database": "toy", **labels}


def test_missing_labels_are_null_and_come_back_as_null() -> None:
    manifest = Manifest.from_rows([row(expression="fear"), row(au12=True), row(valence=-0.5)])
    assert manifest.column("expression").to_pylist() == ["fear", None, None]
    assert manifest.column("au12").to_pylist() == [None, True, None]
    assert manifest.column("au26").null_count == 3


@pytest.mark.parametrize(
    ("labels", "named"),
    [
        ({"expression": "joy"}, "'joy'"),
        ({"valence": -5.0}, "-5"),
        ({"valence": 7.0}, "7"),
        ({"arousal": float("nan")}, "nan"),
        ({"au12_intensity": 5.0}, "5"),
        ({"compound": "happy"}, "'happy'"),
        ({"smile": True}, "'smile'"),
    ],
)
def test_impossible_values_are_refused_by_name(labels: dict[str, object], named: str) -> None:
    with pytest.raises(FaceBehaviorError, match=named):
        Manifest.from_rows([row(**labels)])


def test_a_column_of_another_type_is_refused() -> None:
    table = pa.table({"image": ["a"], "database": ["toy"], "au01": pa.array([1], pa.int64())})
    with pytest.raises(FaceBehaviorError, match="'au01' should be of type bool, found int64"):
        Manifest(table)


def test_written_and_read_back_is_equal(tmp_path: Path) -> None:
    manifest = Manifest.from_rows([row(expression="anger", expression_votes=[0.0] * 6 + [0.9, 0])])
    manifest.write(tmp_path / "labels.parquet")
    assert Manifest.read(tmp_path / "labels.parquet").table.equals(manifest.table)


@pytest.mark.parametrize("content", [b"", b"no table", b"PAR1 broken PAR1"])
def test_a_damaged_file_is_one_clear_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "labels.parquet"
    path.write_bytes(content)
    with pytest.raises(FaceBehaviorError, match="damaged"):
        Manifest.read(path)


def test_a_missing_split_names_those_that_are_there() -> None:
    manifest = Manifest.from_rows([row(split="train"), row(split="test")])
    assert len(manifest.split("train")) == 1
    with pytest.raises(FaceBehaviorError, match=r"'validation'.*test, train"):
        manifest.split("validation")


def test_joined_manifests_keep_their_rows_and_nulls() -> None:
    joined = join([Manifest.from_rows([row(au01=True)]), Manifest.from_rows([row(valence=0.25)])])
    assert joined.column("au01").to_pylist() == [True, None]
    assert joined.column("valence").to_pylist() == [None, 0.25]


labels_of_a_row = st.fixed_dictionaries(
    {},
    optional={
        "expression": st.sampled_from(EXPRESSIONS) | st.none(),
        "valence": st.floats(-1, 1, width=32) | st.none(),
        **{name: st.booleans() | st.none() for name in ACTION_UNIT_COLUMNS[:3]},
    },
)


@given(st.lists(labels_of_a_row, min_size=1, max_size=8))
def test_arrays_hold_each_label_where_annotated_and_zero_elsewhere(
    rows: list[dict[str, object]],
) -> None:
    manifest = Manifest.from_rows(row(**labels) for labels in rows)
    arrays = label_arrays(manifest)
    for number, labels in enumerate(rows):
        expression = labels.get("expression")
        expected = [1.0 if name == expression else 0.0 for name in EXPRESSIONS]
        assert arrays.expression[number].tolist() == expected
        assert arrays.expression_annotated[number] == (expression is not None)
        has_valence = labels.get("valence") is not None
        assert arrays.affect_annotated[number].tolist() == [has_valence, False]
        valence = labels["valence"] if has_valence else 0.0
        assert isinstance(valence, float)
        assert arrays.affect[number, 0] == np.float32(valence)
        for unit, name in enumerate(ACTION_UNIT_COLUMNS):
            assert arrays.action_units_annotated[number, unit] == (labels.get(name) is not None)
            assert arrays.action_units[number, unit] == float(bool(labels.get(name)))


def test_votes_become_a_distribution_without_contempt() -> None:
    votes = dict.fromkeys(VOTE_EXPRESSIONS, 0.0) | {"fear": 0.3, "sadness": 0.1, "contempt": 0.5}
    only_contempt = dict.fromkeys(VOTE_EXPRESSIONS, 0.0) | {"contempt": 1.0}
    manifest = Manifest.from_rows(
        [
            row(expression=None, expression_votes=list(votes.values())),
            row(expression="anger"),
            row(expression=None, expression_votes=list(only_contempt.values())),
        ]
    )
    arrays = label_arrays(manifest)
    np.testing.assert_allclose(arrays.expression[0, EXPRESSIONS.index("fear")], 0.75, rtol=1e-6)
    np.testing.assert_allclose(arrays.expression[0, EXPRESSIONS.index("sadness")], 0.25, rtol=1e-6)
    assert arrays.expression[1, EXPRESSIONS.index("anger")] == 1.0
    assert arrays.expression_annotated.tolist() == [True, True, False]
    assert expression_classes(manifest).tolist() == [-1, 6, -1]
