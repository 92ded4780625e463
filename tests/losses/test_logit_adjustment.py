import numpy as np
import torch

from facebehavior.losses import adjusted_logits, expression_loss

PRIOR = torch.tensor([0.4, 0.3, 0.1, 0.1, 0.05, 0.03, 0.02], dtype=torch.float64)


def test_adds_tau_times_the_logarithm_of_the_prior() -> None:
    logits = torch.randn(5, 7, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    expected = logits.numpy() + 0.5 * np.log(PRIOR.numpy())
    np.testing.assert_allclose(adjusted_logits(logits, PRIOR, 0.5).numpy(), expected, rtol=1e-12)


def test_tau_of_zero_changes_nothing() -> None:
    logits = torch.randn(5, 7, generator=torch.Generator().manual_seed(0))
    assert torch.equal(adjusted_logits(logits, PRIOR, 0.0), logits)


def test_with_tau_of_one_the_prior_is_taught_by_equal_logits() -> None:
    logits = torch.zeros(1, 7, dtype=torch.float64, requires_grad=True)
    adjusted = adjusted_logits(logits, PRIOR, 1.0)
    total, _ = expression_loss(adjusted, PRIOR[None], torch.ones(1).bool())
    total.backward()  # type: ignore[no-untyped-call]
    assert logits.grad is not None
    torch.testing.assert_close(logits.grad, torch.zeros_like(logits), atol=1e-15, rtol=0)


def test_class_without_images_stays_finite() -> None:
    prior = torch.tensor([0.5, 0.5, 0, 0, 0, 0, 0])
    adjusted = adjusted_logits(torch.zeros(1, 7), prior, 1.0)
    assert torch.isfinite(adjusted).all()
    assert adjusted[0, 2] < adjusted[0, 0]


def test_half_precision_is_adjusted_in_single() -> None:
    assert adjusted_logits(torch.zeros(1, 7).bfloat16(), PRIOR, 1.0).dtype == torch.float32
