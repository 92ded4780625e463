from typing import NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from facebehavior.losses import concordance, concordance_from_moments, sum_moments


class Batch(NamedTuple):
    """Outputs, labels, mask of one head; all but the mask in float64."""

    output: Tensor
    target: Tensor
    annotated: Tensor


@pytest.fixture
def batch() -> Batch:
    generator = np.random.default_rng(1)
    target = torch.tensor(generator.uniform(-1, 1, size=(23, 2)))
    annotated = torch.tensor(generator.uniform(size=(23, 2)) < 0.6)
    return Batch(torch.tensor(generator.normal(size=(23, 2))), target, annotated)


def test_sums_are_those_of_the_annotated_samples(batch: Batch) -> None:
    sums = sum_moments(batch.output, batch.target, batch.annotated)
    chosen = batch.annotated[:, 1].numpy()
    p, y = batch.output[:, 1].numpy()[chosen], batch.target[:, 1].numpy()[chosen]
    found = [sums.count, sums.prediction, sums.target, sums.prediction_squared]
    found += [sums.target_squared, sums.product]
    expected = [chosen.sum(), p.sum(), y.sum(), (p**2).sum(), (y**2).sum(), (p * y).sum()]
    np.testing.assert_allclose([value[1].item() for value in found], expected, rtol=1e-12)


@given(cut=st.integers(0, 12))
def test_moments_of_parts_add_up_to_the_concordance_of_the_whole(cut: int) -> None:
    generator = torch.Generator().manual_seed(7)
    prediction, target = (torch.randn(12, 2, generator=generator) for _ in range(2))
    annotated = torch.rand(12, 2, generator=generator) < 0.7
    first = sum_moments(prediction[:cut], target[:cut], annotated[:cut])
    second = sum_moments(prediction[cut:], target[cut:], annotated[cut:])
    value, exists = concordance_from_moments(first + second)
    assert exists.all()
    expected = concordance(prediction.double(), target.double(), annotated)
    np.testing.assert_allclose(value.numpy(), expected.numpy(), rtol=1e-12)


def test_gradient_flows_through_added_moments(batch: Batch) -> None:
    prediction = batch.output.clone().requires_grad_()
    parts = [
        sum_moments(prediction[part], batch.target[part], batch.annotated[part])
        for part in (slice(0, 9), slice(9, None))
    ]
    value, _ = concordance_from_moments(parts[0] + parts[1])
    (gradient,) = torch.autograd.grad(value.sum(), prediction)
    whole = batch.output.clone().requires_grad_()
    (expected,) = torch.autograd.grad(
        concordance(whole, batch.target, batch.annotated).sum(), whole
    )
    torch.testing.assert_close(gradient, expected, rtol=1e-12, atol=1e-14)
