"""Smoothing, baselines, abstention, events and summaries of records."""

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import t as student_t

from facebehavior.analysis.baseline import without_baseline
from facebehavior.analysis.events import EVENT_SCHEMA, events, spans
from facebehavior.analysis.filtering import abstained
from facebehavior.analysis.plots import Plots
from facebehavior.analysis.series import series_of
from facebehavior.analysis.smoothing import SMOOTHERS, smoothed
from facebehavior.analysis.summary import FEWEST_BLOCKS, summary
from facebehavior.errors import FaceBehaviorError
from facebehavior.intervals import bootstrap
from facebehavior.labels import ACTION_UNIT_COLUMNS, EXPRESSIONS
from facebehavior.records import arrow_schema

SCHEMA = arrow_schema()
LIMITS = dict.fromkeys(ACTION_UNIT_COLUMNS, 0.5)
every_smoother = pytest.mark.parametrize("name", SMOOTHERS)


def record(
    au12: NDArray[np.float64],
    happy: NDArray[np.float64] | None = None,
    track: int | None = 0,
    rate: float = 25.0,
    start: int = 0,
    **columns: object,
) -> pa.Table:
    happy = np.full(len(au12), 0.4) if happy is None else happy
    rows = []
    for place, (unit, share) in enumerate(zip(au12, happy, strict=True)):
        row: dict[str, object] = {
            "source": "clip.mp4",
            "frame": start + place,
            "time_s": (start + place) / rate,
            "track": track,
            "face": 0,
            "detected": True,
            "confidence": 0.9,
            "face_px": 40.0,
            "valence": 2 * share - 1,
            "arousal": 0.1,
            "au12": None if math.isnan(unit) else float(unit),
            "au12_on": None if math.isnan(unit) else bool(unit > 0.5),
            "expr": "happiness" if share > 0.5 else "neutral",
            **columns,
        }
        row |= {f"expr_{name}": 0.0 for name in EXPRESSIONS}
        row |= {"expr_happiness": float(share), "expr_neutral": float(1 - share)}
        rows.append(row)
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def column(table: pa.Table, name: str) -> NDArray[np.float64]:
    return np.array([np.nan if v is None else v for v in table[name].to_pylist()], dtype=float)


@every_smoother
def test_what_stands_still_stays(name: str) -> None:
    table = record(np.full(50, 0.3))
    np.testing.assert_allclose(column(smoothed(table, name, LIMITS), "au12"), 0.3, atol=1e-6)


@every_smoother
def test_jitter_becomes_less_and_stays_in_range(name: str) -> None:
    generator = np.random.default_rng(0)
    noisy = np.clip(0.5 + generator.normal(0, 0.25, 200), 0, 1)
    found = column(smoothed(record(noisy, noisy), name, LIMITS), "au12")
    assert np.abs(np.diff(found)).mean() < 0.5 * np.abs(np.diff(noisy)).mean()
    assert found.min() >= 0
    assert found.max() <= 1


@every_smoother
def test_expressions_still_sum_to_1_and_answers_follow(name: str) -> None:
    share = np.tile([0.9, 0.1, 0.9, 0.9, 0.9], 20).astype(float)
    table = smoothed(record(share, share), name, LIMITS)
    total = sum(column(table, f"expr_{n}") for n in EXPRESSIONS)
    np.testing.assert_allclose(total, 1.0, atol=1e-6)
    for row in table.to_pylist():
        assert row["expr"] == max(EXPRESSIONS, key=lambda n: row[f"expr_{n}"])
        assert row["au12_on"] == (row["au12"] > 0.5)


@every_smoother
def test_nothing_is_smoothed_across_a_gap_or_into_another_face(name: str) -> None:
    low, high = np.zeros(30), np.ones(30)
    apart = pa.concat_tables([record(low), record(high, start=60)])
    found = column(smoothed(apart, name, LIMITS), "au12")
    np.testing.assert_allclose(found, np.concatenate([low, high]), atol=1e-6)
    two = pa.concat_tables([record(low), record(high, track=1)])
    found = column(smoothed(two, name, LIMITS), "au12")
    np.testing.assert_allclose(found, np.concatenate([low, high]), atol=1e-6)


def baseline_taken_away(table: pa.Table) -> pa.Table:
    return without_baseline(table, LIMITS)


def smoother(name: str) -> Callable[[pa.Table], pa.Table]:
    return lambda table: smoothed(table, name, LIMITS)


