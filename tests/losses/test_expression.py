from typing import NamedTuple

import numpy as np
import pytest
import torch
from torch import Tensor

from facebehavior.losses import expression_loss


class Batch(NamedTuple):
    """Outputs, labels, mask of one head; all but the mask in float64."""

    output: Tensor
    target: Tensor
    annotated: Tensor


@pytest.fixture
def batch() -> Batch:
    generator = np.random.default_rng(3)
    target = torch.tensor(generator.dirichlet(np.ones(7), size=21))
    annotated = torch.tensor(generator.uniform(size=21) < 0.6)
    return Batch(torch.tensor(generator.normal(size=(21, 7))), target, annotated)


def reference(batch: Batch) -> float:
    logits = batch.output.numpy()
    log_probabilities = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    entropy = -(batch.target.numpy() * log_probabilities).sum(axis=1)
    return float(entropy[batch.annotated.numpy()].sum())


def test_is_the_cross_entropy_of_the_annotated_images(batch: Batch) -> None:
    total, count = expression_loss(batch.output, batch.target, batch.annotated)
    assert total.dtype == torch.float64
    np.testing.assert_allclose(total.item(), reference(batch), rtol=1e-12)
    assert count.item() == batch.annotated.sum().item()


def test_is_the_same_in_single_precision(batch: Batch) -> None:
    total, _ = expression_loss(batch.output.float(), batch.target.float(), batch.annotated)
    assert total.dtype == torch.float32
    np.testing.assert_allclose(total.item(), reference(batch), rtol=1e-6)


def test_half_precision_is_computed_in_single(batch: Batch) -> None:
    logits = batch.output.bfloat16()
    total, count = expression_loss(logits, batch.target.float(), batch.annotated)
    expected, _ = expression_loss(logits.float(), batch.target.float(), batch.annotated)
    assert total.dtype == count.dtype == torch.float32
    assert total.item() == expected.item()


def test_certain_label_gives_log_seven_for_uniform_probabilities() -> None:
    total, count = expression_loss(torch.zeros(3, 7), torch.eye(7)[:3], torch.ones(3).bool())
    assert (total / count).item() == pytest.approx(1.945910, abs=1e-6)


def test_what_is_not_annotated_changes_nothing(batch: Batch) -> None:
    logits, target = batch.output.clone(), batch.target.clone()
    logits[~batch.annotated] = torch.inf
    target[~batch.annotated] = torch.nan
    logits.requires_grad_()
    total, _ = expression_loss(logits, target, batch.annotated)
    total.backward()  # type: ignore[no-untyped-call]
    assert total.item() == expression_loss(batch.output, batch.target, batch.annotated)[0].item()
    assert logits.grad is not None
    assert (logits.grad[~batch.annotated] == 0).all()
    assert torch.isfinite(logits.grad).all()


def test_order_of_the_batch_is_of_no_importance(batch: Batch) -> None:
    order = torch.randperm(len(batch.output), generator=torch.Generator().manual_seed(0))
    shuffled, _ = expression_loss(batch.output[order], batch.target[order], batch.annotated[order])
    np.testing.assert_allclose(shuffled.item(), reference(batch), rtol=1e-12)


def test_parts_of_a_batch_add_up(batch: Batch) -> None:
    parts = [
        expression_loss(batch.output[part], batch.target[part], batch.annotated[part])
        for part in (slice(0, 5), slice(5, None))
    ]
    np.testing.assert_allclose(sum(p[0].item() for p in parts), reference(batch), rtol=1e-12)
    assert sum(p[1].item() for p in parts) == batch.annotated.sum().item()


def test_nothing_annotated_gives_zero_and_no_gradient(batch: Batch) -> None:
    logits = batch.output.clone().requires_grad_()
    total, count = expression_loss(logits, batch.target, torch.zeros_like(batch.annotated))
    total.backward()  # type: ignore[no-untyped-call]
    assert (total.item(), count.item()) == (0.0, 0.0)
    assert logits.grad is not None
    assert (logits.grad == 0).all()


def test_gradient_is_softmax_minus_target(batch: Batch) -> None:
    logits = batch.output.clone().requires_grad_()
    expression_loss(logits, batch.target, batch.annotated)[0].backward()  # type: ignore[no-untyped-call]
    expected = (torch.softmax(batch.output, dim=1) - batch.target) * batch.annotated[:, None]
    torch.testing.assert_close(logits.grad, expected, rtol=1e-12, atol=1e-14)


def test_extreme_logits_stay_finite() -> None:
    logits = torch.tensor([[1e4, -1e4, 0, 0, 0, 0, 0]], requires_grad=True)
    target = torch.eye(7)[1:2]
    total, _ = expression_loss(logits, target, torch.ones(1).bool())
    total.backward()  # type: ignore[no-untyped-call]
    assert total.item() == 2e4
    assert logits.grad is not None
    assert torch.isfinite(logits.grad).all()
