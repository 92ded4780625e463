import logging

import numpy as np
import pytest
import torch

from facebehavior.network import Logits
from facebehavior.training.watch import CollapseWatch, is_extreme, mean_predictions

PRIOR = np.full(7, 1 / 7)
RATES = np.full(17, 0.2)


def test_means_are_over_all_faces_and_units() -> None:
    units = torch.cat([torch.full((1, 17), 50.0), torch.full((3, 17), -50.0)])
    expression = torch.zeros(4, 7)
    expression[:2, 0] = 50.0
    found = mean_predictions(Logits(expression, units, None))
    np.testing.assert_allclose(found["action_unit_rate"], 0.25)
    np.testing.assert_allclose(found["neutral"], (1 + 1 + 1 / 7 + 1 / 7) / 4, rtol=1e-6)
    assert mean_predictions(Logits(None, None, torch.zeros(4, 2))) == {}


@pytest.mark.parametrize(
    ("value", "expected", "extreme"),
    [
        (0.009, 0.2, True),
        (0.011, 0.2, False),
        (0.97, 0.2, True),
        (0.2, 0.2, False),
        (0.0, 0.0, False),  # data without neutral faces
        (0.999, 1.0, False),
    ],
)
def test_extreme_is_judged_against_the_labels(value: float, expected: float, extreme: bool) -> None:
    assert is_extreme(value, expected) == extreme


def test_each_kind_of_collapse_is_warned_of_once(caplog: pytest.LogCaptureFixture) -> None:
    watch = CollapseWatch(PRIOR, RATES)
    with caplog.at_level(logging.WARNING):
        watch.see(50, {"action_unit_rate": 0.25, "neutral": 0.2})
        assert not caplog.records
        watch.see(100, {"action_unit_rate": 0.001, "neutral": 0.2})
        watch.see(150, {"action_unit_rate": 0.001, "neutral": 0.99})
        watch.see(200, {"action_unit_rate": 0.001, "neutral": 0.99})
    units, neutral = (record.getMessage() for record in caplog.records)
    assert units.startswith("step 100: predictions collapse, the predicted rate of action units")
    assert neutral.startswith("step 150")
    assert "0.1429" in neutral
