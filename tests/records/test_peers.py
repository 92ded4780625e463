"""Tables of OpenFace 2, py-feat and LibreFace: written as theirs, read as ours."""

import csv
import importlib.util
import json
import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import Answer

from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import ACTION_UNITS, EXPRESSIONS
from facebehavior.records import arrow_schema, convert, read_any_records, read_records, write_rows
from facebehavior.records.peers import PEERS, Peer
from facebehavior.records.peers.openface import OPENFACE
from facebehavior.records.peers.py_feat import PY_FEAT

SCHEMA = arrow_schema()
every_peer = pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)


def face(**values: object) -> dict[str, object]:
    row: dict[str, object] = {
        "source": "clip",
        "frame": 3,
        "time_s": 0.12,
        "face": 0,
        "detected": True,
        "confidence": 0.98,
        "box_x": 10.0,
        "box_y": 20.0,
        "box_w": 60.0,
        "box_h": 70.0,
        "pose_pitch": 10.0,
        "pose_yaw": -25.0,
        "pose_roll": 5.0,
        "expr": "happiness",
        "valence": 0.5,
        "arousal": 0.1,
    }
    row |= {f"expr_{name}": 0.4 if name == "happiness" else 0.1 for name in EXPRESSIONS}
    for place, unit in enumerate(ACTION_UNITS):
        row[f"au{unit:02d}"] = place / 20
        row[f"au{unit:02d}_on"] = place > 9
    return row | values


def record(path: Path, *rows: dict[str, object]) -> Path:
    write_rows(path, SCHEMA, [pa.RecordBatch.from_pylist(list(rows), schema=SCHEMA)])
    return path


