"""Predictions of other programs, one file a video or a picture, beside a model's."""

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import f1_score
from tests.conftest import Answer
from tests.databases.trees import TREES
from tests.tiny_models import SIZE, tiny_crops, write_tiny_model

from facebehavior.databases import Shards
from facebehavior.errors import FaceBehaviorError
from facebehavior.evaluation import FileAnswers, evaluate, find_protocol
from facebehavior.evaluation.matching import NONE, SEVERAL, Parts, longest_ends, path_parts
from facebehavior.faces.alignment import CropParameters
from facebehavior.labels import Manifest
from facebehavior.model_file import FaceModel

DEFAULT = find_protocol("default")
GREY = CropParameters(SIZE, "grey")
FRAMES = 12
VIDEOS = ("SN001", "SN002", "SN010")


@dataclass(frozen=True)
class Given:
    """Crops that need no file."""

    manifest: Manifest
    crop_parameters: CropParameters = GREY

    def crops(self, indices: NDArray[np.int64]) -> NDArray[np.uint8]:
        return tiny_crops(len(self.manifest))[indices]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> FaceModel:
    return FaceModel(write_tiny_model(tmp_path_factory.mktemp("m") / "tiny.onnx").path)


def labels(video: str) -> NDArray[np.bool_]:
    """Say on which frames of a video action unit 12 is active."""
    seed = VIDEOS.index(video) if video in VIDEOS else 9
    return np.random.default_rng(seed).random(FRAMES) < 0.5


def of_videos(path: str = "Videos/Left{}_comp.avi") -> Given:
    """Give frames of videos, counted from 0."""
    return Given(
        Manifest.from_rows(
            {
                "image": b"",
                "source": path.format(video),
                "database": "disfa",
                "subject": video,
                "video": video,
                "frame": frame,
                "au12": bool(labels(video)[frame]),
            }
            for video in VIDEOS
            for frame in range(FRAMES)
        )
    )


def of_pictures(first: int = 1, offset: int = 0) -> Given:
    """Give the same frames as pictures whose numbers begin at `first`; two were not detected.

    `offset` is what is added to a coded frame to get the number of its picture, as in BP4D+.
    """
    return Given(
        Manifest.from_rows(
            {
                "image": b"",
                "source": f"cropped_aligned/{video}/{frame + first:05d}.jpg",
                "database": "aff-wild2",
                "subject": video,
                "video": video,
                "frame": frame + first - offset,
                "au12": bool(labels(video)[frame]),
            }
            for video in VIDEOS
            for frame in range(FRAMES)
            if frame not in (2, 5)
        )
    )


def openface(path: Path, active: Sequence[bool]) -> None:
    """Write a table of OpenFace for a video, frames from 1; the last frame has no face."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [
        {"frame": number, "face_id": 0, "timestamp": 0.04 * number, "confidence": 0.9,
         "success": int(number < FRAMES), "AU12_r": 0, "AU12_c": float(one)}
        for number, one in enumerate(active, start=1)
    ]  # fmt: skip
    write(path, rows)


def write(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    with path.open("w", newline="") as file:
        lines = csv.DictWriter(file, list(rows[0]))
        lines.writeheader()
        lines.writerows(rows)


def theirs(video: str) -> NDArray[np.bool_]:
    """Let the other program be wrong on every third frame."""
    wrong: NDArray[np.bool_] = np.arange(FRAMES) % 3 == 0
    return np.asarray(labels(video) != wrong, dtype=np.bool_)


def test_one_table_a_video_is_matched_by_name_and_frame(model: FaceModel, tmp_path: Path) -> None:
    for video in VIDEOS:
        openface(tmp_path / "openface" / f"Left{video}_comp.csv", theirs(video).tolist())
    data = of_videos()
    answers = FileAnswers(tmp_path / "openface")
    found = evaluate(model, data, DEFAULT, others=[answers], replicates=50)
    (comparison,) = found.comparisons
    assert comparison.other == "openface"
    assert comparison.unmatched == len(VIDEOS)
    (units,) = comparison.differences
    # Written from the definition, over the frames on which the other has found a face.
    kept = np.tile(np.arange(FRAMES) < FRAMES - 1, len(VIDEOS))
    truth = np.concatenate([labels(video) for video in VIDEOS])[kept]
    other = np.concatenate([theirs(video) for video in VIDEOS])[kept]
    probabilities = model.predict(data.crops(np.arange(len(data.manifest)))).action_units
    assert probabilities is not None
    limit = model.metadata.action_unit_thresholds.get("au12", 0.5)
    place = list(model.metadata.heads["action_units"]).index("au12")
    ours = (probabilities[:, place] > limit)[kept]
    assert units.images == kept.sum()
    assert units.second == pytest.approx(f1_score(truth, other), abs=1e-12)
    assert units.first == pytest.approx(f1_score(truth, ours), abs=1e-12)
    assert units.difference.value == pytest.approx(units.first - units.second, abs=1e-12)
    assert units.difference.low <= units.difference.value <= units.difference.high


@pytest.mark.parametrize(("first", "offset"), [(0, 0), (1, 0), (100, 0), (0, -1)])
def test_tables_of_videos_meet_the_pictures_of_the_videos(
    model: FaceModel, tmp_path: Path, first: int, offset: int
) -> None:
    for video in VIDEOS:
        openface(tmp_path / f"{video}.csv", labels(video).tolist())
    answers = FileAnswers(tmp_path, first_frame=first)
    data = of_pictures(first, offset)
    found = evaluate(model, data, DEFAULT, others=[answers], replicates=5)
    assert found.comparisons[0].differences[0].second == 1.0
    assert found.comparisons[0].unmatched == len(VIDEOS)


def test_a_table_of_a_folder_with_gaps_is_warned_of(
    model: FaceModel, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Two pictures are missing in the folder, and its frames are counted without them."""
    present = [one for frame, one in enumerate(labels("SN001")) if frame not in (2, 5)]
    openface(tmp_path / "SN001.csv", present)
    answers = FileAnswers(tmp_path, first_frame=1)
    evaluate(model, of_pictures(), DEFAULT, others=[answers], replicates=5)
    assert "1 of its 1 pictures or videos end before the prepared pictures" in caplog.text


