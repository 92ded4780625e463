"""Warning where a few pictures with action units would outvote many real expression labels."""

import logging

from facebehavior.training.coupling_section import Coupling
from facebehavior.training.data import TrainingData
from facebehavior.training.pairs import Pair

_log = logging.getLogger(__name__)

HEAVY = 4.0
"""How many times as much as a real label a soft one may weigh without a warning."""


def warn_of_scarcity(section: Coupling, pair: Pair, data: TrainingData) -> None:
    """Warn where the soft labels of posterior co-annotation weigh far more than real ones.

    Each loss is a mean over its own pictures, so a soft label weighs ``weight * n / m`` times as
    much as a real one, with n real labels of the first task and m soft ones. The warning gives the
    weight at which both are alike.
    """
    posterior = section.posterior_co_annotation
    if posterior is None:
        return
    labels = data.joint(pair.first, pair.second)
    real = labels.classes >= 0
    soft = labels.annotated.any(axis=1)
    if posterior.only_unlabelled:
        soft = soft & ~real
    number, taught = int(real.sum()), int(soft.sum())
    if taught == 0 or posterior.weight * number / taught <= HEAVY:
        return
    _log.warning(
        "%d pictures with %s get a soft label of %s, beside %d that have a real one, and each "
        "weighs %.0f times as much, which has harmed in our study; "
        "%sposterior_co_annotation.weight=%.2g makes them alike",
        taught,
        pair.second,
        pair.first,
        number,
        posterior.weight * number / taught,
        "coupling." if pair == Pair() else "further_couplings: ",
        taught / number,
    )
