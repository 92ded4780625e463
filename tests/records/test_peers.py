"""Tables of OpenFace 2, py-feat and LibreFace: written as theirs, read as ours."""

import csv
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas
import pytest
from tests.conftest import Answer
from tests.records.peer_tables import cells, convert_back, face, record

from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import EXPRESSIONS
from facebehavior.records import convert, read_any_records, read_records
from facebehavior.records.peers import PEERS, Peer
from facebehavior.records.peers.openface import OPENFACE
from facebehavior.records.peers.py_feat import PY_FEAT

every_peer = pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)


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


@every_peer
def test_a_damaged_frame_is_no_frame_without_a_face_for_anyone(tmp_path: Path, peer: Peer) -> None:
    rows = [face(frame=0), face(frame=1, detected=None), face(frame=2)]
    out = tmp_path / f"clip{peer.ending}"
    convert(record(tmp_path / "r.parquet", *rows), out)
    assert len(cells(out)) == 2
    back = convert_back(out)
    assert [row["frame"] for row in back] == [0, 2]
    assert all(row["detected"] for row in back)


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
