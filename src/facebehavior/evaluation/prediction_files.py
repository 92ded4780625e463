"""Files of anyone's predictions, as answers for prepared pictures."""

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from facebehavior.errors import FaceBehaviorError
from facebehavior.evaluation.labelled_crops import LabelledCrops
from facebehavior.evaluation.other_model import Answers
from facebehavior.evaluation.prediction_places import Origin, Pictures, rows_by_origin
from facebehavior.labels import ACTION_UNIT_COLUMNS, AFFECT, ATTRIBUTE_COLUMNS, EXPRESSIONS
from facebehavior.records import read_any_records

_log = logging.getLogger(__name__)

ENDINGS = (".csv", ".parquet", ".jsonl")
"""Of the files that hold predictions."""

_ON = tuple(f"{name}_on" for name in ACTION_UNIT_COLUMNS)
_COLUMNS: dict[str, pa.DataType] = {
    "source": pa.string(),
    "frame": pa.int64(),
    "box_w": pa.float64(),
    "box_h": pa.float64(),
    "expr": pa.string(),
    **dict.fromkeys(_ON, pa.bool_()),
    **dict.fromkeys((*AFFECT, *ATTRIBUTE_COLUMNS), pa.float64()),
}


def prediction_files(paths: Sequence[str | Path]) -> list[Path]:
    """List the files of predictions that are given, and those in the folders that are given.

    Raises:
        FaceBehaviorError: a folder has none, or something else is given.
    """
    found = []
    for path in map(Path, paths):
        inside = [path]
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.suffix.lower() in ENDINGS)
        if not inside or any(one.suffix.lower() not in ENDINGS for one in inside):
            raise FaceBehaviorError(
                f"{path}: expected predictions, a file or folder of files ending in "
                f"{', '.join(ENDINGS)}; found none"
            )
        found += inside
    return found


class FileAnswers:
    """One program's predictions: our records, or tables of OpenFace 2, py-feat or LibreFace.

    Rows belong to pictures by the ends of paths, without the endings of names, and to videos by
    these and by frames. Where a video was prepared as pictures, a file of the whole video belongs
    to them by the video's name and the pictures' numbers. Of several faces on one image, the one
    with the greatest box is taken.

    Args:
        paths: files, or folders of them.
        first_frame: number of the picture that is the first frame of its video, where files of
            whole videos meet pictures; None where that is not known.

    Raises:
        FaceBehaviorError: a file is none of these.
    """

    def __init__(self, *paths: str | Path, first_frame: int | None = None) -> None:
        files = prediction_files(paths)
        self.name = Path(paths[0]).name or str(paths[0])
        if len(paths) > 1:
            self.name = f"{self.name} and {len(paths) - 1} more"
        self._first_frame = first_frame
        self._table = pa.concat_tables([_read(file) for file in files])
        self._origins, self._of_row = _origins(self._table, files)

    def answers(
        self, data: LabelledCrops, rows: NDArray[np.int64]
    ) -> tuple[dict[str, Answers], int]:
        """Find the row of each image.

        Raises:
            FaceBehaviorError: the images do not tell where they come from, none of them is found,
                two files tell of one video, or it is not known which picture is a video's first.
        """
        pictures = Pictures.of(data.manifest)
        belongs = rows_by_origin(self.name, self._origins, pictures, self._first_frame)
        places = belongs.places(self._of_row, self._frames(), self._box_sizes(), rows)
        if not (places >= 0).any():
            raise FaceBehaviorError(
                f"{self.name}: not one of its rows belongs to an evaluated image; expected names "
                f"and frames such as {pictures.example(int(rows[0]))}, found "
                f"{self._example(belongs.ambiguous)}"
            )
        self._warn(belongs.strangers, "are not among the prepared ones")
        self._warn(
            belongs.too_short(self._of_row, self._frames()),
            "end before the prepared pictures of their video do (if they were made from a folder "
            "in which pictures are missing, their frames are not the pictures' numbers)",
        )
        taken = self._table.take(pa.array(np.maximum(places, 0)))
        known = places >= 0
        answers = {
            "expression": _expressions(taken, known),
            "action_units": _decisions(taken, known, _ON),
            "attributes": _decisions(taken, known, ATTRIBUTE_COLUMNS),
            "affect": _numbers(taken, known),
        }
        return answers, int((~known).sum())

    def _frames(self) -> NDArray[np.int64]:
        """Give each row's frame; that of a picture is 0, though py-feat counts through pictures."""
        of_picture = np.array([one.is_picture for one in self._origins], dtype=np.bool_)
        frames = self._table["frame"].to_numpy()
        return np.where(of_picture[self._of_row], 0, frames) if len(self._of_row) else frames

    def _box_sizes(self) -> NDArray[np.float64]:
        width, height = (self._table[name].fill_null(0.0).to_numpy() for name in ("box_w", "box_h"))
        return np.asarray(width * height)

    def _example(self, ambiguous: Sequence[int]) -> str:
        if not self._origins:
            return "no face at all"
        if ambiguous:
            told = self._origins[ambiguous[0]].told
            return f"{told}, which fits several; give them with their folders"
        return f"{self._origins[0].told}, frame {self._table['frame'][0].as_py()}"

    def _warn(self, origins: Sequence[int], what: str) -> None:
        if len(origins):
            _log.warning(
                "%s: %d of its %d pictures or videos %s, such as %s",
                self.name,
                len(origins),
                len(self._origins),
                what,
                self._origins[origins[0]].told,
            )


