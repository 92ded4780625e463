from dataclasses import replace

import numpy as np
import pytest
import torch
from tests.coupling.helpers import WEIGHTED, faces, random_targets
from torch import Tensor

from facebehavior.coupling import CoAnnotation, DistributionMatching, SoftCoAnnotation
from facebehavior.losses import Targets, action_unit_loss, affect_loss, expression_loss, join
from facebehavior.network import Logits
from facebehavior.training.configuration import Losses
from facebehavior.training.coupled import Couplings
from facebehavior.training.coupling_section import Coupling
from facebehavior.training.objective import Objective

PRIOR = torch.full((7,), 1 / 7)
RATES = [0.2] * 17
ALL = {"preset": "soft_and_matching", "co_annotation": {}}


def couplings(**section: object) -> Couplings:
    return Couplings(Coupling.model_validate(section), WEIGHTED, RATES)


def objective(coupled: Couplings | None = None, **losses: object) -> Objective:
    settings = Losses.model_validate(losses)
    switched_on = () if coupled is None else (coupled,)
    return Objective(settings, PRIOR, lambda values: values.detach(), couplings=switched_on)


def batch(seed: int = 0, count: int = 24) -> tuple[Logits, Targets]:
    generator = torch.Generator().manual_seed(seed)
    shapes = ((count, 7), (count, 17), (count, 2))
    logits = [
        torch.randn(*s, generator=generator, dtype=torch.float64).requires_grad_() for s in shapes
    ]
    targets = random_targets(count, seed)
    affect = torch.rand(count, 2, generator=generator) * 2 - 1
    known = torch.rand(count, 2, generator=generator) < 0.5
    targets = replace(targets, affect=torch.where(known, affect, 0.0), affect_annotated=known)
    return Logits(logits[0], logits[1], logits[2]), targets


def mean(pair: tuple[Tensor, Tensor]) -> float:
    return pair[0].item() / pair[1].item()


def test_each_loss_is_that_of_its_own_function() -> None:
    logits, targets = batch()
    assert logits.expression is not None
    assert logits.action_units is not None
    assert logits.affect is not None
    found = objective(couplings(**ALL))(logits, targets)
    labels = CoAnnotation(WEIGHTED)(targets)
    expected = {
        "expression": mean(
            expression_loss(logits.expression, labels.expression, labels.expression_annotated)
        ),
        "action_units": mean(
            action_unit_loss(
                logits.action_units,
                labels.action_units,
                labels.action_units_annotated,
                labels.action_unit_weight,
            )
        ),
        "affect": mean(affect_loss(logits.affect, targets.affect, targets.affect_annotated)),
        # From the real labels: nothing follows from what has only been inferred.
        "soft_co_annotation": mean(SoftCoAnnotation(WEIGHTED)(logits.expression, targets)),
        "distribution_matching": mean(
            DistributionMatching(WEIGHTED)(logits.expression, logits.action_units)
        ),
    }
    assert set(found) == {"loss", *expected}
    for name, value in expected.items():
        np.testing.assert_allclose(found[name].item(), value, rtol=1e-6, err_msg=name)
    weights = {"soft_co_annotation": 0.3, "distribution_matching": 0.1}
    total = sum(weights.get(name, 1.0) * value for name, value in expected.items())
    np.testing.assert_allclose(found["loss"].item(), total, rtol=1e-6)


def test_weights_rise_over_the_first_fifth_of_the_run() -> None:
    logits, targets = batch()
    coupled = couplings(preset="default")
    plain = objective()(logits, targets)["loss"].item()
    full = objective(coupled)(logits, targets)["loss"].item()
    for progress, share in ((0.0, 0.0), (0.05, 0.25), (0.1, 0.5), (0.2, 1.0), (0.9, 1.0)):
        found = objective(coupled)(logits, targets, progress)["loss"].item()
        np.testing.assert_allclose(found, plain + share * (full - plain), rtol=1e-9)
    printed = couplings(preset="paper")
    assert printed.ramp(0.0) == 1.0


def test_a_weight_of_zero_is_no_coupling_at_all() -> None:
    section = {"soft_co_annotation": {"weight": 0}, "distribution_matching": {"weight": 0}}
    grads = []
    for coupled in (None, couplings(**section)):
        logits, targets = batch()
        objective(coupled)(logits, targets)["loss"].backward()  # type: ignore[no-untyped-call]
        grads.append([one.grad for one in logits[:3] if one is not None])
    for plain, zero in zip(*grads, strict=True):
        assert plain is not None
        assert zero is not None
        assert torch.equal(plain, zero)


def test_nothing_annotated_costs_nothing() -> None:
    logits, _ = batch(count=3)
    found = objective()(logits, faces([None, None, None]))
    found["loss"].backward()  # type: ignore[no-untyped-call]
    assert found["loss"].item() == 0
    for one in logits[:3]:
        assert one is not None
        assert one.grad is not None
        assert (one.grad == 0).all()


@pytest.mark.parametrize("first", [1, 5, 23])
def test_processes_that_share_a_batch_give_the_gradients_of_the_whole(first: int) -> None:
    """Two processes played in one: each knows the other's sums only as `total` tells them."""
    logits, targets = batch()
    # In single precision some processors round a row by itself otherwise than among others.
    coupled = couplings(**ALL).double()
    whole = objective(coupled)(logits, targets)
    whole["loss"].backward()  # type: ignore[no-untyped-call]
    parts = [slice(0, first), slice(first, 24)]

    said: list[list[Tensor]] = []
    for part in parts:
        heard: list[Tensor] = []

        def listen(values: Tensor, heard: list[Tensor] = heard) -> Tensor:
            heard.append(values.detach().clone())
            return values.detach()

        Objective(Losses(), PRIOR, listen, 2, (coupled,))(of(logits, part), targets[part])
        said.append(heard)
    sums = [sum(pair) for pair in zip(*said, strict=True)]
    affect = []
    for part in parts:
        replies = iter(sums)
        own = of(logits, part)
        found = Objective(
            Losses(),
            PRIOR,
            lambda _, replies=replies: next(replies),  # type: ignore[misc]
            2,
            (coupled,),
        )(own, targets[part])
        found["loss"].backward()  # type: ignore[no-untyped-call]
        affect.append(found["affect"].item())
        for mine, all_of_it in zip(own[:3], logits[:3], strict=True):
            assert mine is not None
            assert mine.grad is not None
            assert all_of_it is not None
            assert all_of_it.grad is not None
            # DDP takes the mean over the processes.
            np.testing.assert_allclose(
                (mine.grad / 2).numpy(), all_of_it.grad[part].numpy(), rtol=1e-9, atol=1e-15
            )
    np.testing.assert_allclose(affect, whole["affect"].item(), rtol=1e-12)


def of(logits: Logits, part: slice) -> Logits:
    expression, units, affect = (
        one.detach()[part].requires_grad_() for one in logits[:3] if one is not None
    )
    return Logits(expression, units, affect)


def test_joined_targets_keep_the_weights_of_co_annotation() -> None:
    labels = CoAnnotation(WEIGHTED)(faces(["sadness"]))
    joined = join([labels, faces(["neutral"])])
    assert joined.action_unit_weight.min() == np.float32(0.5)
    assert torch.equal(joined[:1].action_unit_weight, labels.action_unit_weight)
