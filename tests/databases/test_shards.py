from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from facebehavior.databases import Shards, prepare
from facebehavior.databases.landmarks import BORDER, enlarge
from facebehavior.databases.shards import decode_crop, encode_crop, write_shard
from facebehavior.errors import BadInput, FaceBehaviorError
from facebehavior.faces.alignment import TEMPLATE, CropParameters, cut_face
from facebehavior.faces.media.images import read_image
from facebehavior.labels import Manifest

POINTS = (TEMPLATE * 0.8 + 10).astype(np.float32)


def pictures(folder: Path, count: int) -> list[Path]:
    """Noise pictures, each with its own brightness; the tests give their landmarks."""
    generator = np.random.default_rng(0)
    paths = [folder / f"{number:03d}.png" for number in range(count)]
    for number, path in enumerate(paths):
        noise = generator.integers(0, 50, (120, 130, 3)) + 5 * number
        Image.fromarray(noise.astype(np.uint8)).save(path)
    return paths


def manifest_of(paths: list[Path]) -> Manifest:
    return Manifest.from_rows(
        {
            "image": str(path),
            "database": "toy",
            "split": "train" if number % 2 else "test",
            "expression": "fear",
            "landmarks": POINTS.ravel(),
        }
        for number, path in enumerate(paths)
    )


@pytest.mark.parametrize("parameters", [CropParameters(48, "grey"), CropParameters(32, "rgb")])
def test_shards_hold_exactly_the_crops_that_analysis_would_cut(
    tmp_path: Path, parameters: CropParameters
) -> None:
    paths = pictures(tmp_path, 5)
    report = prepare(manifest_of(paths), tmp_path / "shards", parameters)
    assert (report.rows, report.written, report.alignment) == (5, 5, {"given": 5})
    shards = Shards(tmp_path / "shards")
    assert shards.crop_parameters == parameters
    for number, path in enumerate(paths):
        expected = cut_face(read_image(path), POINTS, parameters)
        assert (shards.crop(number) == expected).all()
    assert (shards.crops([4, 0]) == np.stack([shards.crop(4), shards.crop(0)])).all()
    assert shards.manifest.column("expression").to_pylist() == ["fear"] * 5
    assert shards.manifest.column("alignment").to_pylist() == ["given"] * 5


def test_the_shards_are_the_same_bytes_whatever_the_number_of_workers(tmp_path: Path) -> None:
    manifest = manifest_of(pictures(tmp_path, 6))
    for workers in (1, 2):
        prepare(manifest, tmp_path / str(workers), CropParameters(24, "grey"), workers=workers)
    one, two = (tmp_path / str(n) / "shard-00000.arrow" for n in (1, 2))
    assert one.read_bytes() == two.read_bytes()


def test_unreadable_pictures_are_left_out_and_reported(tmp_path: Path) -> None:
    paths = pictures(tmp_path, 3)
    rows = [{"image": str(path), "database": "toy"} for path in paths]
    paths[1].write_bytes(b"no picture")
    report = prepare(Manifest.from_rows(rows), tmp_path / "shards", CropParameters(24, "grey"))
    assert [problem.source for problem in report.problems] == [str(paths[1])]
    # Noise has no face, so both are cut out by the fallback.
    assert report.alignment == {"fallback": 2}
    shards = Shards(tmp_path / "shards")
    assert len(shards) == 2
    assert shards.manifest.column("landmarks").null_count == 2
    assert "no picture" not in (tmp_path / "shards" / "preparation.json").read_text()


def test_nothing_readable_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"no picture")
    manifest = Manifest.from_rows([{"image": str(tmp_path / "a.png"), "database": "toy"}])
    with pytest.raises(FaceBehaviorError, match="not one picture"):
        prepare(manifest, tmp_path / "shards", CropParameters())


def test_a_folder_with_shards_is_not_written_over(tmp_path: Path) -> None:
    manifest = manifest_of(pictures(tmp_path, 1))
    prepare(manifest, tmp_path / "shards", CropParameters(24))
    with pytest.raises(FaceBehaviorError, match="empty folder"):
        prepare(manifest, tmp_path / "shards", CropParameters(24))


def test_an_empty_manifest_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FaceBehaviorError, match="empty"):
        prepare(Manifest.from_rows([]), tmp_path, CropParameters())


@pytest.mark.parametrize("content", [b"", b"ARROW1 but broken", b"\x89PNG"])
def test_a_damaged_shard_is_one_clear_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "shard-00000.arrow").write_bytes(content)
    with pytest.raises(FaceBehaviorError, match="damaged"):
        Shards(tmp_path)


def test_a_truncated_shard_is_one_clear_error(tmp_path: Path) -> None:
    prepare(manifest_of(pictures(tmp_path, 3)), tmp_path / "shards", CropParameters(24))
    path = tmp_path / "shards" / "shard-00000.arrow"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(FaceBehaviorError, match="damaged"):
        Shards(tmp_path / "shards")


