"""Mistakes in the tasks of a user's own that would otherwise go by in silence."""

from typing import get_args

from torch import nn

from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import OWN_COLUMNS
from facebehavior.model_file.runtime import INPUT_NAME
from facebehavior.training.configuration import Configuration, Head, Losses
from facebehavior.training.data import TrainingData


def check_names(configuration: Configuration) -> None:
    """Check what the tasks are called, and that `losses.own` weighs some of them.

    Raises:
        FaceBehaviorError: a name is that of another task or of a weight, or no head can bear it; or
            there is no task to weigh.
    """
    own = configuration.tasks
    for name in own:
        if name in get_args(Head) or name in Losses.model_fields:
            raise FaceBehaviorError(
                f"tasks.{name}: expected a name of your own, found that of a task or of a key of "
                "the section losses; choose another"
            )
        # The network keeps its heads in a ModuleDict, beside the methods of that.
        # INPUT_NAME is what the model file calls its pictures.
        if not name or "." in name or hasattr(nn.ModuleDict(), name) or name == INPUT_NAME:
            raise FaceBehaviorError(
                f"tasks: a head of the network cannot be called {name!r}; choose another name"
            )
    for name in configuration.losses.own:
        if name not in own:
            raise FaceBehaviorError(
                f"losses.own: expected names of tasks of your own ({', '.join(own) or 'none'}), "
                f"found {name!r}"
            )


def check_labels(configuration: Configuration, data: TrainingData) -> None:
    """Check that there is something to learn each task from.

    Raises:
        FaceBehaviorError: no source has one of its columns, or no training picture a label.
    """
    sources = [pictures for label_set in data.label_sets for pictures in label_set]
    there = {name for one in sources for name in one.shards.manifest.table.column_names}
    for name, task in configuration.tasks.items():
        missing = [column for column in task.columns if column not in there]
        if missing:
            known = sorted(column for column in there if column.startswith(OWN_COLUMNS))
            raise FaceBehaviorError(
                f"tasks.{name}: found no column {missing[0]} in any shards; of columns for tasks "
                f"of your own there are: {', '.join(known) or 'none'}"
            )
        if name not in data.labelled_heads:
            raise FaceBehaviorError(
                f"tasks.{name}: no training picture has a label in {', '.join(task.columns)}; give "
                "some that have, or leave the task out"
            )
