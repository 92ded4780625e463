import math

import numpy as np
import pytest
import torch

from facebehavior.losses import class_loss, margin_logits


def test_it_is_the_cross_entropy_of_the_annotated_images() -> None:
    logits = torch.randn(6, 9, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    places = torch.tensor([0, 3, 8, 1, 1, 5])
    annotated = torch.tensor([True, False, True, True, False, True])
    total, count = class_loss(logits, places, annotated)
    values = logits.numpy()
    shares = np.exp(values) / np.exp(values).sum(axis=1, keepdims=True)
    expected = -sum(math.log(shares[row, int(places[row])]) for row in (0, 2, 3, 5))
    assert float(total) == pytest.approx(expected, abs=1e-12)
    assert count == 4


def test_without_labels_it_is_zero_without_gradient() -> None:
    logits = torch.full((3, 4), float("inf"), requires_grad=True)
    total, count = class_loss(logits, torch.tensor([9, -1, 0]), torch.zeros(3, dtype=torch.bool))
    total.backward()  # type: ignore[no-untyped-call]
    assert (total.item(), count.item()) == (0.0, 0.0)
    assert logits.grad is not None
    assert not logits.grad.any()


def test_the_margin_turns_the_angle_to_ones_own_person() -> None:
    angles = np.linspace(0.05, math.pi - 0.6, 7)
    cosines = torch.tensor(np.stack([np.cos(angles), np.full(7, 0.1)], axis=1))
    places, everyone = torch.zeros(7, dtype=torch.int64), torch.ones(7, dtype=torch.bool)
    found = margin_logits(cosines, places, everyone, 0.5, 10.0)
    np.testing.assert_allclose(found[:, 0], 10 * np.cos(angles + 0.5), atol=1e-9)
    np.testing.assert_allclose(found[:, 1], 1.0)


def test_beyond_a_half_turn_the_logit_still_falls_with_the_angle() -> None:
    angles = torch.linspace(math.pi - 0.49, math.pi, 20, dtype=torch.float64)
    cosines = torch.stack([angles.cos(), torch.zeros(20, dtype=torch.float64)], dim=1)
    places, everyone = torch.zeros(20, dtype=torch.int64), torch.ones(20, dtype=torch.bool)
    own = margin_logits(cosines, places, everyone, 0.5, 1.0)[:, 0]
    assert (own.diff() < 0).all()
    assert (own < cosines[:, 0]).all()


def test_images_without_a_person_and_a_margin_of_zero_change_nothing() -> None:
    cosines = 2 * torch.rand(5, 3, generator=torch.Generator().manual_seed(1)) - 1
    places = torch.tensor([0, 1, 2, 0, 1])
    nobody, everyone = torch.zeros(5, dtype=torch.bool), torch.ones(5, dtype=torch.bool)
    torch.testing.assert_close(margin_logits(cosines, places, nobody, 0.5, 2.0), 2 * cosines)
    torch.testing.assert_close(margin_logits(cosines, places, everyone, 0.0, 2.0), 2 * cosines)


def test_gradients_are_finite_at_the_ends() -> None:
    cosines = torch.tensor([[1.0, 0.0], [-1.0, 0.0]], requires_grad=True)
    places, everyone = torch.zeros(2, dtype=torch.int64), torch.ones(2, dtype=torch.bool)
    margin_logits(cosines, places, everyone, 0.3, 1.0).sum().backward()  # type: ignore[no-untyped-call]
    assert cosines.grad is not None
    assert torch.isfinite(cosines.grad).all()
