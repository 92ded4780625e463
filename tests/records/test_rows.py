from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from facebehavior.faces.face import Face
from facebehavior.labels import ACTION_UNIT_COLUMNS, EXPRESSIONS
from facebehavior.records import (
    FaceRecord,
    FrameRecord,
    RecordOptions,
    arrow_schema,
    record_batch,
)

MakeFace = Callable[..., FaceRecord]
SCHEMA = arrow_schema(RecordOptions(landmarks=True))
THRESHOLDS = dict.fromkeys(ACTION_UNIT_COLUMNS, 0.5)


def _rows(*frames: FrameRecord, thresholds: dict[str, float] | None = None) -> list[dict]:  # type: ignore[type-arg]
    chosen = THRESHOLDS if thresholds is None else thresholds
    batch = record_batch(frames, SCHEMA, chosen)
    batch.validate(full=True)
    assert batch.schema.equals(SCHEMA, check_metadata=True)
    rows: list[dict] = batch.to_pylist()  # type: ignore[type-arg]
    return rows


def test_a_frame_without_a_face_is_one_row_of_nulls() -> None:
    (row,) = _rows(FrameRecord("a.mp4", 7, 0.25))
    assert row.pop("source") == "a.mp4"
    assert row.pop("frame") == 7
    assert row.pop("time_s") == 0.25
    assert row.pop("detected") is False
    assert set(row.values()) == {None}


def test_a_damaged_frame_is_one_row_that_says_neither_face_nor_none() -> None:
    (row,) = _rows(FrameRecord("a.mp4", 7, 0.25, None))
    assert (row.pop("source"), row.pop("frame"), row.pop("time_s")) == ("a.mp4", 7, 0.25)
    assert set(row.values()) == {None}


def test_every_value_stands_in_its_column(make_face: MakeFace) -> None:
    record = make_face()
    (row,) = _rows(FrameRecord("a.jpg", 0, None, [record]))
    face = record.face
    assert row["detected"] is True
    assert row["time_s"] is None
    assert (row["face"], row["track"], row["person"]) == (0, 3, "anna")
    assert face.pose is not None
    assert face.mesh is not None
    assert record.eyes is not None
    assert record.expression is not None
    assert record.action_units is not None
    assert record.affect is not None
    expected = {
        "confidence": face.confidence,
        **dict(zip(("box_x", "box_y", "box_w", "box_h"), face.box, strict=True)),
        **dict(zip(("pose_pitch", "pose_yaw", "pose_roll"), face.pose, strict=True)),
        "face_px": record.face_px,
        "sharpness": record.sharpness,
        "gaze_yaw": record.eyes.gaze_yaw,
        "gaze_pitch": record.eyes.gaze_pitch,
        "blink_left": record.eyes.blink_left,
        "blink_right": record.eyes.blink_right,
        **{f"expr_{n}": p for n, p in zip(EXPRESSIONS, record.expression, strict=True)},
        "valence": record.affect[0],
        "arousal": record.affect[1],
        **dict(zip(ACTION_UNIT_COLUMNS, record.action_units, strict=True)),
    }
    for name, value in expected.items():
        assert row[name] == np.float32(value), name
    assert row["expr"] == EXPRESSIONS[int(np.argmax(record.expression))]
    np.testing.assert_array_equal(
        np.array(row["landmarks"], np.float32).reshape(478, 3), face.mesh.astype(np.float32)
    )
    assert [name for name, value in row.items() if value is None] == ["time_s"]


def test_faces_are_numbered_left_to_right_by_their_centres(make_face: MakeFace) -> None:
    def at(x: float, width: float, person: str) -> FaceRecord:
        record = make_face()
        box = np.array([x, 0.0, width, 10.0])
        return replace(record, face=replace(record.face, box=box), person=person)

    frame = FrameRecord("a", 0, None, [at(50, 10, "right"), at(0, 90, "middle"), at(9, 4, "left")])
    rows = _rows(frame)
    assert [(row["face"], row["person"]) for row in rows] == [
        (0, "left"),
        (1, "middle"),
        (2, "right"),
    ]


