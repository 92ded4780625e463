"""Training runs: configuration, batches from several databases, the loop, fine-tuning, export."""

from facebehavior.training.batches import Batches, plan_parts
from facebehavior.training.configuration import Configuration, read_configuration
from facebehavior.training.export_run import export_half, export_run, export_small
from facebehavior.training.fine_tune import fine_tune
from facebehavior.training.run import Summary, run_training

__all__ = [
    "Batches",
    "Configuration",
    "Summary",
    "export_half",
    "export_run",
    "export_small",
    "fine_tune",
    "plan_parts",
    "read_configuration",
    "run_training",
]