def cells(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as lines:
        return list(csv.DictReader(lines))


def test_the_columns_are_theirs() -> None:
    counts = {peer.name: len(peer.columns) for peer in PEERS}
    assert counts == {"OpenFace 2": 714, "py-feat": 2183, "LibreFace": 1466}
    for peer in PEERS:
        assert len(set(peer.columns)) == len(peer.columns)
        assert peer.marks <= set(peer.columns)
    assert OPENFACE.columns[:5] == ("frame", "face_id", "timestamp", "confidence", "success")
    assert OPENFACE.columns[5:13] == (
        "gaze_0_x", "gaze_0_y", "gaze_0_z", "gaze_1_x", "gaze_1_y", "gaze_1_z",
        "gaze_angle_x", "gaze_angle_y",
    )  # fmt: skip
    assert OPENFACE.columns[-4:] == ("AU25_c", "AU26_c", "AU28_c", "AU45_c")
    assert PY_FEAT.columns[:5] == (
        "FaceRectX", "FaceRectY", "FaceRectWidth", "FaceRectHeight", "FaceScore",
    )  # fmt: skip
    assert PY_FEAT.columns[-4:] == ("input", "frame", "approx_time", "Identity")


def test_openface_counts_from_1_in_radians_and_leaves_intensities_empty(tmp_path: Path) -> None:
    out = tmp_path / "clip.openface.csv"
    convert(record(tmp_path / "r.parquet", face(), face(frame=4, detected=False)), out)
    first, second = cells(out)
    assert tuple(first) == OPENFACE.columns
    assert (first["frame"], first["success"], first["confidence"]) == ("4", "1", "0.98")
    assert float(first["pose_Rx"]) == pytest.approx(-math.radians(10), abs=1e-3)
    assert float(first["pose_Ry"]) == pytest.approx(math.radians(25), abs=1e-3)
    assert (first["AU26_c"], first["AU01_c"]) == ("1.0", "0.0")
    # What we do not estimate is empty, never zero.
    assert first["AU12_r"] == first["AU45_c"] == first["gaze_0_x"] == first["x_0"] == ""
    assert second["success"] == "0"
    assert second["AU12_c"] == ""
    assert not (tmp_path / "clip.openface.csv.schema.json").exists()


def test_py_feats_own_class_finds_everything_in_its_place(tmp_path: Path) -> None:
    if importlib.util.find_spec("feat") is None:
        pytest.skip("the package py-feat is not installed")
    rows = [face(frame=0, track=1, person="Anne"), face(frame=1, detected=False), face(frame=2)]
    rows[1] = {name: rows[1][name] for name in ("source", "frame", "time_s", "detected")}
    out = tmp_path / "clip.feat.csv"
    convert(record(tmp_path / "r.parquet", *rows), out)
    words = [sys.executable, "-m", "tests.records.load_as_fex", str(out)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-1000:]
    fex = json.loads(done.stdout.splitlines()[-1])
    assert fex["type"] == "Fex"
    assert (fex["inputs"], fex["frames"]) == (["clip"] * 3, [0, 1, 2])
    assert fex["identities"][0] == "Anne"

    def values(name: str, row: int) -> dict[str, float | None]:
        return dict(zip(fex[name]["columns"], fex[name]["data"][row], strict=True))

    assert values("faceboxes", 0) == pytest.approx(
        {"FaceRectX": 10, "FaceRectY": 20, "FaceRectWidth": 60, "FaceRectHeight": 70,
         "FaceScore": 0.98}
    )  # fmt: skip
    units = values("aus", 0)
    assert {name: units[name] for name in units if units[name] is not None} == pytest.approx(
        {f"AU{unit:02d}": place / 20 for place, unit in enumerate(ACTION_UNITS)}
    )
    assert {name for name in units if units[name] is None} == {"AU11", "AU28", "AU43"}
    emotions = values("emotions", 0)
    assert emotions["Happy"] == pytest.approx(0.4)
    assert len(emotions) == len(EXPRESSIONS)
    poses = values("poses", 0)
    assert poses["Pitch"] == pytest.approx(math.radians(10))
    assert poses["Yaw"] == pytest.approx(math.radians(25))
    # What we do not estimate, and what a frame without a face has not, is nan to it.
    for name in ("landmarks", "gazes"):
        assert set(values(name, 0).values()) == {None}
    for name in ("faceboxes", "aus", "emotions", "poses"):
        assert set(values(name, 1).values()) == {None}


@every_peer
def test_a_damaged_frame_is_no_frame_without_a_face_for_anyone(tmp_path: Path, peer: Peer) -> None:
    rows = [face(frame=0), face(frame=1, detected=None), face(frame=2)]
    out = tmp_path / f"clip{peer.ending}"
    convert(record(tmp_path / "r.parquet", *rows), out)
    assert len(cells(out)) == 2
    back = convert_back(out)
    assert [row["frame"] for row in back] == [0, 2]
    assert all(row["detected"] for row in back)


def convert_back(path: Path) -> list[dict[str, object]]:
    return list(read_any_records(path).to_pylist())


def test_py_feat_gets_probabilities_and_radians_of_its_directions(tmp_path: Path) -> None:
    out = tmp_path / "clip.feat.csv"
    convert(record(tmp_path / "r.parquet", face(track=2)), out)
    (row,) = cells(out)
    assert tuple(row) == PY_FEAT.columns
    assert float(row["AU26"]) == pytest.approx(0.8)
    assert float(row["Happy"]) == pytest.approx(0.4)
    assert float(row["Pitch"]) == pytest.approx(math.radians(10))
    assert float(row["Yaw"]) == pytest.approx(math.radians(25))
    assert row["approx_time"] == "00:00"
    assert row["Identity"] == "2"
    assert row["AU11"] == row["AU43"] == row["x_0"] == row["FrameWidth"] == ""


def test_faces_of_openface_are_faces_to_py_feat_and_back(tmp_path: Path) -> None:
    source, theirs = tmp_path / "clip.csv", tmp_path / "clip.feat.csv"
    source.write_text(
        "frame,timestamp,confidence,success,pose_Rx,AU12_c\n"
        "1,0.0,0.98,1,0.1,1\n2,0.04,0.12,0,0,0\n3,0.08,0.88,1,-0.1,0\n"
    )
    convert(source, theirs)
    assert [row["FaceScore"] for row in cells(theirs)] == ["0.98", "", "0.88"]
    back = convert_back(theirs)
    assert [row["detected"] for row in back] == [True, False, True]
    assert [row["face"] for row in back] == [0, None, 0]
    assert back[0]["pose_pitch"] == pytest.approx(-math.degrees(0.1))
    assert back[1]["confidence"] is back[1]["pose_pitch"] is None


@pytest.mark.parametrize(
    ("cells_of_row", "detected"),
    [
        ({"FaceRectX": "3.5", "FaceScore": "0.9", "AU12": "0.4"}, True),
        # A frame without a face: of 2.1; of 2.0, with predictions of a black picture; of 1.
        ({"FaceRectX": "nan", "FaceScore": "0.0"}, False),
        ({"FaceRectX": "", "FaceScore": "0.0", "AU12": "0.4", "Happy": "0.2"}, False),
        ({"FaceRectX": "", "FaceScore": "", "happiness": ""}, False),
        # Of programs that know of no box or score.
        ({"FaceRectX": "", "FaceScore": "0.7"}, True),
        ({"FaceRectX": "", "FaceScore": "", "Happy": "0.2"}, True),
        ({"FaceRectX": "", "FaceScore": "", "happiness": "0.2"}, True),
        ({"FaceRectX": "", "FaceScore": "", "Yaw": "0"}, True),
    ],
)
def test_what_a_row_of_py_feat_without_a_face_is(
    cells_of_row: dict[str, str], detected: bool
) -> None:
    row = PY_FEAT.read({"input": "a.mp4", "frame": "0", **cells_of_row}, Path("a.feat.csv"))
    assert row["detected"] is detected


def test_libreface_has_no_row_without_a_face(tmp_path: Path) -> None:
    out = tmp_path / "clip.libreface.csv"
    rows = (face(), {"source": "clip", "frame": 4, "time_s": 0.16, "detected": False})
    convert(record(tmp_path / "r.parquet", *rows), out)
    (row,) = cells(out)
    assert row["facial_expression"] == "Happiness"
    assert (row["au_1"], row["au_24"]) == ("0", "1")
    assert row["au_12_intensity"] == row["pitch"] == ""


@pytest.mark.parametrize("ending", [".openface.csv", ".libreface.csv"])
def test_times_of_long_videos_stay_apart(tmp_path: Path, ending: str) -> None:
    times = [12_345.0 + frame / 120 for frame in range(240)]
    rows = [face(frame=frame, time_s=time_s) for frame, time_s in enumerate(times)]
    theirs = tmp_path / f"clip{ending}"
    convert(record(tmp_path / "r.parquet", *rows), theirs)
    back = [row["time_s"] for row in convert_back(theirs)]
    np.testing.assert_allclose(np.array(back, dtype=float), times, rtol=0, atol=6e-4)


@pytest.mark.parametrize("ending", [".openface.csv", ".libreface.csv"])
def test_what_cannot_name_its_video_does_not_mix_two(tmp_path: Path, ending: str) -> None:
    ours = record(tmp_path / "r.parquet", face(), face(source="another", frame=0))
    with pytest.raises(FaceBehaviorError, match=r"one video or photograph.*clip and another"):
        convert(ours, tmp_path / f"out{ending}")
    assert not (tmp_path / f"out{ending}").exists()


@every_peer
def test_what_both_sides_have_comes_back(tmp_path: Path, peer: Peer) -> None:
    theirs = tmp_path / f"clip{peer.ending}"
    convert(record(tmp_path / "r.parquet", face(), face(frame=9, pose_yaw=80.0)), theirs)
    again = tmp_path / "again.parquet"
    assert convert(theirs, again) == 2
    first, second = read_records(again).to_pylist()
    assert (first["frame"], second["frame"]) == (3, 9)
    assert first["source"] == "clip"
    if peer.name != "LibreFace":
        assert first["pose_pitch"] == pytest.approx(10.0, abs=0.05)
        assert second["pose_yaw"] == pytest.approx(80.0, abs=0.05)
        assert second["pose_roll"] == pytest.approx(5.0, abs=0.05)
    if peer.name == "py-feat":
        assert first["au26"] == pytest.approx(0.8)
        assert first["expr"] == "happiness"
    else:
        assert first["au24_on"] in (True, None)
        assert first["au01_on"] is False


@given(st.floats(-89, 89), st.floats(-179, 179), st.floats(-179, 179), st.integers(0, 10**6))
def test_py_feat_round_trip(pitch: float, yaw: float, roll: float, frame: int) -> None:
    row = face(pose_pitch=pitch, pose_yaw=yaw, pose_roll=roll, frame=frame)
    texts = PY_FEAT.written(row)
    assert texts is not None
    found = PY_FEAT.read(texts, Path("x.feat.csv"))
    assert found["frame"] == frame
    np.testing.assert_allclose(
        [float(str(found[f"pose_{name}"])) for name in ("pitch", "yaw", "roll")],
        [pitch, yaw, roll],
        atol=1e-3,
    )


def test_the_files_of_the_packages_are_read(clips: Path) -> None:
    table = read_any_records(clips / "OpenFace_Test.csv")
    assert len(table) == 100
    rows = table.to_pylist()
    assert [row["frame"] for row in rows[:3]] == [0, 1, 2]
    assert all(row["au12_on"] in (True, False) for row in rows)
    assert all(row["au12"] is None for row in rows)
    table = read_any_records(clips / "001.csv")
    assert len(table) == 40
    row = table.to_pylist()[0]
    assert -90 < row["pose_pitch"] < 90
    assert sum(row[f"expr_{name}"] for name in EXPRESSIONS) == pytest.approx(1, abs=1e-2)


def test_the_directions_of_openface_are_those_of_its_own_points(clips: Path) -> None:
    with (clips / "OpenFace_Test.csv").open() as lines:
        given_rows = [
            {name.strip(): float(value) for name, value in row.items()}
            for row in csv.DictReader(lines)
        ]
    ours = read_any_records(clips / "OpenFace_Test.csv").to_pylist()

    def point(row: dict[str, float], number: int) -> np.ndarray:
        return np.array([row[f"{axis}_{number}"] for axis in "XYZ"])

    forward = []
    for row in given_rows:
        corners = np.mean([point(row, number) for number in (36, 45, 48, 54)], axis=0)
        ahead = point(row, 30) - corners
        forward.append(ahead / np.linalg.norm(ahead))
    slopes = [np.arctan2(*(point(r, 45) - point(r, 36))[1::-1]) for r in given_rows]
    yaw = [row["pose_yaw"] for row in ours]
    pitch, roll = [row["pose_pitch"] for row in ours], [row["pose_roll"] for row in ours]
    # Ours: the nose to the right of the picture, up; the top of the head to its left.
    assert np.corrcoef(yaw, np.array(forward)[:, 0])[0, 1] > 0.9
    assert np.corrcoef(pitch, -np.array(forward)[:, 1])[0, 1] > 0.3
    assert np.corrcoef(roll, -np.array(slopes))[0, 1] > 0.7


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"", "expected a table of records"),
        (b"a,b\n1,2\n", "without the column 'source'"),
        (b"frame,success,confidence,AU12_c\n1,1,0.9\n", ":2: expected a row of OpenFace 2"),
        (b"frame,success,confidence,AU12_c\n1,1,x,1\n", ":2: expected a row of OpenFace 2"),
        (b"frame,success,confidence,AU12_c\n\xe9,1,1,1\n", "UTF-8|OpenFace 2"),
        (b"frame,success,confidence,AU12_c\n1e300,1,1,1\n", "single precision in frame"),
        (b"frame,success,confidence,AU12_c\n1e20,1,1,1\n", "whole number from 1 in frame"),
        (b"frame,success,confidence,AU12_c\n1.7,1,1,1\n", "whole number from 1 in frame"),
        (b"frame,success,confidence,AU12_c\n0,1,1,1\n", "whole number from 1 in frame"),
        (b"success,confidence,AU12_c\n1,1,1\n", "in frame, found no such column"),
        (b"frame,success,confidence,AU12_c\n1,1,1e300,1\n", "single precision in confidence"),
        (b"frame,frame,success,confidence,AU12_c\n1,2,1,1,1\n", "'frame' stands there twice"),
        (b"frame_idx,facial_expression,au_12\n1,Happyness,1\n", "expected an expression"),
        (b"frame_idx,facial_expression,au_12\nx,Happiness,1\n", "row of LibreFace"),
        (b"FaceRectX,FaceScore,input\n1,1,a.jpg\n", "in frame, found no such column"),
    ],
)
def test_damaged_tables_are_one_line(tmp_path: Path, content: bytes, named: str) -> None:
    path = tmp_path / "theirs.csv"
    path.write_bytes(content)
    with pytest.raises(FaceBehaviorError, match=named) as caught:
        convert(path, tmp_path / "ours.parquet")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "ours.parquet").exists()


