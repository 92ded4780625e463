"""The ways of telling compound expressions without having learned them."""

from collections.abc import Mapping

from facebehavior.errors import FaceBehaviorError

COMPOUND_WAYS: Mapping[str, tuple[str, ...]] = {
    "score": ("expression", "action_units", "affect"),
    "posterior": ("action_units",),
}
"""The published zero-shot score, and Bayes' rule on the action units alone: each with the heads
that it takes."""


def check_compound_way(way: str | None) -> None:
    """See whether there is such a way; None leaves it open.

    Raises:
        FaceBehaviorError: there is none.
    """
    if way is not None and way not in COMPOUND_WAYS:
        raise FaceBehaviorError(
            f"compound expressions are told by {' or '.join(COMPOUND_WAYS)}, found {way!r}"
        )
