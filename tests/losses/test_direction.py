import numpy as np
import pytest
import torch

from facebehavior.losses import direction_loss


def test_equals_the_definition_and_leaves_out_what_is_not_annotated() -> None:
    generator = torch.Generator().manual_seed(0)
    embedding = torch.randn(5, 7, generator=generator, dtype=torch.float64)
    target = torch.randn(5, 7, generator=generator, dtype=torch.float64)
    target /= target.norm(dim=1, keepdim=True)
    annotated = torch.tensor([True, False, True, True, False])
    embedding[1] = float("nan")
    total, count = direction_loss(embedding, target, annotated)
    rows = [0, 2, 3]
    ours, theirs = embedding.numpy()[rows], target.numpy()[rows]
    cosines = (ours * theirs).sum(axis=1) / np.linalg.norm(ours, axis=1)
    assert float(total) == pytest.approx((1 - cosines).sum(), abs=1e-12)
    assert count == 3


def test_only_the_direction_counts() -> None:
    target = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    everyone = torch.ones(2, dtype=torch.bool)
    for length in (0.5, 40.0):
        total, _ = direction_loss(length * target, target, everyone)
        assert total.item() == pytest.approx(0.0, abs=1e-6)
    total, _ = direction_loss(-target, target, everyone)
    assert total.item() == pytest.approx(4.0, abs=1e-6)


def test_without_labels_it_is_zero_without_gradient() -> None:
    embedding = torch.full((3, 4), float("inf"), requires_grad=True)
    total, count = direction_loss(embedding, torch.ones(3, 4), torch.zeros(3, dtype=torch.bool))
    total.backward()  # type: ignore[no-untyped-call]
    assert (total.item(), count.item()) == (0.0, 0.0)
    assert embedding.grad is not None
    assert not embedding.grad.any()
