"""The metrics of the field as pure functions over NumPy arrays, in float64.

Labels come before predictions. Where a label is missing, the mask `annotated` is false, and what
is undefined is nan, never 0.

>>> import numpy as np
>>> round(concordance(np.array([0.0, 0.5, -0.3, 0.6]), np.array([0.1, 0.4, -0.2, 0.8])), 6)
0.936937
"""

from facebehavior.evaluation.metrics.agreement import (
    concordance,
    correlation,
    root_mean_square_error,
    sign_agreement,
)
from facebehavior.evaluation.metrics.classification import (
    absent_classes,
    accuracy,
    confusion_matrix,
    f1_scores,
    macro_f1,
    recalls,
    unweighted_average_recall,
    weighted_f1,
)
from facebehavior.evaluation.metrics.detection import accuracy_per_unit, f1_per_unit
from facebehavior.evaluation.metrics.intensity import intraclass_correlation
from facebehavior.evaluation.metrics.masking import defined_mean
from facebehavior.evaluation.metrics.ranking import average_precision, roc_auc
from facebehavior.evaluation.metrics.reliability import (
    ReliabilityBins,
    expected_calibration_error,
    reliability_bins,
)
from facebehavior.evaluation.metrics.verification import (
    FoldAccuracy,
    best_threshold,
    equal_error_rate,
    identification_rate,
    true_match_rate,
    verification_accuracy,
)

__all__ = [
    "FoldAccuracy",
    "ReliabilityBins",
    "absent_classes",
    "accuracy",
    "accuracy_per_unit",
    "average_precision",
    "best_threshold",
    "concordance",
    "confusion_matrix",
    "correlation",
    "defined_mean",
    "equal_error_rate",
    "expected_calibration_error",
    "f1_per_unit",
    "f1_scores",
    "identification_rate",
    "intraclass_correlation",
    "macro_f1",
    "recalls",
    "reliability_bins",
    "roc_auc",
    "root_mean_square_error",
    "sign_agreement",
    "true_match_rate",
    "unweighted_average_recall",
    "verification_accuracy",
    "weighted_f1",
]
