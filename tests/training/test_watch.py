import logging
import math

import numpy as np
import pytest
import torch

from facebehavior.network import Logits
from facebehavior.training.watch import CollapseWatch, is_extreme


def test_means_are_over_all_faces_and_labelled_units() -> None:
    units = torch.cat([torch.full((1, 17), 50.0), torch.full((3, 17), -50.0)])
    units[:, 5:] = -50.0
    expression = torch.zeros(4, 7)
    expression[:2, 0] = 50.0
    for labelled, rate in ((5, 0.25), (10, 0.125)):
        watch = CollapseWatch(np.full(7, 1 / 7), np.where(np.arange(17) < labelled, 0.2, 0.0))
        found = watch.see(1, Logits(expression, units, None))
        np.testing.assert_allclose(found["action_unit_rate"], rate)
        np.testing.assert_allclose(found["neutral"], (1 + 1 + 1 / 7 + 1 / 7) / 4, rtol=1e-6)
    assert watch.see(1, Logits(None, None, torch.zeros(4, 2))) == {}
    assert "action_unit_rate" not in CollapseWatch(np.full(7, 1 / 7), np.zeros(17)).see(
        1, Logits(expression, units, None)
    )


@pytest.mark.parametrize(
    ("value", "expected", "extreme"),
    [
        (0.019, 0.2, True),
        (0.021, 0.2, False),
        (0.93, 0.2, True),
        (0.2, 0.2, False),
        (0.0, 0.0, False),  # data without neutral faces
        (0.999, 1.0, False),
    ],
)
def test_extreme_is_judged_against_the_labels(value: float, expected: float, extreme: bool) -> None:
    assert bool(is_extreme(value, expected)) == extreme


def said(neutral: float, rate: float) -> Logits:
    """Logits of one face; the last five action units answer .5, as they do without training."""
    expression = torch.zeros(1, 7)
    expression[0, 0] = math.log(6 * neutral / (1 - neutral))
    units = torch.full((1, 17), math.log(rate / (1 - rate)))
    units[:, 12:] = 0.0
    return Logits(expression, units, None)


def test_each_kind_of_collapse_is_warned_of_once(caplog: pytest.LogCaptureFixture) -> None:
    rates = np.where(np.arange(17) < 12, 0.2, 0.0)
    watch = CollapseWatch(np.full(7, 1 / 7), rates)
    with caplog.at_level(logging.WARNING):
        found = watch.see(50, said(0.2, 0.25))
        np.testing.assert_allclose([found["neutral"], found["action_unit_rate"]], [0.2, 0.25])
        assert not caplog.records
        watch.see(100, said(0.2, 0.001))
        watch.see(150, said(0.99, 0.001))
        watch.see(200, said(0.99, 0.001))
    units, neutral = (record.getMessage() for record in caplog.records)
    assert units.startswith("step 100: predictions collapse, the predicted rate of action units")
    assert "0.0010 on average where the labels have 0.2000" in units
    assert neutral.startswith("step 150")
    assert "0.1429" in neutral


def test_a_few_units_at_an_extreme_are_no_collapse(caplog: pytest.LogCaptureFixture) -> None:
    watch = CollapseWatch(np.full(7, 1 / 7), np.full(17, 0.2))
    units = torch.full((1, 17), -1.4)
    units[:, :8] = -9.0
    with caplog.at_level(logging.WARNING):
        watch.see(50, Logits(None, units, None))
        assert not caplog.records
        units[:, 8] = -9.0
        watch.see(100, Logits(None, units, None))
    assert len(caplog.records) == 1
