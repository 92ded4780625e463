"""An evaluation as a folder: text, figures for other programs, and pictures."""

import json
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np

from facebehavior.evaluation.pictures import draw_confusion, draw_reliability
from facebehavior.evaluation.protocols import EvaluationProtocol
from facebehavior.evaluation.results import Evaluation
from facebehavior.evaluation.tables import report_text
from facebehavior.files import writing

PICTURES = ("confusion.png", "reliability.png")


def write_report(evaluation: Evaluation, folder: str | Path) -> None:
    """Write `report.md`, `report.json` and, for expressions, `confusion.png`, `reliability.png`.

    The files depend on the evaluation only; the same evaluation gives the same bytes.

    Args:
        evaluation: what was found.
        folder: where to write; made where it is missing.

    Raises:
        FaceBehaviorError: the folder cannot be made or written to.
    """
    folder = Path(folder)
    pictures: tuple[str, ...] = ()
    result = evaluation.expression
    if result is not None and result.bins is not None:
        pictures = PICTURES
        with writing(folder / "confusion.png") as path:
            draw_confusion(result.confusion, path)
        with writing(folder / "reliability.png") as path:
            draw_reliability(result.bins, result.calibration_error, path)
    with writing(folder / "report.json") as path:
        path.write_text(json_report(evaluation), encoding="utf-8")
    with writing(folder / "report.md") as path:
        path.write_text(report_text(evaluation, pictures), encoding="utf-8")


def json_report(evaluation: Evaluation) -> str:
    """Give an evaluation as JSON in full precision; what is undefined is null."""
    values = _plain(evaluation)
    for task in ("expression", "compound"):
        result = getattr(evaluation, task)
        if result is not None:
            values[task]["labels"] = [each.name for each in result.classes]
    values["composite"] = _plain(evaluation.composite())
    values["fallback_share"] = evaluation.fallback_share
    values["main_figures"] = _plain(evaluation.main_figures())
    return json.dumps(values, indent=2, sort_keys=True, allow_nan=False) + "\n"


def _plain(value: object) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """Turn dataclasses, arrays and nan into what JSON can hold."""
    if isinstance(value, EvaluationProtocol):
        named = ("name", "description", "source", "main_metric")
        return {name: _plain(getattr(value, name)) for name in named}
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and math.isnan(value) else value
