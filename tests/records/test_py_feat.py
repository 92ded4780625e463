"""Tables of py-feat: written as theirs, read as ours."""

import importlib.util
import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.records.peer_tables import cells, convert_back, face, record

from facebehavior.labels import ACTION_UNITS, EXPRESSIONS
from facebehavior.records import convert
from facebehavior.records.peers.py_feat import PY_FEAT


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
