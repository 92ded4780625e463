from typing import NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from facebehavior.labels import ACTION_UNITS
from facebehavior.losses import action_unit_loss


class Batch(NamedTuple):
    """Outputs, labels, mask and weights of one head; all but the mask in float64."""

    output: Tensor
    target: Tensor
    annotated: Tensor
    weight: Tensor


@pytest.fixture
def batch() -> Batch:
    generator = np.random.default_rng(2)
    target = torch.tensor(generator.uniform(size=(19, 17)) < 0.3).double()
    annotated = torch.tensor(generator.uniform(size=(19, 17)) < 0.6)
    annotated[:4] = False
    weight = torch.tensor(generator.uniform(0.2, 1, size=(19, 17)))
    return Batch(torch.tensor(generator.normal(size=(19, 17))), target, annotated, weight)


def reference(batch: Batch) -> tuple[float, int]:
    """Written from the formula, image by image and entry by entry."""
    logits, target = batch.output.numpy(), batch.target.numpy()
    total, images = 0.0, 0
    for b in range(len(logits)):
        entries = np.flatnonzero(batch.annotated[b].numpy())
        if len(entries) == 0:
            continue
        image = 0.0
        for i in entries:
            p = 1 / (1 + np.exp(-logits[b, i]))
            entropy = -(target[b, i] * np.log(p) + (1 - target[b, i]) * np.log(1 - p))
            image += batch.weight[b, i].item() * entropy
        total += image / len(entries)
        images += 1
    return total, images


def test_is_the_mean_of_each_image_summed_over_images(batch: Batch) -> None:
    total, count = action_unit_loss(batch.output, batch.target, batch.annotated, batch.weight)
    expected, images = reference(batch)
    assert total.dtype == torch.float64
    np.testing.assert_allclose(total.item(), expected, rtol=1e-12)
    assert count.item() == images == len(batch.output) - 4


def test_is_the_same_in_single_precision(batch: Batch) -> None:
    total, _ = action_unit_loss(
        batch.output.float(), batch.target.float(), batch.annotated, batch.weight.float()
    )
    assert total.dtype == torch.float32
    np.testing.assert_allclose(total.item(), reference(batch)[0], rtol=1e-6)


def test_half_precision_is_computed_in_single(batch: Batch) -> None:
    logits = batch.output.bfloat16()
    total, _ = action_unit_loss(logits, batch.target, batch.annotated, batch.weight)
    expected, _ = action_unit_loss(logits.float(), batch.target, batch.annotated, batch.weight)
    assert total.dtype == torch.float32
    assert total.item() == expected.item()


def test_published_vector_averages_within_images_first() -> None:
    probability = torch.full((2, 17), 0.5, dtype=torch.float64)
    probability[0, 0], probability[0, 1], probability[1, 0] = 0.9, 0.2, 0.6
    target, annotated = torch.zeros(2, 17), torch.zeros(2, 17).bool()
    target[:, 0] = 1
    annotated[0, :2], annotated[1, 0] = True, True
    total, count = action_unit_loss(probability.logit(), target, annotated, torch.ones(2, 17))
    assert (total / count).item() == pytest.approx(0.337539, abs=1e-6)


def test_published_vector_of_co_annotation_keeps_the_denominator() -> None:
    probability = torch.full((1, 17), 0.5, dtype=torch.float64)
    target, annotated = torch.zeros(1, 17), torch.zeros(1, 17).bool()
    weight = torch.ones(1, 17, dtype=torch.float64)
    for unit, p, w in ((12, 0.8, 1.0), (25, 0.5, 1.0), (6, 0.3, 0.51)):
        place = ACTION_UNITS.index(unit)
        probability[0, place], target[0, place], weight[0, place] = p, 1, w
        annotated[0, place] = True
    total, count = action_unit_loss(probability.logit(), target, annotated, weight)
    assert (total / count).item() == pytest.approx(0.510106, abs=1e-6)


def test_what_is_not_annotated_changes_nothing(batch: Batch) -> None:
    logits, target, weight = batch.output.clone(), batch.target.clone(), batch.weight.clone()
    logits[~batch.annotated] = -torch.inf
    target[~batch.annotated] = torch.nan
    weight[~batch.annotated] = torch.inf
    logits.requires_grad_()
    total, _ = action_unit_loss(logits, target, batch.annotated, weight)
    total.backward()  # type: ignore[no-untyped-call]
    assert (
        total.item()
        == action_unit_loss(batch.output, batch.target, batch.annotated, batch.weight)[0].item()
    )
    assert logits.grad is not None
    assert (logits.grad[~batch.annotated] == 0).all()
    assert (logits.grad[batch.annotated] != 0).all()
    assert torch.isfinite(logits.grad).all()


def test_order_of_the_batch_is_of_no_importance(batch: Batch) -> None:
    order = torch.randperm(len(batch.output), generator=torch.Generator().manual_seed(0))
    parts = (batch.output, batch.target, batch.annotated, batch.weight)
    total, _ = action_unit_loss(*(part[order] for part in parts))
    np.testing.assert_allclose(total.item(), reference(batch)[0], rtol=1e-12)


@given(cut=st.integers(0, 19))
def test_parts_of_a_batch_add_up(cut: int) -> None:
    generator = torch.Generator().manual_seed(5)
    logits = torch.randn(19, 17, generator=generator, dtype=torch.float64)
    target = (torch.rand(19, 17, generator=generator) < 0.5).double()
    annotated = torch.rand(19, 17, generator=generator) < 0.1
    weight = torch.rand(19, 17, generator=generator, dtype=torch.float64)
    whole = (logits, target, annotated, weight)
    total, count = action_unit_loss(*whole)
    first = action_unit_loss(*(part[:cut] for part in whole))
    second = action_unit_loss(*(part[cut:] for part in whole))
    np.testing.assert_allclose((first[0] + second[0]).item(), total.item(), rtol=1e-12)
    assert first[1] + second[1] == count


def test_nothing_annotated_gives_zero_and_no_gradient(batch: Batch) -> None:
    logits = batch.output.clone().requires_grad_()
    total, count = action_unit_loss(
        logits, batch.target, torch.zeros_like(batch.annotated), batch.weight
    )
    total.backward()  # type: ignore[no-untyped-call]
    assert (total.item(), count.item()) == (0.0, 0.0)
    assert logits.grad is not None
    assert (logits.grad == 0).all()


def test_extreme_logits_stay_finite() -> None:
    logits = torch.full((1, 17), 1e4, requires_grad=True)
    everything = torch.ones(1, 17)
    total, _ = action_unit_loss(logits, torch.zeros(1, 17), everything.bool(), everything)
    total.backward()  # type: ignore[no-untyped-call]
    assert total.item() == pytest.approx(1e4)
    assert logits.grad is not None
    assert torch.isfinite(logits.grad).all()


def test_mixed_precision_does_not_reach_into_the_loss(batch: Batch) -> None:
    arguments = (batch.output.float(), batch.target, batch.annotated, batch.weight)
    with torch.autocast("cpu", torch.bfloat16):
        total, _ = action_unit_loss(*arguments)
    assert total.dtype == torch.float32
    assert total.item() == action_unit_loss(*arguments)[0].item()
