from pathlib import Path

import pytest
from PIL import Image

from facebehavior.databases import ReadingReport, find_reader
from facebehavior.databases.synthetic import read_synthetic
from facebehavior.errors import BadInput, FaceBehaviorError
from facebehavior.labels import Manifest


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """What `facebehavior synthesize` leaves, in small: five rows, of which one reveals more."""
    root = tmp_path / "faces"
    rows: list[dict[str, object]] = []
    for number in range(5):
        name = f"images/train/{number:06d}.jpg"
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 8), (10 * number, 0, 0)).save(root / name)
        rows.append(
            {
                "image": name,
                "database": "faces",
                "split": "train",
                "subject": f"p{number % 2}",
                "expression": "fear" if number else None,
                "landmarks": [float(place) for place in range(10)],
            }
        )
    Manifest.from_rows(rows).write(root / "manifest.parquet")
    Manifest.from_rows([row | {"au12": True} for row in rows]).write(root / "truth.parquet")
    return root


def test_the_manifest_is_read_with_whole_paths(database: Path) -> None:
    report = ReadingReport()
    manifest = find_reader("synthetic")(database, report)
    images = manifest.column("image").to_pylist()
    assert images == [str(database / f"images/train/{number:06d}.jpg") for number in range(5)]
    assert manifest.column("expression").to_pylist() == [None, *["fear"] * 4]
    assert manifest.column("landmarks").null_count == 0
    assert manifest.column("au12").null_count == 5
    assert report.rows == 5
    assert not report.problems


def test_the_truth_can_be_read_instead(database: Path) -> None:
    manifest = read_synthetic(database / "truth.parquet", ReadingReport())
    assert manifest.column("au12").to_pylist() == [True] * 5
    assert all(Path(path).is_file() for path in manifest.column("image").to_pylist())


def test_a_row_whose_picture_is_gone_is_left_out_and_named(database: Path) -> None:
    (database / "images/train/000003.jpg").unlink()
    report = ReadingReport()
    manifest = read_synthetic(database, report)
    assert [Path(name).stem for name in manifest.column("image").to_pylist()] == [
        "000000",
        "000001",
        "000002",
        "000004",
    ]
    (problem,) = report.problems
    assert problem.source.endswith("manifest.parquet:4")
    assert "000003.jpg" in problem.reason
    assert report.rows == 5
    with pytest.raises(BadInput, match="000003"):
        read_synthetic(database, ReadingReport(strict=True))


def test_a_folder_of_several_databases_is_answered_with_their_names(database: Path) -> None:
    with pytest.raises(FaceBehaviorError, match=r"holds the databases faces; name one, as in") as e:
        read_synthetic(database.parent, ReadingReport())
    assert str(database) in str(e.value)


@pytest.mark.parametrize("name", ["nothing", "nothing/truth.parquet"])
def test_a_folder_without_a_database_is_one_line(tmp_path: Path, name: str) -> None:
    with pytest.raises(FaceBehaviorError, match="facebehavior synthesize") as caught:
        read_synthetic(tmp_path / name, ReadingReport())
    assert "\n" not in str(caught.value)


def test_a_damaged_manifest_is_one_line(database: Path) -> None:
    (database / "manifest.parquet").write_bytes(b"rubbish")
    with pytest.raises(FaceBehaviorError, match="a damaged one") as caught:
        read_synthetic(database, ReadingReport())
    assert "\n" not in str(caught.value)
