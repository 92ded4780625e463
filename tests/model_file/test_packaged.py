import hashlib
import json
from pathlib import Path

import pytest
from tests.tiny_models import write_tiny_model

from facebehavior.errors import FaceBehaviorError
from facebehavior.model_file import (
    FaceModel,
    default_model,
    find_model,
    packaged_models,
    packaged_namesake,
    verify,
)


def _listing(folder: Path, entries: object) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "models.json").write_text(json.dumps(entries))
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    entries = {}
    folder = tmp_path / "models"
    folder.mkdir()
    for name, default in (("tiny", True), ("other", False)):
        path = write_tiny_model(folder / f"{name}.onnx").path
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        entries[name] = {
            "file": f"{name}.onnx",
            "sha256": digest,
            "summary": f"the {name} model",
            "default": default,
        }
    return _listing(folder, entries)


def test_packaged_models_are_listed_by_name(folder: Path) -> None:
    models = packaged_models(folder)
    assert list(models) == ["other", "tiny"]
    assert models["tiny"].summary == "the tiny model"
    assert models["tiny"].card == folder / "tiny.md"
    assert default_model(folder).name == "tiny"


def test_models_are_found_by_name_by_path_and_by_default(folder: Path, tmp_path: Path) -> None:
    assert find_model("other", folder) == folder / "other.onnx"
    assert find_model(None, folder) == folder / "tiny.onnx"
    own = write_tiny_model(tmp_path / "own.onnx").path
    assert find_model(own, folder) == own
    assert find_model(str(own), folder) == own
    assert FaceModel(find_model("tiny", folder)).metadata.name == "tiny"


def test_a_path_wins_over_a_name(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("tiny").write_bytes(b"")
    assert find_model("tiny", folder) == Path("tiny")


def test_a_folder_of_a_packaged_models_name_does_not_hide_it(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("tiny", "mine"):
        (tmp_path / name).mkdir()
    assert find_model("tiny", folder) == folder / "tiny.onnx"
    assert find_model("./tiny", folder) == Path("tiny")
    with pytest.raises(FaceBehaviorError, match=r"mine: expected a model file \(\.onnx\)"):
        FaceModel(find_model("mine", folder))


def test_another_file_of_a_packaged_models_name_is_its_namesake(
    folder: Path, tmp_path: Path
) -> None:
    mine = write_tiny_model(tmp_path / "mine.onnx", version="2").path
    assert packaged_namesake(mine, folder) == "tiny"
    assert packaged_namesake(folder / "tiny.onnx", folder) is None
    named = write_tiny_model(tmp_path / "named.onnx", name="mine").path
    assert packaged_namesake(named, folder) is None


def test_an_unknown_name_gives_the_known_and_the_nearest(folder: Path) -> None:
    with pytest.raises(FaceBehaviorError, match="nearest is 'tiny' of: other, tiny"):
        find_model("tyni", folder)


def test_a_name_too_long_for_any_file_is_an_unknown_one(folder: Path) -> None:
    with pytest.raises(FaceBehaviorError, match="aaa"):
        find_model("a" * 5000, folder)


def test_verifying_finds_a_changed_or_missing_file(folder: Path) -> None:
    assert verify("tiny", folder).path == folder / "tiny.onnx"
    (folder / "tiny.onnx").write_bytes(b"changed")
    with pytest.raises(FaceBehaviorError, match="expected sha256"):
        verify("tiny", folder)
    (folder / "tiny.onnx").unlink()
    with pytest.raises(FaceBehaviorError, match="missing"):
        verify("tiny", folder)
    with pytest.raises(FaceBehaviorError, match="no packaged model of that name"):
        verify("absent", folder)


def test_without_packaged_models_the_way_out_is_named(tmp_path: Path) -> None:
    empty = _listing(tmp_path / "empty", {})
    assert packaged_models(empty) == {}
    for name in (None, "tiny"):
        with pytest.raises(FaceBehaviorError, match="give the path of a model file"):
            find_model(name, empty)
    with pytest.raises(FaceBehaviorError, match="no packaged model"):
        verify("tiny", empty)


_ENTRY = {"file": "a.onnx", "sha256": "0", "summary": "", "default": False}


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([1], "missing or damaged"),
        ({"a": 1}, "missing or damaged"),
        ({"a": {"file": "a.onnx"}}, "lacks a proper 'sha256'"),
        ({"a": _ENTRY}, "one default model, found 0"),
        ({"a": _ENTRY | {"default": True}, "b": _ENTRY | {"default": True}}, "found 2"),
    ],
)
def test_a_damaged_list_is_refused(tmp_path: Path, entries: object, message: str) -> None:
    with pytest.raises(FaceBehaviorError, match=message):
        packaged_models(_listing(tmp_path / "damaged", entries))


def test_a_missing_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FaceBehaviorError, match="missing or damaged"):
        packaged_models(tmp_path)


def test_the_models_of_this_package_are_as_released() -> None:
    for name in packaged_models():
        model = verify(name)
        assert model.card.is_file()
        assert FaceModel(model.path).metadata.name == name
