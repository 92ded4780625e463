"""What a model is compared with: another model, or a file of anyone's predictions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from facebehavior.databases.pictures import is_video_name
from facebehavior.errors import FaceBehaviorError
from facebehavior.evaluation.comparison import Comparison, paired_difference
from facebehavior.evaluation.figures import Scored
from facebehavior.evaluation.protocols import EvaluationProtocol
from facebehavior.evaluation.resampling import Resampling
from facebehavior.labels import (
    ACTION_UNIT_COLUMNS,
    AFFECT,
    ATTRIBUTE_COLUMNS,
    EXPRESSIONS,
    Manifest,
)
from facebehavior.model_file import FaceModel, join
from facebehavior.records import read_any_records

if TYPE_CHECKING:
    from facebehavior.evaluation.evaluate import LabelledCrops

_AT_ONCE = 256
_DEEPEST = 4


@dataclass(frozen=True, eq=False)
class Answers:
    """One task's answers for M images.

    Attributes:
        values: (M,) class indices, (M, A) decisions, or (M, 2) numbers.
        answered: of the same shape, true where there is an answer.
    """

    values: NDArray[Any]
    answered: NDArray[np.bool_]


class OtherModel(Protocol):
    """Something that has answers for evaluated images."""

    name: str

    def answers(
        self, data: "LabelledCrops", rows: NDArray[np.int64]
    ) -> tuple[dict[str, Answers], int]:
        """Give the answers by task for M rows, and for how many rows there are none."""


class ModelAnswers:
    """Another model file, which has to read the same crops.

    Args:
        model: the model.
    """

    def __init__(self, model: FaceModel) -> None:
        self.name = f"{model.metadata.name} {model.metadata.version}"
        self._model = model

    def answers(
        self, data: "LabelledCrops", rows: NDArray[np.int64]
    ) -> tuple[dict[str, Answers], int]:
        """Run the model.

        Raises:
            FaceBehaviorError: it reads other crops.
        """
        metadata = self._model.metadata
        if metadata.crop != data.crop_parameters:
            raise FaceBehaviorError(
                f"the model {metadata.name} reads other crops than these: analyse the pictures "
                "with it, and compare with the file of its records"
            )
        parts = [
            self._model.predict(data.crops(rows[start : start + _AT_ONCE]))
            for start in range(0, len(rows), _AT_ONCE)
        ]
        found = join(parts)
        answers = {}
        if found.expression is not None:
            answers["expression"] = _complete(found.expression.argmax(axis=1))
        if found.action_units is not None:
            thresholds = metadata.action_unit_thresholds
            limits = np.array([thresholds.get(name, 0.5) for name in ACTION_UNIT_COLUMNS])
            known = np.isfinite(found.action_units)
            answers["action_units"] = Answers(found.action_units > limits, known)
        if found.attributes is not None:
            known = np.isfinite(found.attributes)
            answers["attributes"] = Answers(found.attributes > 0.5, known)
        if found.affect is not None:
            answers["affect"] = Answers(found.affect.astype(np.float64), np.isfinite(found.affect))
        return answers, 0


class FileAnswers:
    """A file of predictions: our records, or those of OpenFace 2, py-feat or LibreFace.

    Its rows belong to images by the ends of their paths (without the endings of names) and by
    their frames. Of several faces on one image, the one with the greatest box is taken.

    Args:
        path: of the file.

    Raises:
        FaceBehaviorError: it is none of these files.
    """

    def __init__(self, path: str | Path) -> None:
        self.name = Path(path).name
        table = read_any_records(path)
        self._table = table.filter(table["detected"])

    def answers(
        self, data: "LabelledCrops", rows: NDArray[np.int64]
    ) -> tuple[dict[str, Answers], int]:
        """Find the row of each image.

        Raises:
            FaceBehaviorError: the images do not tell where they come from, or none is found.
        """
        places = self._places(_keys_of(data.manifest, rows))
        if not (places >= 0).any():
            raise FaceBehaviorError(
                f"{self.name}: not one of its rows belongs to an evaluated image; expected the "
                "same file names and frames"
            )
        taken = self._table.take(pa.array(np.maximum(places, 0)))
        known = places >= 0
        answers = {
            "expression": _expressions(taken, known),
            "action_units": _decisions(taken, known, [f"{n}_on" for n in ACTION_UNIT_COLUMNS]),
            "attributes": _decisions(taken, known, ATTRIBUTE_COLUMNS),
            "affect": _numbers(taken, known),
        }
        return answers, int((~known).sum())

    def _places(self, wanted: Sequence[tuple[tuple[str, ...], int]]) -> NDArray[np.int64]:
        sources = self._table["source"].to_pylist()
        frames = self._table["frame"].to_pylist()
        sizes = _box_sizes(self._table)
        given = [(_parts(str(s)), int(f)) for s, f in zip(sources, frames, strict=True)]
        for depth in range(1, _DEEPEST + 1):
            keys = [(path[-depth:], frame) for path, frame in wanted]
            if len(set(keys)) == len(set(wanted)) or depth == _DEEPEST:
                break
        best: dict[object, int] = {}
        for place, (path, frame) in enumerate(given):
            key = path[-depth:], frame
            if key not in best or sizes[place] > sizes[best[key]]:
                best[key] = place
        return np.array([best.get(key, -1) for key in keys], dtype=np.int64)


def compare(
    other: OtherModel,
    data: "LabelledCrops",
    rows: NDArray[np.int64],
    scored: Sequence[Scored],
    protocol: EvaluationProtocol,
    persons: NDArray[np.int64] | None,
    resampling: Resampling,
) -> Comparison:
    """Compare the main figure of every task that both have answered."""
    answers, unmatched = other.answers(data, rows)
    differences = []
    for one in scored:
        if one.task not in answers or one.task not in protocol.main_metric:
            continue
        theirs = answers[one.task]
        values, answered = theirs.values[one.rows], theirs.answered[one.rows]
        names: Mapping[int, str] = {}
        if one.annotated is not None:
            assert one.columns is not None
            values, answered = values[:, one.columns], answered[:, one.columns]
            names = {n: _NAMES[one.task][column] for n, column in enumerate(one.columns)}
        found = paired_difference(
            one,
            values,
            answered,
            protocol.main_metric[one.task],
            names,
            None if persons is None else persons[one.rows],
            resampling,
        )
        if found is not None:
            differences.append(found)
    return Comparison(other.name, tuple(differences), unmatched)


_NAMES: Mapping[str, Sequence[str]] = {
    "action_units": ACTION_UNIT_COLUMNS,
    "attributes": ATTRIBUTE_COLUMNS,
    "affect": AFFECT,
}


def _complete(values: NDArray[Any]) -> Answers:
    return Answers(values, np.ones(values.shape, dtype=np.bool_))


def _keys_of(manifest: Manifest, rows: NDArray[np.int64]) -> list[tuple[tuple[str, ...], int]]:
    sources = manifest.column("source").to_pylist()
    frames = manifest.column("frame").to_pylist()
    if all(sources[row] is None for row in rows):
        raise FaceBehaviorError(
            "the prepared pictures do not tell where they come from; prepare them again to "
            "compare with a file"
        )
    keys = []
    for row in rows:
        source = str(sources[row] or "")
        frame = frames[row] if is_video_name(source) and frames[row] is not None else 0
        keys.append((_parts(source), int(frame)))
    return keys


def _parts(path: str) -> tuple[str, ...]:
    """Give the parts of a path, the last without its ending."""
    pure = PurePath(path.replace("\\", "/"))
    return (*pure.parts[:-1], pure.stem)


def _box_sizes(table: pa.Table) -> NDArray[np.float64]:
    if "box_w" not in table.column_names:
        return np.zeros(len(table))
    width, height = (
        table[name].fill_null(0.0).to_numpy().astype(np.float64) for name in ("box_w", "box_h")
    )
    return np.asarray(width * height)


def _expressions(table: pa.Table, known: NDArray[np.bool_]) -> Answers:
    order = {name: place for place, name in enumerate(EXPRESSIONS)}
    names = table["expr"].to_pylist() if "expr" in table.column_names else [None] * len(table)
    places = np.array([order.get(str(name), -1) for name in names], dtype=np.int64)
    return Answers(np.maximum(places, 0), known & (places >= 0))


def _decisions(table: pa.Table, known: NDArray[np.bool_], names: Sequence[str]) -> Answers:
    values = np.zeros((len(table), len(names)), dtype=np.bool_)
    answered = np.zeros(values.shape, dtype=np.bool_)
    for place, name in enumerate(names):
        if name in table.column_names:
            column = table[name]
            answered[:, place] = known & column.is_valid().to_numpy()
            filled = column.fill_null(False if pa.types.is_boolean(column.type) else 0.0)
            values[:, place] = filled.to_numpy() > 0.5
    return Answers(values, answered)


def _numbers(table: pa.Table, known: NDArray[np.bool_]) -> Answers:
    values = np.zeros((len(table), len(AFFECT)))
    answered = np.zeros(values.shape, dtype=np.bool_)
    for place, name in enumerate(AFFECT):
        if name in table.column_names:
            answered[:, place] = known & table[name].is_valid().to_numpy()
            values[:, place] = table[name].fill_null(0.0).to_numpy()
    return Answers(values, answered)
