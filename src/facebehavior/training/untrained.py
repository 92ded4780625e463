"""Which outputs of a trained network nothing has taught."""

from collections.abc import Sequence

from facebehavior.model_file import ModelMetadata
from facebehavior.model_file.metadata import HEAD_LABELS, LEARNT_ONE_BY_ONE
from facebehavior.training.coupled import Couplings
from facebehavior.training.data import TrainingData


def untrained_outputs(
    data: TrainingData,
    couplings: Sequence[Couplings],
    base: ModelMetadata | None,
    heads: Sequence[str],
) -> tuple[str, ...]:
    """Name the action units, attributes, valence or arousal that nothing has taught.

    A label teaches, and so does a coupling that relates one to something.

    Args:
        data: what the run has learned from.
        couplings: of the run.
        base: of the model whose trunk the run has left as it was, so that what that one was taught
            stays taught; None where there is none or its trunk was trained.
        heads: of the network.
    """
    found: list[str] = []
    for head in (name for name in LEARNT_ONE_BY_ONE if name in heads):
        taught = set(data.labels_seen(head)) if head in data.labelled_heads else set()
        for coupling in couplings:
            if coupling.pair.second == head:
                taught |= set(coupling.taught(data.classes_seen(coupling.pair.first)))
        if base is not None and head in base.heads:
            taught |= set(base.heads[head]) - set(base.untrained)
        found += [label for label in HEAD_LABELS[head] if label not in taught]
    return tuple(found)