@pytest.mark.parametrize("change", [*map(smoother, SMOOTHERS), baseline_taken_away])
def test_two_faces_of_one_name_keep_their_own_numbers(
    change: Callable[[pa.Table], pa.Table],
) -> None:
    low, high = np.linspace(0, 0.1, 30), np.linspace(0.8, 1, 30)
    alone = [record(low), record(high, track=1)]
    named = [record(low, person="anne"), record(high, track=1, person="anne")]
    rows = np.arange(60).reshape(2, 30).T.ravel()
    expected = np.concatenate([column(change(table), "au12") for table in alone])
    together = change(pa.concat_tables(named).take(rows))
    np.testing.assert_array_equal(column(together, "au12"), expected[rows])


@every_smoother
def test_photographs_stay_as_they_are(name: str) -> None:
    faces = np.random.default_rng(0).uniform(0, 1, 12)
    table = record(faces, faces, track=None, frame=0, time_s=None, person="anne")
    table = table.set_column(
        table.schema.get_field_index("face"),
        table.schema.field("face"),
        pa.array(range(len(faces)), table.schema.field("face").type),
    )
    assert baseline_taken_away(smoothed(table, name, LIMITS)).equals(table)


@every_smoother
def test_missing_numbers_stay_missing(name: str) -> None:
    values = np.full(40, 0.4)
    values[10:13] = np.nan
    table = smoothed(record(values), name, LIMITS)
    assert np.isnan(column(table, "au12")).tolist() == np.isnan(values).tolist()
    assert table["au12_on"].null_count == 3


def test_the_causal_filters_lag_and_savitzky_golay_does_not() -> None:
    ramp = np.concatenate([np.zeros(40), np.linspace(0, 1, 20), np.ones(40)])
    middle = {}
    for name in SMOOTHERS:
        found = column(smoothed(record(ramp), name, LIMITS), "au12")
        middle[name] = int(np.argmax(found > 0.5))
    true = int(np.argmax(ramp > 0.5))
    assert abs(middle["savitzky-golay"] - true) <= 1
    assert true <= middle["one-euro"] <= true + 8
    assert true < middle["exponential"] <= true + 10


def test_an_unknown_method_is_named() -> None:
    with pytest.raises(FaceBehaviorError, match="one-euro"):
        smoothed(record(np.zeros(3)), "median", LIMITS)


def test_the_baseline_is_what_a_face_shows_while_neutral() -> None:
    values = np.full(60, 0.3)
    values[40:] = 0.8
    happy = np.where(np.arange(60) < 40, 0.05, 0.9)
    table = without_baseline(record(values, happy), LIMITS)
    found = column(table, "au12")
    np.testing.assert_allclose(found[:40], 0.0, atol=1e-6)
    np.testing.assert_allclose(found[40:], 0.5, atol=1e-6)
    # Expressions are no deviations from anything.
    np.testing.assert_allclose(column(table, "expr_happiness"), happy, atol=1e-6)
    few = record(np.full(5, 0.3))
    np.testing.assert_allclose(column(without_baseline(few, LIMITS), "au12"), 0.3, atol=1e-6)


def test_poor_faces_keep_their_rows_and_lose_their_predictions() -> None:
    table = pa.concat_tables(
        [record(np.ones(2)), record(np.ones(2), start=2, face_px=9.0),
         record(np.ones(2), start=4, confidence=0.2)]
    )  # fmt: skip
    found = abstained(table, min_face_px=20, min_confidence=0.5)
    assert len(found) == 6
    assert found["au12"].is_valid().to_pylist() == [True, True, False, False, False, False]
    assert found["expr"].null_count == 4
    assert found["box_x"].null_count == table["box_x"].null_count
    assert found["face_px"].null_count == 0
    with pytest.raises(FaceBehaviorError, match="min_confidence from 0 to 1"):
        abstained(table, min_confidence=1.5)


def test_an_event_has_an_onset_an_apex_and_an_offset() -> None:
    values = np.zeros(100)
    values[20:40] = np.concatenate([np.linspace(0.6, 0.9, 10), np.linspace(0.9, 0.6, 10)])
    values[60] = 0.9  # one frame alone is too short
    found = events(record(values, np.zeros(100)), LIMITS)
    assert found.schema == EVENT_SCHEMA
    (event,) = [row for row in found.to_pylist() if row["kind"] == "au12"]
    assert event["onset_s"] == pytest.approx(20 / 25)
    assert event["offset_s"] == pytest.approx(39 / 25)
    assert event["onset_s"] <= event["apex_s"] <= event["offset_s"]
    assert event["peak"] == pytest.approx(0.9)


@given(st.lists(st.booleans(), min_size=2, max_size=80))
def test_events_of_one_kind_never_overlap(active: list[bool]) -> None:
    time = np.arange(len(active)) / 25.0
    found = spans(time, np.array(active))
    assert all(first <= last for first, last in found)
    assert all(a[1] < b[0] for a, b in pairwise(found))
    for first, last in found:
        assert active[first]
        assert active[last]