def test_which_picture_is_a_videos_first_has_to_be_told(model: FaceModel, tmp_path: Path) -> None:
    openface(tmp_path / "SN001.csv", labels("SN001").tolist())
    with pytest.raises(FaceBehaviorError, match=r"here 1 to 12; tell with --first-frame"):
        evaluate(model, of_pictures(), DEFAULT, others=[FileAnswers(tmp_path)], replicates=5)


def test_folders_tell_videos_of_one_name_apart(model: FaceModel, tmp_path: Path) -> None:
    data = of_videos("Sequences/{}/T1.mp4")
    for video in VIDEOS:
        openface(tmp_path / "all" / video / "T1.csv", labels(video).tolist())
    found = evaluate(model, data, DEFAULT, others=[FileAnswers(tmp_path / "all")], replicates=5)
    assert found.comparisons[0].differences[0].second == 1.0
    openface(tmp_path / "alone" / "T1.csv", labels("SN001").tolist())
    with pytest.raises(FaceBehaviorError, match="fits several; give them with their folders"):
        evaluate(model, data, DEFAULT, others=[FileAnswers(tmp_path / "alone")], replicates=5)


def test_two_tables_of_one_video_are_refused(model: FaceModel, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        openface(tmp_path / folder / "LeftSN001_comp.csv", labels("SN001").tolist())
    with pytest.raises(FaceBehaviorError, match=r"one.*two.*both fit Videos/LeftSN001_comp"):
        evaluate(model, of_videos(), DEFAULT, others=[FileAnswers(tmp_path)], replicates=5)


def test_pictures_that_py_feat_counts_through_are_pictures(
    model: FaceModel, tmp_path: Path
) -> None:
    rows = [
        {"FaceRectX": 1, "FaceRectY": 1, "FaceRectWidth": 9, "FaceRectHeight": 9, "FaceScore": 1,
         "AU12": float(labels(video)[frame]), "frame": place,
         "input": f"/elsewhere/{video}/{frame + 1:05d}.png"}
        for place, (video, frame) in enumerate(
            (video, frame) for video in VIDEOS for frame in range(FRAMES)
        )
    ]  # fmt: skip
    write(tmp_path / "feat.csv", rows)
    answers = FileAnswers(tmp_path / "feat.csv")
    found = evaluate(model, of_pictures(), DEFAULT, others=[answers], replicates=5)
    assert found.comparisons[0].differences[0].second == 1.0
    assert found.comparisons[0].unmatched == 0


def test_what_fits_nothing_says_what_was_expected(model: FaceModel, tmp_path: Path) -> None:
    openface(tmp_path / "holiday.csv", labels("SN001").tolist())
    with pytest.raises(FaceBehaviorError) as raised:
        evaluate(model, of_videos(), DEFAULT, others=[FileAnswers(tmp_path)], replicates=5)
    for said in ("not one of its rows", "Videos/LeftSN001_comp.avi, frame 0", "holiday"):
        assert said in str(raised.value)


def test_rows_of_strangers_are_told(
    model: FaceModel, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("LeftSN001_comp", "holiday"):
        openface(tmp_path / f"{name}.csv", labels("SN001").tolist())
    found = evaluate(model, of_videos(), DEFAULT, others=[FileAnswers(tmp_path)], replicates=5)
    assert found.comparisons[0].unmatched == 2 * FRAMES + 1
    assert "1 of its 2 pictures or videos are not among the prepared ones" in caplog.text


def test_a_folder_without_predictions_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing")
    for paths in ([tmp_path], [tmp_path / "notes.txt"]):
        with pytest.raises(FaceBehaviorError, match="found none"):
            FileAnswers(*paths)
    with pytest.raises(FaceBehaviorError, match="no such file"):
        FileAnswers(tmp_path / "nowhere.csv")


NAMES = st.lists(st.sampled_from("abc"), min_size=1, max_size=5).map(tuple)


@given(st.lists(NAMES, max_size=6), st.lists(NAMES, max_size=8, unique=True))
def test_the_longest_end_decides(paths: list[Parts], others: list[Parts]) -> None:
    found = longest_ends(paths, others)
    for path, place in zip(paths, found.places, strict=True):
        common = [shared(path, other) for other in others]
        longest = min(4, max(common, default=0))
        best = [n for n, depth in enumerate(common) if min(4, depth) == longest]
        if not longest:
            assert place == NONE
        else:
            assert place == (best[0] if len(best) == 1 else SEVERAL)


def shared(first: Sequence[str], second: Sequence[str]) -> int:
    """Count the parts that two paths have in common from the end."""
    pairs = zip(reversed(first), reversed(second), strict=False)
    return next(
        (number for number, (a, b) in enumerate(pairs) if a != b), min(len(first), len(second))
    )


def test_only_endings_of_pictures_and_videos_are_taken_off() -> None:
    assert path_parts("P1.take2") == ("P1.take2",)
    assert path_parts("a/P1.take2.mp4") == ("a", "P1.take2")
    assert path_parts("C:\\a\\001.JPG") == ("C:", "a", "001")


def test_several_peers_in_one_report_of_a_released_database(
    facebehavior: Callable[..., Answer], tmp_path: Path
) -> None:
    tree, shards = tmp_path / "tree", tmp_path / "shards"
    TREES["aff-wild2"](tree, FRAMES)
    words = ("-o", shards, "--size", SIZE, "--colour", "grey")
    assert facebehavior("prepare", "aff-wild2", tree, *words).code == 0
    model = write_tiny_model(tmp_path / "tiny.onnx").path
    for video in ("9-1", "10-60"):
        openface(tmp_path / "openface" / f"{video}.csv", [True] * FRAMES)
    rows = [
        {"frame_idx": frame, "frame_time_in_ms": 0, "au_12": 1, "facial_expression": "Neutral"}
        for frame in range(FRAMES)
    ]
    write(tmp_path / "9-1.libreface.csv", rows)
    out = tmp_path / "report"
    compared = ("--compare", tmp_path / "openface", "--compare", tmp_path / "9-1.libreface.csv")
    given = ("evaluate", model, shards, "--split", "validation", "-o", out)
    answer = facebehavior(*given, *compared, "--first-frame", "1")
    assert answer.code == 0, answer.errors
    report = json.loads((out / "report.json").read_text())
    first, second = report["comparisons"]
    assert [one["task"] for one in first["differences"]] == ["action_units"]
    assert [one["task"] for one in second["differences"]] == ["expression", "action_units"]
    # Of one of the two videos the second says nothing.
    manifest = Shards(shards).manifest.split("validation")
    other = sum(video == "10-60" for video in manifest.column("video").to_pylist())
    assert second["unmatched"] >= other
    text = (out / "report.md").read_text()
    assert "## Beside openface" in text
    assert "## Beside 9-1.libreface.csv" in text
    refused = facebehavior(*given, *compared)
    assert (refused.code, "--first-frame" in refused.errors) == (2, True)
    assert facebehavior(*given, "--first-frame", "1").code == 2
