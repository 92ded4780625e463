"""What holds of every reader of a released database, on its tiny tree."""

import os
from pathlib import Path

import numpy as np
import pytest
from tests.databases.trees import TREES

from facebehavior.databases import READERS, ReadingReport
from facebehavior.databases.about import FACTS, about
from facebehavior.databases.checking import check
from facebehavior.errors import BadInput, FaceBehaviorError
from facebehavior.labels import ACTION_UNIT_COLUMNS, Manifest

every_database = pytest.mark.parametrize("name", TREES)
CODED = {
    "aff-wild2": (1, 2, 4, 6, 7, 10, 12, 15, 23, 24, 25, 26),
    "aff-wild2-mtl": (1, 2, 4, 6, 7, 10, 12, 15, 23, 24, 25, 26),
    "bp4d": (1, 2, 4, 6, 7, 10, 12, 14, 15, 17, 23, 24),
    "bp4d-plus": (1, 2, 4, 6, 7, 10, 12, 14, 15, 17, 23, 24),
    "disfa": (1, 2, 4, 5, 6, 9, 12, 15, 17, 20, 25, 26),
    "disfa-plus": (1, 2, 4, 5, 6, 9, 12, 15, 17, 20, 25, 26),
    "emotionet": (1, 2, 4, 5, 6, 9, 12, 17, 20, 25, 26),
    "raf-au": (1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 23, 24, 25, 26),
    "raf-ce": (1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 23, 24, 25, 26),
}


def read(name: str, root: Path, *, strict: bool = False) -> tuple[Manifest, ReadingReport]:
    report = ReadingReport(strict=strict)
    return READERS[name](root, report), report


@pytest.fixture
def tree(name: str, tmp_path: Path) -> Path:
    TREES[name](tmp_path / "root")
    return tmp_path / "root"


def test_every_released_database_has_a_tree() -> None:
    assert set(READERS) - set(TREES) == {"manifest", "synthetic", "table"}


@every_database
def test_its_documentation_tells_everything(name: str) -> None:
    found = about(READERS[name])
    assert set(found.facts) == set(FACTS)
    assert all(found.facts.values())
    assert "Layout::" in found.text
    for option in found.options:
        assert f"`{option}`" in found.text or "those of raf-db" in found.text


@every_database
def test_every_row_has_a_picture_a_name_and_a_label(name: str, tree: Path) -> None:
    manifest, report = read(name, tree)
    assert len(manifest) > 0
    assert len(manifest) <= report.rows or name in ("aff-wild2", "disfa", "disfa-plus")
    assert set(manifest.column("database").to_pylist()) == {name}
    for image in manifest.column("image").to_pylist():
        assert isinstance(image, bytes) or os.path.isfile(image)
    assert check(manifest, report).labels


@every_database
def test_action_units_that_are_not_coded_are_null(name: str, tree: Path) -> None:
    manifest, _ = read(name, tree)
    coded = {f"au{unit:02d}" for unit in CODED.get(name, ())}
    labelled = {n for n in ACTION_UNIT_COLUMNS if manifest.column(n).null_count < len(manifest)}
    assert labelled == coded


@every_database
def test_nobody_stands_in_two_splits(name: str, tree: Path) -> None:
    manifest, _ = read(name, tree)
    pairs = zip(
        manifest.column("subject").to_pylist(), manifest.column("split").to_pylist(), strict=True
    )
    seen: dict[str, str | None] = {}
    for subject, split in pairs:
        if subject is not None:
            assert seen.setdefault(subject, split) == split


@every_database
def test_reading_twice_gives_the_same(name: str, tree: Path) -> None:
    assert read(name, tree)[0].table.equals(read(name, tree)[0].table)


@every_database
@pytest.mark.parametrize("kind", ["empty folder", "missing", "file"])
def test_a_wrong_root_is_named(name: str, kind: str, tmp_path: Path) -> None:
    root = tmp_path / "wrong"
    if kind == "empty folder":
        root.mkdir()
    elif kind == "file":
        root.write_bytes(b"PK\x03\x04")
    with pytest.raises(FaceBehaviorError, match="wrong") as caught:
        read(name, root)
    assert "\n" not in str(caught.value)


@every_database
def test_labels_that_are_not_utf8_are_problems_and_strict_reading_stops(
    name: str, tree: Path
) -> None:
    texts = sorted(p for p in tree.rglob("*") if p.suffix in (".txt", ".csv", ".lst"))
    if not texts:
        pytest.skip("its labels are no text")
    whole, before = read(name, tree)
    longest = max(texts, key=lambda path: path.stat().st_size)
    content = longest.read_bytes().rstrip(b"\r\n").split(b"\n")
    last = 2 + (len(content) - 2) // 2
    content[last - 1] = b"\xff\xfe\xfa" + content[last - 1]
    longest.write_bytes(b"\n".join(content) + b"\n")
    if name == "lfw":
        return  # its pairs are read by the protocol alone
    manifest, report = read(name, tree)
    assert len(report.problems) == len(before.problems) + 1
    assert any(f"{longest.name}:{last}" in str(problem) for problem in report.problems)
    assert len(manifest) <= len(whole)
    with pytest.raises(BadInput):
        read(name, tree, strict=True)


@every_database
def test_half_a_download_is_an_error(name: str, tree: Path) -> None:
    pictures = [p for p in tree.rglob("*") if p.suffix.lower() in (".jpg", ".png", ".mp4", ".avi")]
    if not pictures:
        pytest.skip("its pictures stand in its file of labels")
    for path in pictures:
        path.unlink()
    for folder in sorted((p for p in tree.rglob("*") if p.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()
    if name in ("afew-va", "ferplus"):  # their labels lie beside their pictures
        assert len(read(name, tree)[0]) == 0
        return
    with pytest.raises(FaceBehaviorError):
        read(name, tree)


@every_database
def test_five_points_that_a_release_gives_are_a_face(name: str, tree: Path) -> None:
    manifest, _ = read(name, tree)
    points = [one for one in manifest.column("landmarks").to_pylist() if one is not None]
    for one in points:
        left, right, nose, mouth_left, mouth_right = np.array(one).reshape(5, 2)
        assert left[0] < nose[0] < right[0]
        assert max(left[1], right[1]) < nose[1] < min(mouth_left[1], mouth_right[1])
    assert bool(points) == (name in ("afew-va", "aff-wild2", "aff-wild2-mtl", "affectnet"))