def _read(file: Path) -> pa.Table:
    """Read what can be compared of a file's faces, in the same columns for all files."""
    table = read_any_records(file)
    table = table.filter(table["detected"])
    for name in ("source", "frame"):
        if table[name].null_count:
            raise FaceBehaviorError(f"{file}: expected a {name} in every row, found none in some")
    columns = {}
    for name, kind in _COLUMNS.items():
        try:
            column = table[name] if name in table.column_names else pa.nulls(len(table), kind)
            columns[name] = column.cast(kind)
        except pa.ArrowException as error:
            raise FaceBehaviorError(
                f"{file}: expected {kind} in the column {name}, found {table[name].type}"
            ) from error
    columns["file"] = pa.array(np.full(len(table), str(file), dtype=object), pa.string())
    return pa.table(columns)


def _origins(table: pa.Table, files: Sequence[Path]) -> tuple[list[Origin], NDArray[np.int64]]:
    """Give the pictures and videos that rows are of, file by file, and the place of each row's."""
    order = {str(file): place for place, file in enumerate(files)}
    pairs = zip(table["file"].to_pylist(), table["source"].to_pylist(), strict=True)
    places: dict[tuple[str, str], int] = {}
    of_row = np.array([places.setdefault(pair, len(places)) for pair in pairs], dtype=np.int64)
    return [Origin(source, files[order[file]]) for file, source in places], of_row


def _expressions(table: pa.Table, known: NDArray[np.bool_]) -> Answers:
    order = {name: place for place, name in enumerate(EXPRESSIONS)}
    names = table["expr"].to_pylist()
    places = np.array([order.get(str(name), -1) for name in names], dtype=np.int64)
    return Answers(np.maximum(places, 0), known & (places >= 0))


def _decisions(table: pa.Table, known: NDArray[np.bool_], names: Sequence[str]) -> Answers:
    columns = [table[name] for name in names]
    answered = np.stack([known & one.is_valid().to_numpy() for one in columns], axis=1)
    numbers = [pc.cast(one, pa.float64()).fill_null(0.0).to_numpy() for one in columns]
    return Answers(np.stack(numbers, axis=1) > 0.5, answered)


def _numbers(table: pa.Table, known: NDArray[np.bool_]) -> Answers:
    columns = [table[name] for name in AFFECT]
    answered = np.stack([known & one.is_valid().to_numpy() for one in columns], axis=1)
    return Answers(np.stack([one.fill_null(0.0).to_numpy() for one in columns], axis=1), answered)
