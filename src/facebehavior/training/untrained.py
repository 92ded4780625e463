"""Which outputs of a trained network nothing has taught."""

from collections.abc import Sequence

from facebehavior.model_file import ModelMetadata
from facebehavior.model_file.metadata import HEAD_LABELS, LEARNT_ONE_BY_ONE
from facebehavior.training.configuration import Configuration
from facebehavior.training.coupling_section import Coupling
from facebehavior.training.data import TrainingData


def untrained_outputs(
    configuration: Configuration,
    data: TrainingData,
    base: ModelMetadata | None,
    heads: Sequence[str],
) -> tuple[str, ...]:
    """Name the action units and attributes that no label and no coupling has taught.

    Args:
        configuration: of the run.
        data: that the run has learned from.
        base: of the model that the run started from; what that one was taught stays taught.
        heads: of the network.
    """
    found: list[str] = []
    for head in (name for name in LEARNT_ONE_BY_ONE if name in heads):
        if head in _taught_by_coupling(configuration):
            continue
        labels = HEAD_LABELS[head]
        taught = set() if head not in data.labelled_heads else set(data.labels_seen(head))
        if base is not None and head in base.heads:
            taught |= {label for label in labels if label not in base.untrained}
        found += [label for label in labels if label not in taught]
    return tuple(found)


def _taught_by_coupling(configuration: Configuration) -> set[str]:
    """Name the tasks whose every output a coupling gives something to learn."""
    own = configuration.coupling
    pairs = [] if own is None else [("action_units", own)]
    pairs += [(pair.second, pair) for pair in configuration.further_couplings]
    return {second for second, section in pairs if _teaches_second(section)}


def _teaches_second(section: Coupling) -> bool:
    labels = section.co_annotation
    return section.distribution_matching is not None or (
        labels is not None and labels.to_action_units
    )