def test_a_short_break_does_not_end_an_event_and_a_gap_does() -> None:
    active = np.ones(60, dtype=bool)
    active[20:22] = False
    time = np.arange(60) / 25.0
    assert len(spans(time, active)) == 1
    active[20:32] = False
    assert len(spans(time, active)) == 2
    time[30:] += 3.0
    assert len(spans(time, np.ones(60, dtype=bool))) == 2


def test_the_summary_tells_shares_and_means_with_intervals() -> None:
    happy = np.where(np.arange(500) % 100 < 40, 0.9, 0.1)
    found = summary(record(happy, happy)).to_pylist()
    assert len(found) == 1
    row = found[0]
    assert (row["name"], row["frames"]) == ("face 0", 500)
    assert row["seconds"] == pytest.approx(499 / 25)
    assert row["share_happiness"] == pytest.approx(0.4)
    assert row["rate_au12"] == pytest.approx(0.4)
    assert row["rate_au01"] is None
    assert row["mean_valence"] == pytest.approx(np.mean(2 * happy - 1), abs=1e-6)
    assert row["share_happiness_low"] < 0.4 < row["share_happiness_high"]


def test_a_short_clip_has_no_intervals() -> None:
    happy = np.where(np.arange(500) % 100 < 40, 0.9, 0.1)
    enough = 50 * FEWEST_BLOCKS
    for frames, known in ((enough, True), (enough - 50, False), (1, False)):
        (row,) = summary(record(happy[:frames], happy[:frames])).to_pylist()
        assert row["share_happiness"] == pytest.approx(np.mean(happy[:frames] > 0.5))
        assert (row["share_happiness_low"] is not None) == known
        assert (row["mean_valence_high"] is not None) == known
    # What counts is where a value is known.
    partly = np.where(np.arange(enough) < 50, np.nan, happy[:enough])
    (row,) = summary(record(partly, happy[:enough])).to_pylist()
    assert row["rate_au12"] is not None
    assert row["rate_au12_low"] is None
    assert row["share_happiness_low"] is not None


@pytest.mark.parametrize(("blocks", "held"), [(FEWEST_BLOCKS, 0.90), (5, 0.85)])
def test_how_often_an_interval_of_so_many_blocks_holds_the_mean(blocks: int, held: float) -> None:
    within = 1.96 * np.sqrt((blocks - 1) / blocks)
    share = 2 * student_t(blocks - 1).cdf(within) - 1
    assert share == pytest.approx(held, abs=0.005)
    drawn = np.random.default_rng(0).normal(size=(400, blocks))
    groups = np.arange(blocks)
    found = [bootstrap(np.mean, [one], groups, replicates=300)[0] for one in drawn]
    assert np.mean([one.low <= 0 <= one.high for one in found]) == pytest.approx(held, abs=0.03)


def test_faces_are_known_by_person_then_track_then_place() -> None:
    table = pa.concat_tables(
        [record(np.zeros(2), person="anne"), record(np.zeros(2), track=3, start=2)]
    )
    assert [series.name for series in series_of(table)] == ["anne", "face 3"]


def test_a_frame_with_two_faces_of_one_name_counts_once_by_the_earlier_track() -> None:
    shown = np.where(np.arange(40) < 20, 0.0, 0.9)
    two = [record(np.zeros(40), track=4, person="anne"), record(shown, track=2, person="anne")]
    rows = np.arange(80).reshape(2, 40).T.ravel()
    table = pa.concat_tables(two).take(rows)
    (row,) = summary(table).to_pylist()
    assert row["frames"] == 40
    assert row["rate_au12"] == pytest.approx(0.5)
    assert events(table, LIMITS).equals(events(two[1], LIMITS))
    assert events(table, LIMITS)["kind"].to_pylist() == ["expr_neutral", "au12"]


def test_plots_are_drawn_and_an_unknown_face_is_named() -> None:
    table = record(np.linspace(0, 1, 30), np.linspace(0, 1, 30))
    plots = Plots(table)
    assert plots.names() == ("face 0",)
    for figure in (plots.timeline(), plots.circumplex(), plots.action_units()):
        assert figure.axes
    lines = plots.timeline().axes[0].get_lines()
    assert len(lines) == len(EXPRESSIONS)
    drawn = np.asarray(lines[1].get_ydata(), dtype=float)
    np.testing.assert_allclose(drawn, np.linspace(0, 1, 30), atol=1e-6)
    with pytest.raises(FaceBehaviorError, match="one of the faces face 0"):
        plots.timeline("anne")
    with pytest.raises(FaceBehaviorError, match="with a face to draw, found none"):
        Plots(table.slice(0, 0)).timeline()
