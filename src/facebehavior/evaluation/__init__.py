"""Measuring a model: metrics, protocols of the databases, confidence intervals and reports."""

from facebehavior.evaluation.evaluate import LabelledCrops, evaluate
from facebehavior.evaluation.protocols import PROTOCOLS, EvaluationProtocol, find_protocol
from facebehavior.evaluation.report import write_report
from facebehavior.evaluation.results import Evaluation, Resampling
from facebehavior.evaluation.tables import report_text
from facebehavior.evaluation.truth import Labels, Truth
from facebehavior.intervals import Interval, bootstrap, wilson

__all__ = [
    "PROTOCOLS",
    "Evaluation",
    "EvaluationProtocol",
    "Interval",
    "LabelledCrops",
    "Labels",
    "Resampling",
    "Truth",
    "bootstrap",
    "evaluate",
    "find_protocol",
    "report_text",
    "wilson",
    "write_report",
]
