"""How often verdicts on who is who are wrong, in words."""

from facebehavior.model_file import MatchThreshold


def errors_of(threshold: MatchThreshold) -> str:
    """Say how often a verdict is wrong, and on which pictures that was measured."""
    where = (
        f"of {threshold.measured_on}, of people held out of the training"
        if threshold.measured_on is not None
        else "held out of the training, the model file does not say of which data"
    )
    return (
        f"takes two people for one in {threshold.false_match_rate:.1%} of pairs, one for two in "
        f"{threshold.false_non_match_rate:.1%}; measured on {threshold.pairs} pairs of pictures "
        f"{where}; other pictures give other rates"
    )
