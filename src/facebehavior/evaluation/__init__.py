"""Measuring a model: metrics, protocols of the databases, confidence intervals and reports."""

from facebehavior.evaluation.database_protocols import PROTOCOLS, find_protocol
from facebehavior.evaluation.evaluate import evaluate
from facebehavior.evaluation.labelled_crops import LabelledCrops
from facebehavior.evaluation.other_model import ModelAnswers
from facebehavior.evaluation.prediction_files import FileAnswers
from facebehavior.evaluation.protocols import EvaluationProtocol
from facebehavior.evaluation.report import write_report
from facebehavior.evaluation.resampling import Resampling
from facebehavior.evaluation.results import Evaluation
from facebehavior.evaluation.tables import report_text
from facebehavior.evaluation.truth import Labels, Truth
from facebehavior.intervals import Interval, bootstrap, wilson

__all__ = [
    "PROTOCOLS",
    "Evaluation",
    "EvaluationProtocol",
    "FileAnswers",
    "Interval",
    "LabelledCrops",
    "Labels",
    "ModelAnswers",
    "Resampling",
    "Truth",
    "bootstrap",
    "evaluate",
    "find_protocol",
    "report_text",
    "wilson",
    "write_report",
]