def test_numbering_starts_again_in_every_frame(make_face: MakeFace) -> None:
    frames = [FrameRecord("a", n, n / 10, [make_face(0), make_face(99)][:n]) for n in range(3)]
    rows = _rows(*frames)
    assert [(row["frame"], row["face"]) for row in rows] == [(0, None), (1, 0), (2, 0), (2, 1)]


def test_action_units_are_on_above_their_thresholds(make_face: MakeFace) -> None:
    probabilities = np.full(17, 0.5, np.float32)
    probabilities[:3] = (0.49, 0.5, 0.51)
    record = replace(make_face(), action_units=probabilities)
    (row,) = _rows(FrameRecord("a", 0, None, [record]))
    assert [row["au01_on"], row["au02_on"], row["au04_on"]] == [False, False, True]
    (row,) = _rows(
        FrameRecord("a", 0, None, [record]), thresholds={"au01": 0.3, "au04": 0.9, "au26": 0.4}
    )
    assert [row["au01_on"], row["au02_on"], row["au04_on"]] == [True, None, False]
    assert row["au26_on"] is True


def test_equally_probable_expressions_give_the_first(make_face: MakeFace) -> None:
    shares = np.array([0.1, 0.3, 0.0, 0.3, 0.3, 0.0, 0.0])
    (row,) = _rows(FrameRecord("a", 0, None, [replace(make_face(), expression=shares)]))
    assert row["expr"] == "happiness"


def test_what_detector_and_model_lack_is_null() -> None:
    face = Face(box=np.array([1.0, 2.0, 3.0, 4.0]), points=np.zeros((5, 2)))
    (row,) = _rows(FrameRecord("a.jpg", 0, None, [FaceRecord(face)]))
    known = {name for name, value in row.items() if value is not None}
    boxes = {"box_x", "box_y", "box_w", "box_h"}
    assert known == {"source", "frame", "detected", "face"} | boxes


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_become_null(wrong: float, make_face: MakeFace) -> None:
    record = make_face()
    expression = np.full(7, 1 / 7)
    expression[3] = wrong
    mesh = np.zeros((478, 3))
    mesh[100, 1] = wrong
    record = replace(
        record,
        face=replace(record.face, mesh=mesh, confidence=wrong),
        expression=expression,
        affect=np.array([0.5, wrong]),
        action_units=np.full(17, wrong),
        sharpness=wrong,
    )
    (row,) = _rows(FrameRecord("a", 0, None, [record]))
    names = ["landmarks", "confidence", "expr", "expr_neutral", "expr_surprise"]
    for name in (*names, "arousal", "au01", "au26_on", "sharpness"):
        assert row[name] is None, name
    assert row["face_px"] is not None


def test_predictions_of_another_length_are_refused(make_face: MakeFace) -> None:
    for wrong in (
        replace(make_face(), expression=np.zeros(8)),
        replace(make_face(), action_units=np.zeros((1, 17))),
        replace(make_face(), affect=np.zeros(3)),
    ):
        with pytest.raises(ValueError, match=r"expected \d+ numbers"):
            _rows(FrameRecord("a", 0, None, [wrong]))


def test_without_landmarks_in_the_schema_there_are_none(make_face: MakeFace) -> None:
    batch = record_batch([FrameRecord("a", 0, None, [make_face()])], arrow_schema(), THRESHOLDS)
    assert "landmarks" not in batch.schema.names
    assert batch.num_rows == 1


def test_no_frames_give_no_rows() -> None:
    assert record_batch([], SCHEMA, THRESHOLDS).num_rows == 0


def test_action_units_that_are_not_known_are_null_and_the_others_stay(make_face: MakeFace) -> None:
    record = make_face()
    assert record.action_units is not None
    units = np.array(record.action_units)
    units[[1, 16]] = np.nan
    (row,) = _rows(FrameRecord("a.jpg", 0, None, [replace(record, action_units=units)]))
    (whole,) = _rows(FrameRecord("a.jpg", 0, None, [record]))
    unknown = {"au02", "au02_on", "au26", "au26_on"}
    assert {name for name, value in row.items() if value != whole[name]} == unknown
    assert {row[name] for name in unknown} == {None}
