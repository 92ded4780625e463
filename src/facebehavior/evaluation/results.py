"""What an evaluation finds."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facebehavior.evaluation.audit import Audit
from facebehavior.evaluation.comparison import Comparison
from facebehavior.evaluation.metrics import ReliabilityBins
from facebehavior.evaluation.protocols import EvaluationProtocol
from facebehavior.evaluation.resampling import Resampling
from facebehavior.intervals import Interval


@dataclass(frozen=True)
class ClassRecall:
    """One expression, basic or compound: how many images it has and how many are recognised.

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
    """How well expressions are predicted, basic or compound.

    Attributes:
        images: number of images with a label.
        figures: `accuracy`, `unweighted_average_recall`, `macro_f1`, and what else the protocol
            quotes.
        classes: one entry for each of K expressions, in order.
        confusion: (K, K) counts, rows truth, columns prediction.
        calibration_error: expected calibration error of the greatest probability; nan where the
            model gives scores that are no probabilities.
        bins: the bins it is computed from; None likewise.
    """

    images: int
    figures: Mapping[str, Interval]
    classes: tuple[ClassRecall, ...]
    confusion: NDArray[np.int64]
    calibration_error: float
    bins: ReliabilityBins | None


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


@dataclass(frozen=True)
class IdentityResult:
    """How well faces of one person are told from those of two.

    Attributes:
        images: number of images whose person is known.
        people: number of people.
        pairs: number of pairs that were compared, half of them of one person.
        figures: `roc_auc`, `equal_error_rate` and `true_match_rate` (where 1 % of the pairs of two
            people match), all of the pairs; and `rank_1`, the share of faces whose most similar
            face, among the first of every person, is of the same person.
    """

    images: int
    people: int
    pairs: int
    figures: Mapping[str, Interval]


@dataclass(frozen=True)
class FoldResult:
    """One fold of listed pairs.

    Attributes:
        fold: its number, from 0.
        pairs: number of its pairs.
        same: how many of them show one person.
        accuracy: by the threshold that is best on all other folds.
        threshold: that similarity.
    """

    fold: int
    pairs: int
    same: int
    accuracy: float
    threshold: float


@dataclass(frozen=True)
class VerificationResult:
    """How well listed pairs of one person are told from those of two.

    Attributes:
        images: number of images that are in a pair.
        pairs: number of pairs that were compared.
        left_out: listed pairs of which a picture is missing.
        figures: `accuracy` (mean over the folds) and its `standard_error`; `roc_auc`,
            `equal_error_rate`, `true_match_rate` (where 1 % of the pairs of two people match) and
            `true_match_rate_at_0.1_percent`, all of the pairs.
        folds: one entry a fold.
    """

    images: int
    pairs: int
    left_out: int
    figures: Mapping[str, Interval]
    folds: tuple[FoldResult, ...]


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
        compound: None where the model or the data have none.
        attributes: None where the model or the data have none.
        identity: None where the model or the data have none.
        verification: by listed pairs; None where the protocol compares none.
        unanswered: action units, attributes, valence or arousal with labels here that the model
            was never taught; they are in no figure.
        active_from: the coders' level, 1 to 5, from which an action unit counts as active in these
            labels; None where they do not follow from intensities.
        fold: the fold whose subjects alone are judged; None for all.
        compound_by: the way of telling compound expressions that was asked for, if one was.
        audits: figures by group.
        comparisons: with other models, in the order in which they were named.
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
    compound: ExpressionResult | None = None
    attributes: ActionUnitsResult | None = None
    identity: IdentityResult | None = None
    verification: VerificationResult | None = None
    unanswered: tuple[str, ...] = ()
    active_from: int | None = None
    fold: int | None = None
    compound_by: str | None = None
    audits: tuple[Audit, ...] = ()
    comparisons: tuple[Comparison, ...] = ()

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

    def composite(self) -> float | None:
        """Give the protocol's single score; None where it has none, or something is unanswered."""
        figures = {
            task: getattr(self, task).figures[metric].value
            for task, metric in self.protocol.main_metric.items()
            if getattr(self, task) is not None
        }
        whole = len(figures) == len(self.protocol.main_metric) and not self.unanswered
        if self.protocol.composite is None or not whole:
            return None
        return self.protocol.composite(figures)
