from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from facebehavior.databases import Shards, finding, preparation, prepare, sequences
from facebehavior.databases.landmarks import median_points, points_in_box
from facebehavior.databases.preparation import BYTES_PER_SHARD, rows_per_shard
from facebehavior.databases.sequences import rows_of, spans
from facebehavior.databases.shards import encode_crop
from facebehavior.errors import FaceBehaviorError
from facebehavior.faces.alignment import TEMPLATE, TEMPLATE_SIZE, CropParameters, cut_face
from facebehavior.faces.face import Face
from facebehavior.labels import Manifest

GREY = CropParameters(24, "grey")
UNIT = TEMPLATE / TEMPLATE_SIZE


class BrightFaces:
    """Finds a face wherever a picture has a white square of 40 pixels, and two where it has two."""

    def __init__(self) -> None:
        self.looked_at = 0

    def detect(self, image: NDArray[np.uint8]) -> Sequence[Face]:
        self.looked_at += 1
        bright = image[..., 0] > 200
        columns = np.flatnonzero(bright.any(axis=0))
        faces = []
        for part in np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1):
            if len(part):
                rows = np.flatnonzero(bright[:, part].any(axis=1))
                box = np.array([part[0], rows[0], len(part), len(rows)], dtype=np.float64)
                faces.append(Face(box, box[:2] + UNIT * box[2:]))
        return faces

    def close(self) -> None: ...


@pytest.fixture(autouse=True)
def detector(monkeypatch: pytest.MonkeyPatch) -> BrightFaces:
    found = BrightFaces()
    monkeypatch.setattr(finding, "_process_detector", lambda _: found)
    monkeypatch.setattr(finding, "_close_detector", lambda _: None)
    return found


def picture(*squares: tuple[int, int, int]) -> NDArray[np.uint8]:
    """A picture with squares (x, y, width)."""
    image = np.full((200, 300, 3), 60, dtype=np.uint8)
    for x, y, width in squares:
        image[y : y + width, x : x + width] = 230
    return image


def write(path: Path, image: NDArray[np.uint8]) -> str:
    Image.fromarray(image).save(path)
    return str(path)


def write_video(path: Path, frames: Sequence[NDArray[np.uint8]]) -> str:
    with av.open(path, "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 300, 200, "yuv420p"
        stream.bit_rate = 4_000_000
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, "rgb24")))
        container.mux(stream.encode())
    return str(path)


def columns(output: Path, name: str) -> list[Any]:
    found: list[Any] = Shards(output).manifest.column(name).to_pylist()
    return found


def test_the_largest_face_is_cut_out_or_the_one_that_is_meant(tmp_path: Path) -> None:
    image = write(tmp_path / "two.png", picture((20, 30, 40), (150, 60, 80)))
    row = {"image": image, "database": "d"}
    rows: list[dict[str, object]] = [{**row}, {**row, "face_box": [25.0, 30.0, 40.0, 40.0]}]
    prepare(Manifest.from_rows(rows), tmp_path / "out", GREY)
    largest, meant = (np.reshape(one, (5, 2)) for one in columns(tmp_path / "out", "landmarks"))
    np.testing.assert_allclose(largest, [150, 60] + UNIT * 80, atol=1e-3)
    np.testing.assert_allclose(meant, [20, 30] + UNIT * 40, atol=1e-3)


def test_where_the_meant_face_is_not_found_its_box_stands_in(tmp_path: Path) -> None:
    image = picture((150, 60, 80))
    box = np.array([10.0, 20.0, 60.0, 60.0])
    row = {"image": write(tmp_path / "a.png", image), "database": "d", "face_box": box}
    report = prepare(Manifest.from_rows([row]), tmp_path / "out", GREY)
    assert report.alignment == {"fallback": 1}
    assert columns(tmp_path / "out", "landmarks") == [None]
    expected = cut_face(image, points_in_box(box), GREY)
    np.testing.assert_array_equal(Shards(tmp_path / "out").crop(0), expected)


def test_the_median_of_the_found_faces_stands_in_for_the_others(tmp_path: Path) -> None:
    images = [picture((20, 30, 40)), picture((40, 50, 60)), picture((90, 40, 80)), picture()]
    paths = [write(tmp_path / f"{number}.png", image) for number, image in enumerate(images)]
    rows = [{"image": path, "database": "d"} for path in paths]
    report = prepare(Manifest.from_rows(rows), tmp_path / "out", GREY)
    assert report.alignment == {"detected": 3, "fallback": 1}
    expected = np.median([[20, 30] + UNIT * 40, [40, 50] + UNIT * 60, [90, 40] + UNIT * 80], axis=0)
    np.testing.assert_array_equal(
        Shards(tmp_path / "out").crop(3), cut_face(images[3], expected, GREY)
    )
    listed = (tmp_path / "out" / "undetected.csv").read_text().splitlines()
    assert listed == ["image,frame,video", f"{paths[3]},,"]


def test_medians_are_shares_of_each_pictures_own_size() -> None:
    points = np.stack([np.full((5, 2), value) for value in (10.0, 60.0, 90.0, np.nan)])
    sizes = np.array([(100, 100), (200, 300), (100, 100), (10, 10)])
    np.testing.assert_allclose(median_points(points, sizes), np.array([(0.3, 0.2)] * 5))
    np.testing.assert_allclose(median_points(points[3:], sizes[3:]), UNIT)


