from typing import NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import Tensor

from facebehavior.losses import affect_loss, concordance


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


def concordance_with_ddof_0(y: NDArray[np.float64], p: NDArray[np.float64]) -> float:
    """Written from the formula, in two passes."""
    covariance = ((y - y.mean()) * (p - p.mean())).mean()
    return float(2 * covariance / (y.var() + p.var() + (y.mean() - p.mean()) ** 2))


def reference(batch: Batch) -> list[float]:
    values = []
    for column in range(2):
        chosen = batch.annotated[:, column]
        y, p = batch.target[chosen, column], batch.output[chosen, column]
        values.append(concordance_with_ddof_0(y.numpy(), p.numpy()))
    return values


def both(values: list[float]) -> Tensor:
    column = torch.tensor(values, dtype=torch.float64)
    return torch.stack([column, column], dim=1)


def everything(values: Tensor) -> Tensor:
    return torch.ones_like(values).bool()


def test_published_vector_of_the_concordance_has_ddof_0() -> None:
    y, p = both([0.0, 0.5, -0.3, 0.6]), both([0.1, 0.4, -0.2, 0.8])
    value = concordance(p, y, everything(y))
    np.testing.assert_allclose(value.numpy(), 104 / 111, rtol=1e-14)  # .936936936...
    np.testing.assert_allclose(concordance(y, y, everything(y)).numpy(), 1.0, rtol=1e-14)
    shifted = concordance(y + 0.5, y, everything(y))
    np.testing.assert_allclose(shifted.numpy(), 0.519231, atol=1e-6)


def test_is_the_population_concordance(batch: Batch) -> None:
    value = concordance(batch.output, batch.target, batch.annotated)
    assert value.dtype == torch.float64
    np.testing.assert_allclose(value.numpy(), reference(batch), rtol=1e-12)


def test_loss_is_one_minus_the_mean_concordance(batch: Batch) -> None:
    total, count = affect_loss(batch.output, batch.target, batch.annotated)
    assert count.item() == 2
    np.testing.assert_allclose((total / count).item(), 1 - np.mean(reference(batch)), rtol=1e-12)


def test_is_the_same_in_single_precision(batch: Batch) -> None:
    value = concordance(batch.output.float(), batch.target.float(), batch.annotated)
    assert value.dtype == torch.float32
    np.testing.assert_allclose(value.numpy(), reference(batch), rtol=1e-6)


def test_small_spread_around_a_large_mean_keeps_its_digits() -> None:
    generator = np.random.default_rng(0)
    y = (0.9 + 1e-3 * generator.normal(size=(64, 1))).astype(np.float32)
    p = (y + 1e-3 * generator.normal(size=(64, 1))).astype(np.float32)
    pair = [torch.tensor(np.repeat(values, 2, axis=1)) for values in (p, y)]
    expected = concordance_with_ddof_0(y[:, 0].astype(np.float64), p[:, 0].astype(np.float64))
    value = concordance(pair[0], pair[1], everything(pair[0]))
    np.testing.assert_allclose(value.numpy(), expected, rtol=1e-6)


def test_half_precision_is_computed_in_single(batch: Batch) -> None:
    prediction = batch.output.bfloat16()
    total, count = affect_loss(prediction, batch.target.float(), batch.annotated)
    expected, _ = affect_loss(prediction.float(), batch.target.float(), batch.annotated)
    assert total.dtype == count.dtype == torch.float32
    assert total.item() == expected.item()


def test_what_is_not_annotated_changes_nothing(batch: Batch) -> None:
    prediction, target = batch.output.clone(), batch.target.clone()
    prediction[~batch.annotated] = torch.inf
    target[~batch.annotated] = torch.nan
    prediction.requires_grad_()
    total, _ = affect_loss(prediction, target, batch.annotated)
    total.backward()  # type: ignore[no-untyped-call]
    assert total.item() == affect_loss(batch.output, batch.target, batch.annotated)[0].item()
    assert prediction.grad is not None
    assert (prediction.grad[~batch.annotated] == 0).all()
    assert torch.isfinite(prediction.grad).all()


def test_order_of_the_batch_is_of_no_importance(batch: Batch) -> None:
    order = torch.randperm(len(batch.output), generator=torch.Generator().manual_seed(0))
    value = concordance(batch.output[order], batch.target[order], batch.annotated[order])
    np.testing.assert_allclose(value.numpy(), reference(batch), rtol=1e-12)


def test_gradient_is_that_of_finite_differences(batch: Batch) -> None:
    prediction = batch.output.clone().requires_grad_()
    assert torch.autograd.gradcheck(
        lambda values: affect_loss(values, batch.target, batch.annotated)[0], (prediction,)
    )


@given(
    samples=st.lists(
        st.tuples(*4 * (st.floats(-1, 1, width=32),), st.booleans(), st.booleans()),
        min_size=1,
        max_size=9,
    )
)
def test_is_bounded_and_its_gradient_finite_for_all_values(
    samples: list[tuple[float, float, float, float, bool, bool]],
) -> None:
    rows = torch.tensor(samples, dtype=torch.float32)
    prediction = rows[:, :2].clone().requires_grad_()
    total, count = affect_loss(prediction, rows[:, 2:4], rows[:, 4:].bool())
    total.backward()  # type: ignore[no-untyped-call]
    assert 0 <= total.item() <= 2 * count.item() + 1e-6
    assert prediction.grad is not None
    assert torch.isfinite(prediction.grad).all()


@pytest.mark.parametrize("annotated_samples", [0, 1])
def test_fewer_than_two_samples_give_zero_and_no_gradient(annotated_samples: int) -> None:
    prediction = both([0.3, -0.2, 0.9]).requires_grad_()
    annotated = torch.zeros(3, 2).bool()
    annotated[:annotated_samples] = True
    total, count = affect_loss(prediction, both([0.1, 0.2, 0.3]), annotated)
    total.backward()  # type: ignore[no-untyped-call]
    assert (total.item(), count.item()) == (0.0, 0.0)
    assert prediction.grad is not None
    assert (prediction.grad == 0).all()


@pytest.mark.parametrize("constant", [0.0, 0.3, -1.0, 1 / 3])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_equal_constants_give_zero_and_no_gradient(constant: float, dtype: torch.dtype) -> None:
    prediction = torch.full((7, 2), constant, dtype=dtype, requires_grad=True)
    total, count = affect_loss(prediction, prediction.detach(), everything(prediction))
    total.backward()  # type: ignore[no-untyped-call]
    assert (total.item(), count.item()) == (0.0, 0.0)
    assert prediction.grad is not None
    assert (prediction.grad == 0).all()


def test_different_constants_have_no_concordance_but_a_loss() -> None:
    prediction, target = torch.full((5, 2), 0.5), torch.full((5, 2), -0.5)
    total, count = affect_loss(prediction, target, everything(target))
    assert (total.item(), count.item()) == (2.0, 2.0)


def test_one_dimension_alone_is_not_diluted_by_the_other(batch: Batch) -> None:
    annotated = batch.annotated.clone()
    annotated[:, 1] = False
    total, count = affect_loss(batch.output, batch.target, annotated)
    assert count.item() == 1
    np.testing.assert_allclose(total.item(), 1 - reference(batch)[0], rtol=1e-12)
