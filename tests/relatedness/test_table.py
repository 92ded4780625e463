from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import ACTION_UNIT_COLUMNS, ACTION_UNITS, EXPRESSIONS
from facebehavior.relatedness import (
    DU_2014,
    Relatedness,
    domain_relatedness,
    read_relatedness,
    save_relatedness,
)
from facebehavior.relatedness.picture import draw_relatedness

ROW_SUMS = {
    "neutral": 0.0,
    "happiness": 2.51,
    "sadness": 3.77,
    "surprise": 4.66,
    "fear": 5.53,
    "disgust": 3.57,
    "anger": 4.07,
}
NUMBERS = {
    "neutral": 0,
    "happiness": 3,
    "sadness": 5,
    "surprise": 5,
    "fear": 7,
    "disgust": 5,
    "anger": 6,
}


def toy(values: object) -> Relatedness:
    return Relatedness(("a", "b"), ("x", "y", "z"), np.asarray(values), "toy")


def test_domain_table_has_the_published_row_sums_in_the_projects_order() -> None:
    table = domain_relatedness()
    assert table.from_labels == EXPRESSIONS
    assert table.to_labels == ACTION_UNIT_COLUMNS
    np.testing.assert_allclose(table.values.sum(axis=1), list(ROW_SUMS.values()), atol=1e-12)
    assert table.related.sum(axis=1).tolist() == list(NUMBERS.values())
    # No expression shows action unit 14; surprise does not show 10, as some copies have it.
    assert not table.values[:, ACTION_UNITS.index(14)].any()
    assert table.values[EXPRESSIONS.index("surprise"), ACTION_UNITS.index(10)] == 0


def test_the_table_keeps_action_unit_11_where_it_is_asked_for() -> None:
    table = domain_relatedness(("sadness",), (*ACTION_UNIT_COLUMNS, "au11"))
    np.testing.assert_allclose(table.values.sum(), 4.03)


def test_compound_rows_are_there_too() -> None:
    table = domain_relatedness(tuple(DU_2014))
    sums = dict(zip(table.from_labels, table.values.sum(axis=1), strict=True))
    for name, expected in (
        ("sadly_angry", 3.24),
        ("sadly_disgusted", 4.74),
        ("fearfully_angry", 4.09),
        ("fearfully_surprised", 6.33),
    ):
        np.testing.assert_allclose(sums[name], expected)


def test_facts_that_follow_from_the_published_table() -> None:
    prototypical = {
        name: {unit for unit, weight in row.items() if weight == 1.0}
        for name, row in DU_2014.items()
    }
    assert prototypical["sadness"] == prototypical["sadly_angry"]
    assert prototypical["fear"] == prototypical["sadly_fearful"]
    assert prototypical["sadly_disgusted"] == prototypical["appalled"] == prototypical["hatred"]
    assert sum(11 in row for row in DU_2014.values()) == 5
    weights = [w for row in DU_2014.values() for w in row.values() if w < 1.0]
    assert (min(weights), max(weights)) == (0.20, 0.67)
    assert domain_relatedness().row("happiness") == {"au06": 0.51, "au12": 1.0, "au25": 1.0}


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ([[0.1, 0.2], [0.3, 0.4]], r"shape \(2, 3\).*found \(2, 2\)"),
        ([[0.1, 0.2, 1.2], [0, 0, 0]], "'a' and 'z'.*found 1.2"),
        ([[0.1, 0.2, 0.3], [0, -0.1, 0]], "'b' and 'y'.*found -0.1"),
        ([[0.1, np.nan, 0.3], [0, 0, 0]], "'a' and 'y'.*found nan"),
        ([["one", 0, 0], [0, 0, 0]], "should be numbers"),
    ],
)
def test_a_bad_table_is_an_error_that_names_the_labels(values: object, named: str) -> None:
    with pytest.raises(FaceBehaviorError, match=named):
        toy(values)


def test_a_label_named_twice_is_an_error() -> None:
    with pytest.raises(FaceBehaviorError, match="'a' 2 times"):
        Relatedness(("a", "a"), ("x",), np.zeros((2, 1)), "toy")


def test_a_table_cannot_be_changed_by_whoever_made_it() -> None:
    values = np.zeros((2, 3))
    table = toy(values)
    values[:] = 9
    assert not table.values.any()
    with pytest.raises(ValueError, match="read-only"):
        table.values[0, 0] = 1