def test_frames_of_a_video_are_found_by_their_number(tmp_path: Path) -> None:
    frames = [picture((10 + 20 * number, 40, 60)) for number in range(6)]
    video = write_video(tmp_path / "clip.avi", frames)
    rows = [
        {"image": video, "database": "d", "video": "clip", "frame": number, "valence": number / 10}
        for number in (1, 4, 5, 7)
    ]
    report = prepare(Manifest.from_rows(rows), tmp_path / "out", CropParameters(48, "rgb"))
    assert [str(problem) for problem in report.problems] == [
        f"{video}:7: expected a frame 7, found a video of 6 frames"
    ]
    assert columns(tmp_path / "out", "frame") == [1, 4, 5]
    for place, number in enumerate((1, 4, 5)):
        points = np.reshape(columns(tmp_path / "out", "landmarks")[place], (5, 2))
        np.testing.assert_allclose(points, [10 + 20 * number, 40] + UNIT * 60, atol=4)


def test_following_takes_the_face_of_the_frame_before(tmp_path: Path) -> None:
    images = [picture((20, 60, 60)), picture((24, 60, 60), (180, 40, 90)), picture((190, 40, 90))]
    rows = [
        {"image": write(tmp_path / f"{n}.png", image), "database": "d", "video": "v", "frame": n}
        for n, image in enumerate(images)
    ]
    left = {}
    for follow in (False, True):
        prepare(Manifest.from_rows(rows), tmp_path / str(follow), GREY, follow=follow)
        points = np.reshape(columns(tmp_path / str(follow), "landmarks"), (3, 5, 2))
        left[follow] = points[:, :, 0].min(axis=1) < 120
    assert left[False].tolist() == [True, False, False]
    assert left[True].tolist() == [True, True, False]


def test_pictures_inside_the_database_are_cut_out_too(tmp_path: Path) -> None:
    path = Path(write(tmp_path / "a.png", picture((40, 40, 90))))
    rows = [{"image": content, "database": "d"} for content in (path.read_bytes(), b"rubbish")]
    report = prepare(Manifest.from_rows(rows), tmp_path / "out", GREY)
    assert report.alignment == {"detected": 1}
    assert "a picture inside the database" in str(report.problems[0])


def test_a_run_that_was_killed_goes_on_and_gives_the_same_bytes(
    tmp_path: Path, detector: BrightFaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sequences, "PICTURES_TOGETHER", 2)
    monkeypatch.setattr(finding, "ROWS_PER_PART", 4)
    monkeypatch.setattr(preparation, "ROWS_PER_SHARD", 3)
    paths = [write(tmp_path / f"{n}.png", picture((20 + n, 30, 50))) for n in range(10)]
    manifest = Manifest.from_rows({"image": path, "database": "d"} for path in paths)
    prepare(manifest, tmp_path / "whole", GREY)
    assert detector.looked_at == 10

    def killed(*_: object) -> Iterator[list[bytes]]:
        raise KeyboardInterrupt

    with monkeypatch.context() as interrupted:
        interrupted.setattr(preparation, "crops_of", killed)
        with pytest.raises(KeyboardInterrupt):
            prepare(manifest, tmp_path / "out", GREY)
    assert not list((tmp_path / "out").glob("*.arrow"))
    # One part was not finished; the shards of a part of the rows are there.
    (tmp_path / "out" / ".preparation" / "part-00001.npz").unlink()
    detector.looked_at = 0
    prepare(manifest, tmp_path / "out", GREY)
    assert detector.looked_at == 4
    for path in (tmp_path / "whole").glob("*.arrow"):
        assert path.read_bytes() == (tmp_path / "out" / path.name).read_bytes()
    assert len(list((tmp_path / "out").glob("*.arrow"))) == 4
    assert not (tmp_path / "out" / ".preparation").exists()


def test_an_unfinished_preparation_of_other_rows_is_not_gone_on_with(tmp_path: Path) -> None:
    path = write(tmp_path / "a.png", picture((20, 30, 50)))
    (tmp_path / "out" / ".preparation").mkdir(parents=True)
    (tmp_path / "out" / ".preparation" / "fingerprint").write_text("another")
    with pytest.raises(FaceBehaviorError, match="unfinished preparation of other rows"):
        prepare(Manifest.from_rows([{"image": path, "database": "d"}]), tmp_path / "out", GREY)


def test_rows_stand_together_by_video(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequences, "PICTURES_TOGETHER", 3)
    images = ["a.jpg"] * 4 + ["v.mp4"] * 5 + ["w.mp4"] * 2
    videos = [None] * 4 + ["v"] * 5 + ["w"] * 2
    manifest = Manifest.from_rows(
        {"image": image, "video": video, "database": "d"}
        for image, video in zip(images, videos, strict=True)
    )
    assert spans(manifest) == [(0, 3), (3, 4), (4, 9), (9, 11)]
    assert [row.image for row in rows_of(manifest, 3, 5)] == ["a.jpg", "v.mp4"]
    assert spans(Manifest.from_rows([])) == []


@pytest.mark.parametrize(("size", "colour"), [(48, "grey"), (112, "rgb"), (448, "rgb")])
def test_a_shard_of_noise_stays_below_its_limit(size: int, colour: str) -> None:
    parameters = CropParameters(size, colour)
    noise = np.random.default_rng(0).integers(0, 256, (size, size, parameters.channels))
    encoded = len(encode_crop(noise.astype(np.uint8)))
    # A row of labels takes some hundred bytes more.
    assert rows_per_shard(parameters) * (encoded + 1500) < 1.05 * BYTES_PER_SHARD
