from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from tests.synthesis.small import as_dictionary, few_pictures

from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import EXPRESSIONS, Manifest
from facebehavior.synthesis import Configuration, Materials, Photographer, video, write_video


@pytest.fixture(autouse=True)
def _one_opening(photographer: Photographer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(video, "Photographer", lambda *_: photographer)


@pytest.fixture
def clip(few: Configuration, tmp_path: Path) -> tuple[Path, int]:
    path = tmp_path / "clip.mp4"
    return path, write_video(few, Materials(), path, seconds=2.0)


def test_the_same_configuration_gives_the_same_bytes(few: Configuration, tmp_path: Path) -> None:
    clips = [tmp_path / f"{number}.mp4" for number in range(4)]
    for clip in clips:
        write_video(few, Materials(), clip, seconds=3.0)
    assert len({clip.read_bytes() for clip in clips}) == 1


def test_a_clip_has_a_row_of_truth_for_every_frame(clip: tuple[Path, int]) -> None:
    path, frames = clip
    truth = Manifest.read(path.with_suffix(".truth.parquet"))
    with av.open(str(path)) as container:
        shown = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
        assert float(container.streams.video[0].average_rate or 0) == 25.0
    assert frames == len(shown) == len(truth) == 50
    assert shown[0].shape == (64, 64, 3)
    assert truth.column("frame").to_pylist() == list(range(50))
    assert set(truth.column("video").to_pylist()) == {"clip"}
    assert len(set(truth.column("identity").to_pylist())) == 1
    # It moves, and never jumps.
    steps = [np.abs(a.astype(int) - b).mean() for a, b in pairwise(shown)]
    assert max(steps) < 25
    assert np.abs(shown[0].astype(int) - shown[25]).mean() > 2


def test_the_seven_expressions_rise_and_fall_one_after_another(clip: tuple[Path, int]) -> None:
    truth = Manifest.read(clip[0].with_suffix(".truth.parquet"))
    expressions = truth.column("expression").to_pylist()
    order = list(dict.fromkeys(expressions))
    assert order == list(EXPRESSIONS)
    intensities = np.array(
        [truth.column(f"au{unit:02d}_intensity").to_pylist() for unit in (1, 4, 12, 25)]
    )
    active = np.array([truth.column(f"au{unit:02d}").to_pylist() for unit in (1, 4, 12, 25)])
    np.testing.assert_array_equal(active, intensities >= np.float32(0.2))
    for name in EXPRESSIONS[1:]:  # between two of them, a face is neutral
        places = [place for place, shown in enumerate(expressions) if shown == name]
        middle = intensities[:, places[len(places) // 2]]
        before = intensities[:, places[0] - 1]
        after = intensities[:, min(places[-1] + 1, len(expressions) - 1)]
        shows = middle >= 0.2
        assert shows.any()
        assert (before[shows] <= 0.6 * middle[shows]).all()
        assert (after[shows] <= 0.6 * middle[shows]).all()


def test_a_clip_whose_head_cannot_be_planned_is_one_line(tmp_path: Path) -> None:
    content = as_dictionary(few_pictures())
    content["databases"] = {"test": content["databases"]["test"]}
    content["databases"]["test"]["faces"] = {"expressions": 0.0, "compounds": 1.0}
    configuration = Configuration.model_validate(content)
    with pytest.raises(FaceBehaviorError, match="shows all of neutral, "):
        write_video(configuration, Materials(), tmp_path / "clip.mp4", 1.0)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("seconds", [0.0, -1.0, 0.01, float("nan"), float("inf")])
def test_a_clip_without_frames_is_one_line(
    few: Configuration, tmp_path: Path, seconds: float
) -> None:
    with pytest.raises(FaceBehaviorError, match=r"expected a clip of 0\.04 s or more"):
        write_video(few, Materials(), tmp_path / "clip.mp4", seconds)


def test_a_face_that_shows_nothing_yet_is_neutral(clip: tuple[Path, int]) -> None:
    truth = Manifest.read(clip[0].with_suffix(".truth.parquet"))
    expressions = truth.column("expression").to_pylist()
    first = {name: expressions.index(name) for name in EXPRESSIONS[1:]}
    assert all(expressions[place - 1] == "neutral" for place in first.values())


def test_a_clip_is_an_mp4_file(few: Configuration, tmp_path: Path) -> None:
    with pytest.raises(FaceBehaviorError, match=r"in \.mp4"):
        write_video(few, Materials(), tmp_path / "clip.avi", 1.0)


def test_a_clip_that_cannot_be_written_is_one_line(few: Configuration, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FaceBehaviorError, match="cannot write"):
        write_video(few, Materials(), tmp_path / "file" / "clip.mp4", 0.1)
