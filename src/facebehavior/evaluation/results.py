"""What an evaluation finds."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facebehavior.evaluation.metrics import ReliabilityBins
from facebehavior.evaluation.protocols import EvaluationProtocol
from facebehavior.intervals import LEVEL, REPLICATES, Interval


@dataclass(frozen=True)
class Resampling:
    """How the bootstrap draws.

    Attributes:
        replicates: number of draws.
        level: confidence level, between 0 and 1.
        seed: seed of the draws.
    """

    replicates: int = REPLICATES
    level: float = LEVEL
    seed: int = 0


@dataclass(frozen=True)
class ClassRecall:
    """One expression: how many images it has, and the share predicted rightly.

    Attributes:
        name: the expression.
        images: number of images.
        recall: with its Wilson interval; nan without images.
        f1: nan where the class has no image and is never predicted.
    """

    name: str
    images: int
    recall: Interval
    f1: float


@dataclass(frozen=True, eq=False)
class ExpressionResult:
    """How well expressions are predicted.

    Attributes:
        images: number of images with an expression label.
        figures: `accuracy`, `unweighted_average_recall` and `macro_f1`.
        classes: one entry for each expression, in order.
        confusion: (7, 7) counts, rows truth, columns prediction.
        calibration_error: expected calibration error of the greatest probability.
        bins: the bins it is computed from.
    """

    images: int
    figures: Mapping[str, Interval]
    classes: tuple[ClassRecall, ...]
    confusion: NDArray[np.int64]
    calibration_error: float
    bins: ReliabilityBins


@dataclass(frozen=True)
class ActionUnitResult:
    """How well one action unit is detected; what is undefined is nan.

    Attributes:
        name: column name, such as `au12`.
        images: number of images on which it is annotated.
        active: number of images on which it is active.
        threshold: probability above which it was predicted to be active.
        f1: binary F1.
        accuracy: share of right decisions.
        roc_auc: area under the ROC curve, whatever the threshold.
        average_precision: area under the precision-recall steps, whatever the threshold.
    """

    name: str
    images: int
    active: int
    threshold: float
    f1: Interval
    accuracy: Interval
    roc_auc: float
    average_precision: float


@dataclass(frozen=True)
class ActionUnitsResult:
    """How well action units are detected.

    Attributes:
        images: number of images on which any action unit is annotated.
        figures: `mean_f1`, `mean_accuracy`, `mean_roc_auc` and `mean_average_precision`, each
            over the action units for which it is defined; only the first two have intervals.
        units: one entry for each annotated action unit, in order.
    """

    images: int
    figures: Mapping[str, Interval]
    units: tuple[ActionUnitResult, ...]


@dataclass(frozen=True)
class AffectResult:
    """How well valence and arousal are predicted.

    Attributes:
        images: number of images on which either is annotated.
        figures: `mean_ccc`, the mean of the dimensions' CCC.
        dimensions: for each annotated dimension its `ccc`, `correlation`,
            `root_mean_square_error` and `sign_agreement`.
        annotated: for each annotated dimension the number of images.
    """

    images: int
    figures: Mapping[str, Interval]
    dimensions: Mapping[str, Mapping[str, Interval]]
    annotated: Mapping[str, int]


@dataclass(frozen=True, eq=False)
class Evaluation:
    """How well one model does on one set of images by one protocol.

    Attributes:
        model_name: from the model's metadata.
        model_version: from the model's metadata.
        model_sha256: sha256 (hex) of the model file.
        model_licence: licence of the weights.
        training_databases: databases on which the model was trained.
        runtime: the library that ran the model, and its precision.
        protocol: the protocol.
        split: the split; None for all rows.
        databases: names of the databases of the evaluated images.
        data_sha256: sha256 (hex) over the crops and the labels; equal for equal data only.
        rows: number of rows in the split.
        images: number of images evaluated.
        dropped: number of rows left out, by reason.
        alignment: number of evaluated images by where their alignment points come from.
        subjects: number of persons (or videos) that the bootstrap draws; None where the rows name
            none and it draws images.
        resampling: how the bootstrap draws.
        expression: None where the model or the data have none.
        action_units: None where the model or the data have none.
        affect: None where the model or the data have none.
    """

    model_name: str
    model_version: str
    model_sha256: str
    model_licence: str
    training_databases: tuple[str, ...]
    runtime: str
    protocol: EvaluationProtocol
    split: str | None
    databases: tuple[str, ...]
    data_sha256: str
    rows: int
    images: int
    dropped: Mapping[str, int]
    alignment: Mapping[str, int]
    subjects: int | None
    resampling: Resampling
    expression: ExpressionResult | None = None
    action_units: ActionUnitsResult | None = None
    affect: AffectResult | None = None

    @property
    def fallback_share(self) -> float:
        """Share of evaluated images that were aligned by their database's median points."""
        return self.alignment.get("fallback", 0) / self.images

    def main_figures(self) -> dict[str, Interval]:
        """Give the protocol's main metric of each task that was judged, as `task: metric`."""
        main: dict[str, Interval] = {}
        for task, metric in self.protocol.main_metric.items():
            result = getattr(self, task)
            if result is not None:
                main[f"{task}: {metric}"] = result.figures[metric]
        return main
