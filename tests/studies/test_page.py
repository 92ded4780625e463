import pytest
from studies.negative_transfer.comparing import Compared, with_kept
from studies.negative_transfer.page import filled, interval
from studies.negative_transfer.plan import Plan

ONE = Compared(
    "couplings", "B", "new_domain", "both", "uncoupled", "affect_ccc", 3, 0.05, 0.01, 0.09, 0.02
)


def test_intervals_beyond_zero_are_bold() -> None:
    assert interval(ONE) == "**+0.050 [+0.010, +0.090]**"
    across = Compared(**{**vars(ONE), "low": -0.01})
    assert interval(across) == "+0.050 [-0.010, +0.090]"


def test_the_discussion_quotes_differences_that_there_are() -> None:
    summary = {"gains": [], "contrasts": [vars(ONE)]}
    text = filled("Affect gains {{both-uncoupled-B-affect_ccc}}.", summary)
    assert text == "Affect gains **+0.050 [+0.010, +0.090]**."
    inside = {**vars(ONE), "measured": "in_domain", "mean": 0.02}
    text = filled("{{both-uncoupled-B-in_domain-affect_ccc}}", {"gains": [], "contrasts": [inside]})
    assert text == "**+0.020 [+0.010, +0.090]**"
    with pytest.raises(KeyError):
        filled("{{both-uncoupled-C-affect_ccc}}", summary)


def test_what_cannot_be_compared_again_stays_with_its_family() -> None:
    moved = Compared(**{**vars(ONE), "mean": 0.06})
    other = Compared(**{**vars(ONE), "better": "soft"})
    elsewhere = Compared(**{**vars(ONE), "family": "confirmation"})
    assert with_kept([moved], []) == [moved]
    assert with_kept([], [ONE]) == [ONE]
    assert with_kept([moved, elsewhere], [ONE]) == [moved, elsewhere]
    assert with_kept([moved, elsewhere], [ONE, other]) == [ONE, other, elsewhere]
    alone = [Compared(**{**vars(one), "family": ""}) for one in (ONE, moved, other)]
    assert with_kept([alone[1]], [alone[0], alone[2]]) == [alone[2], alone[1]]


def test_the_plan_names_known_tasks_alone() -> None:
    assert Plan.read().arms["expression"].tasks == ("expression",)
