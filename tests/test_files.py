"""What is said of outputs before any work."""

from pathlib import Path

import pytest

from facebehavior.errors import FaceBehaviorError
from facebehavior.files import check_not_read


def test_an_output_is_none_of_the_inputs_by_any_name(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    table = tmp_path / "table.csv"
    table.touch()
    with pytest.raises(FaceBehaviorError, match="would replace what is read"):
        check_not_read(table, [tmp_path / "folder" / ".." / "table.csv"])
    # A name that no file can have is none of an output's, and its reader says what is wrong.
    check_not_read(table, [tmp_path / "other.csv", tmp_path / ("a" * 300)])