@pytest.mark.parametrize(
    ("content", "faces"),
    [
        ("face,confidence,AU12_c\n0,0.91,1\n1,0.9,0\n", [(0, True), (1, False)]),
        ("facial_expression,au_12\nHappiness,1\nContempt,0\n", [(0, True), (1, False)]),
    ],
)
def test_tables_of_photographs_hold_the_faces_of_one_frame(
    tmp_path: Path, content: str, faces: list[tuple[int, bool]]
) -> None:
    path = tmp_path / "theirs.csv"
    path.write_text(content)
    rows = read_any_records(path).to_pylist()
    assert [(row["face"], row["au12_on"]) for row in rows] == faces
    assert [(row["source"], row["frame"], row["detected"]) for row in rows] == [
        ("theirs", 0, True)
    ] * 2


def test_the_faces_of_a_frame_are_numbered_and_face_ids_are_tracks(tmp_path: Path) -> None:
    path = tmp_path / "clip.csv"
    path.write_text(
        "frame,face_id,success,confidence,AU12_c\n1,4,1,1,1\n1,2,1,1,0\n2,2,1,1,0\n3,0,0,0,0\n"
    )
    rows = read_any_records(path).to_pylist()
    assert [(row["frame"], row["face"], row["track"]) for row in rows] == [
        (0, 0, 4),
        (0, 1, 2),
        (1, 0, 2),
        (2, None, None),
    ]
    path.write_text("FaceRectX,FaceScore,input,frame\n1,1,a.jpg,0\n9,1,a.jpg,0\n1,1,b.jpg,0\n")
    rows = read_any_records(path).to_pylist()
    assert [(row["source"], row["face"]) for row in rows] == [
        ("a.jpg", 0),
        ("a.jpg", 1),
        ("b.jpg", 0),
    ]