def test_a_plain_arrow_file_is_no_shard(tmp_path: Path) -> None:
    table = pa.table({"image": [b""], "database": ["toy"]})
    with pa.ipc.new_file(str(tmp_path / "a.arrow"), table.schema) as file:
        file.write_table(table)
    with pytest.raises(FaceBehaviorError, match="facebehavior prepare"):
        Shards(tmp_path)


def test_shards_cut_out_differently_are_not_mixed(tmp_path: Path) -> None:
    schema = pa.schema({"image": pa.binary(), "database": pa.string()})
    for size in (24, 32):
        crop = encode_crop(np.zeros((size, size, 1), np.uint8))
        batch = pa.record_batch([pa.array([crop]), pa.array(["toy"])], schema=schema)
        write_shard(tmp_path / f"{size}.arrow", iter([batch]), schema, CropParameters(size, "grey"))
    with pytest.raises(FaceBehaviorError, match="one set of crop parameters"):
        Shards(tmp_path)


def test_rows_of_several_shards_are_found_in_theirs(tmp_path: Path) -> None:
    schema = pa.schema({"image": pa.binary(), "database": pa.string()})
    for shard in range(3):
        levels = [10 * shard + row for row in range(4)]
        crops = [encode_crop(np.full((8, 8, 1), level, np.uint8)) for level in levels]
        batches = [
            pa.record_batch([pa.array([crop]), pa.array(["toy"])], schema=schema) for crop in crops
        ]
        write_shard(tmp_path / f"{shard}.arrow", iter(batches), schema, CropParameters(8, "grey"))
    shards = Shards(tmp_path)
    found = [int(shards.crop(row)[0, 0, 0]) for row in range(len(shards))]
    assert found == [0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23]
    for row in (-1, 12):
        with pytest.raises(IndexError):
            shards.crop(row)


@pytest.mark.parametrize("channels", [1, 3])
def test_crops_survive_encoding(channels: int) -> None:
    colour = "grey" if channels == 1 else "rgb"
    crop = np.random.default_rng(0).integers(0, 256, (16, 16, channels), dtype=np.uint8)
    assert (decode_crop(encode_crop(crop), CropParameters(16, colour)) == crop).all()
    with pytest.raises(FaceBehaviorError, match="16 x 16"):
        decode_crop(encode_crop(crop[:8, :8]), CropParameters(16, colour))


def test_small_pictures_are_enlarged_and_their_points_found_back() -> None:
    picture = np.zeros((48, 48, 3), dtype=np.uint8)
    picture[30, 10] = 255
    enlarged, factor = enlarge(picture)
    assert (factor, enlarged.shape) == (4, (4 * 48 + 2 * BORDER, 4 * 48 + 2 * BORDER, 3))
    y, x = np.unravel_index(enlarged[..., 0].argmax(), enlarged.shape[:2])
    assert (int((x - BORDER) // factor), int((y - BORDER) // factor)) == (10, 30)
    large = np.zeros((400, 300, 3), dtype=np.uint8)
    assert enlarge(large)[0] is large


def test_real_faces_are_mostly_found(ferplus_sample: Path, tmp_path: Path) -> None:
    from facebehavior.databases import ReadingReport
    from facebehavior.databases.ferplus import read_ferplus

    manifest = read_ferplus(ferplus_sample, ReadingReport())
    report = prepare(manifest, tmp_path / "shards", CropParameters(64, "grey"))
    assert report.written == len(manifest)
    assert report.alignment["detected"] >= 0.9 * len(manifest)


def test_a_preparation_that_was_killed_is_done_again(tmp_path: Path) -> None:
    manifest = manifest_of(pictures(tmp_path, 3))
    output = tmp_path / "shards"
    output.mkdir()
    (output / ".unfinished-shard-00000.arrow").write_bytes(b"half")
    (output / "shard-00000.arrow").write_bytes(b"whole, but without its report")
    assert prepare(manifest, output, CropParameters(24)).written == 3
    assert len(Shards(output)) == 3
    assert not list(output.glob(".unfinished*"))


def test_bad_pictures_and_landmarks_among_given_ones_are_skipped(tmp_path: Path) -> None:
    paths = pictures(tmp_path, 4)
    paths[1].write_bytes(b"no picture")
    rows = list(manifest_of(paths).rows())
    rows[2]["landmarks"] = [5.0] * 10
    report = prepare(Manifest.from_rows(rows), tmp_path / "shards", CropParameters(24))
    assert [problem.source for problem in report.problems] == [str(paths[1]), str(paths[2])]
    assert report.alignment == {"given": 2}


def test_strict_preparation_writes_nothing_where_a_picture_is_bad(tmp_path: Path) -> None:
    paths = pictures(tmp_path, 2)
    paths[1].write_bytes(b"no picture")
    with pytest.raises(BadInput, match=r"001\.png"):
        prepare(manifest_of(paths), tmp_path / "shards", CropParameters(24), strict=True)
    assert not list((tmp_path / "shards").glob("*.arrow"))


def test_no_workers_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FaceBehaviorError, match="found 0"):
        prepare(manifest_of(pictures(tmp_path, 1)), tmp_path / "out", CropParameters(), workers=0)