def test_arranging_puts_every_value_where_its_labels_are() -> None:
    table = toy([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]])
    arranged = table.arranged(("b", "c", "a"), ("z", "w", "y", "x"))
    assert arranged.row("a") == table.row("a")
    assert arranged.row("b") == table.row("b")
    assert arranged.row("c") == {}
    assert not arranged.values[:, 1].any()


def test_a_label_that_the_task_lacks_is_named_with_the_nearest() -> None:
    table = Relatedness(("happines",), ("au12",), np.ones((1, 1)), "mine")
    with pytest.raises(FaceBehaviorError, match=r"mine: .*'happines'; did you mean 'happiness'"):
        table.arranged(EXPRESSIONS, ACTION_UNIT_COLUMNS)
    table = Relatedness(("happiness",), ("au11",), np.ones((1, 1)), "mine")
    with pytest.raises(FaceBehaviorError, match="'au11'"):
        table.arranged(EXPRESSIONS, ACTION_UNIT_COLUMNS)


@given(arrays(np.float64, (2, 3), elements=st.floats(0, 1)))
def test_a_table_survives_its_file(
    tmp_path_factory: pytest.TempPathFactory, values: object
) -> None:
    path = tmp_path_factory.mktemp("tables") / "W.json"
    counts = np.arange(6).reshape(2, 3)
    low = np.full((2, 3), np.nan)
    table = Relatedness(
        ("a", "b"), ("x", "y", "z"), np.asarray(values), "toy", counts, low, low, {"min_count": 50}
    )
    save_relatedness(table, path)
    again = read_relatedness(path)
    np.testing.assert_array_equal(again.values, table.values)
    assert again.counts is not None
    np.testing.assert_array_equal(again.counts, counts)
    assert again.low is not None
    assert np.isnan(again.low).all()
    assert (again.from_labels, again.to_labels) == (table.from_labels, table.to_labels)
    assert (again.source, again.rules) == ("toy", {"min_count": 50})


@pytest.mark.parametrize("name", ["mine.yaml", "mine.json"])
def test_a_table_written_by_hand_holds_only_what_is_related(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(
        '{"source": "us", "table": {"happiness": {"au12": 1, "au06": 0.5}, "fear": {}}}'
    )
    table = read_relatedness(path).arranged(EXPRESSIONS, ACTION_UNIT_COLUMNS)
    assert table.row("happiness") == {"au06": 0.5, "au12": 1.0}
    assert table.values.sum() == 1.5
    assert table.source == "us"


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("[1, 2]", "found no keys"),
        ("{", "expected JSON or YAML"),
        ("{rows: {}}", "unknown key 'rows'"),
        ("{source: us}", "'from' is missing"),
        ("{table: {}}", "one key a label"),
        ("{table: {fear: [au01]}}", "'fear'.*found"),
        ("{table: {fear: {au01: yes}}}", "'fear' and 'au01'.*found True"),
        ("{table: {fear: {au01: 1.5}}}", "'fear' and 'au01'.*found 1.5"),
        ("{from: fear, to: [au01], values: [[1]]}", "'from' should be a list"),
        ("{from: [fear], to: [au01], values: [[1], [1, 2]]}", "rows of numbers"),
        ("{from: [fear], to: [au01, au02], values: [[1]]}", "shape"),
    ],
)
def test_a_bad_file_is_one_line_that_names_it(tmp_path: Path, content: str, named: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(content)
    with pytest.raises(FaceBehaviorError, match=named) as caught:
        read_relatedness(path)
    assert str(caught.value).startswith(str(path))
    assert str(caught.value).count(str(path)) == 1
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FaceBehaviorError, match=r"none\.json"):
        read_relatedness(tmp_path / "none.json")


def test_the_heat_map_depends_on_the_table_alone(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        draw_relatedness(domain_relatedness(), tmp_path / name)
    draw_relatedness(toy(np.full((2, 3), 0.4)), tmp_path / "c.png")
    first, second, other = ((tmp_path / f"{n}.png").read_bytes() for n in "abc")
    assert first == second != other
    assert first.startswith(b"\x89PNG")
    large = Relatedness(tuple(map(str, range(65))), ("x",), np.zeros((65, 1)), "large")
    with pytest.raises(FaceBehaviorError, match="65 x 1"):
        draw_relatedness(large, tmp_path / "d.png")


def test_json_is_read_as_json_whatever_the_case_of_its_ending(tmp_path: Path) -> None:
    # YAML takes this way to write a number for text.
    path = tmp_path / "MINE.JSON"
    path.write_text('{"source": "us", "table": {"happiness": {"au12": 1e-05}}}')
    assert read_relatedness(path).row("happiness") == {"au12": 1e-05}
