"""Drawing a few pictures of each class of a task."""

import logging
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import EXPRESSIONS, LabelArrays, Task
from facebehavior.training.label_set_section import Source

_log = logging.getLogger(__name__)


def few_of_each(
    labels: LabelArrays,
    rows: NDArray[np.int64],
    source: Source,
    tasks: Sequence[Task],
    seed: int,
) -> NDArray[np.int64]:
    """Draw `per_class` of the rows of every class that any of the pictures has.

    Args:
        labels: of all N pictures.
        rows: (R,) those to draw from.
        source: says the task and how many.
        tasks: that are learned, beside expression.
        seed: decides which; the pictures of a smaller number are among those of a larger one.

    Returns:
        Rows in rising order.

    Raises:
        FaceBehaviorError: there is no such task, or a class has fewer pictures among the rows.
    """
    assert source.few_shot is not None
    task, per_class = source.few_shot.task, source.few_shot.per_class
    vocabularies: dict[str, tuple[str, ...]] = {"expression": EXPRESSIONS}
    vocabularies |= {one.name: one.labels for one in tasks if one.kind == "exclusive"}
    if task not in vocabularies:
        raise FaceBehaviorError(
            f"few_shot: expected one of {', '.join(vocabularies)} (a task with exclusive labels "
            f"that is learned), found {task!r}; add it to network.heads or tasks"
        )
    if task == "expression":
        annotated, classes = labels.expression_annotated, labels.expression.argmax(axis=1)
    else:
        annotated, classes = labels.further[task].annotated, labels.further[task].values
    known = rows[annotated[rows]]
    occurring = np.unique(classes[annotated])
    missing = [name for n, name in enumerate(vocabularies[task]) if n not in occurring]
    if missing:
        _log.warning("%s: no picture of %s: not learned", source.shards, ", ".join(missing))
    drawn = []
    # A class whose pictures are all held out would be tested and never learned: it counts too.
    for place in occurring:
        of_class = known[classes[known] == place]
        if len(of_class) < per_class:
            there = int((annotated & (classes == place)).sum())
            raise FaceBehaviorError(
                f"{source.shards}: few_shot asks for {per_class} pictures of each class, but "
                f"{vocabularies[task][int(place)]} has {len(of_class)} of its {there} to train "
                "on; ask for fewer"
            )
        order = np.random.default_rng([seed, int(place)]).permutation(len(of_class))
        drawn.append(of_class[order[:per_class]])
    return np.sort(np.concatenate(drawn)) if drawn else known