def test_a_damaged_parquet_file_is_one_line(tmp_path: Path) -> None:
    path = record(tmp_path / "r.parquet", *(face(frame=frame) for frame in range(3000)))
    content = bytearray(path.read_bytes())
    content[100:2000] = bytes(1900)
    path.write_bytes(bytes(content))
    with pytest.raises(FaceBehaviorError, match="another or a damaged file") as caught:
        convert(path, tmp_path / "ours.csv")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "ours.csv").exists()


def test_line_ends_and_blanks_after_commas_do_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "theirs.csv"
    path.write_bytes(b"frame, timestamp, confidence, success, AU12_c\r\n1, 0, 0.93, 1, 1\r\n\r\n")
    (row,) = read_any_records(path).to_pylist()
    assert (row["frame"], row["au12_on"]) == (0, True)


def test_the_command_converts_and_says_how_many(
    facebehavior: Callable[..., Answer], tmp_path: Path
) -> None:
    source = record(tmp_path / "r.parquet", face())
    answer = facebehavior("convert", source, "-o", tmp_path / "r.feat.csv")
    assert (answer.code, "1 rows" in answer.output) == (0, True)
    assert facebehavior("convert", source, "-o", source).code == 2
    assert facebehavior("convert", tmp_path / "no.csv", "-o", tmp_path / "x.csv").code == 2
    assert facebehavior("convert", source, "-o", tmp_path / "x.xls").code == 2


def test_pandas_loads_our_files(tmp_path: Path) -> None:
    out = tmp_path / "clip.feat.csv"
    ours = record(tmp_path / "r.parquet", face(), face(frame=4))
    convert(ours, out)
    theirs = pandas.read_csv(out)
    assert tuple(theirs.columns) == PY_FEAT.columns
    assert theirs["AU12"].notna().all()
    assert theirs["AU11"].isna().all()
    frame = read_records(ours).to_pandas()
    assert frame["au12"].tolist() == pytest.approx(theirs["AU12"].tolist(), rel=1e-6)
