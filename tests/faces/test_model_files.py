import shutil
from pathlib import Path

import pytest

from facebehavior.errors import FaceBehaviorError
from facebehavior.faces.model_files import (
    FACE_LANDMARKER,
    MODEL_FOLDER,
    ULTRAFACE,
    ModelFile,
    checked_path,
    users_path,
)


@pytest.mark.parametrize("file", [FACE_LANDMARKER, ULTRAFACE])
def test_the_shipped_files_are_whole_and_named_in_the_notice(file: ModelFile) -> None:
    assert checked_path(file) == MODEL_FOLDER / file.name
    notice = (MODEL_FOLDER / "NOTICE.md").read_text(encoding="utf-8")
    assert file.name in notice
    assert file.sha256 in notice


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    damaged = tmp_path / ULTRAFACE.name
    shutil.copy(MODEL_FOLDER / ULTRAFACE.name, damaged)
    with damaged.open("r+b") as stream:
        stream.seek(5000)
        stream.write(b"\0\1\2")
    with pytest.raises(FaceBehaviorError, match=r"damaged.*install facebehavior again"):
        checked_path(ULTRAFACE, tmp_path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FaceBehaviorError, match=r"cannot read the model file .*\.task"):
        checked_path(FACE_LANDMARKER, tmp_path)


def test_a_users_file_has_to_exist(tmp_path: Path) -> None:
    with pytest.raises(FaceBehaviorError, match="expected a thing at"):
        users_path(tmp_path, "a thing")
    file = tmp_path / "a.bin"
    file.write_bytes(b"")
    assert users_path(str(file), "a thing") == file
