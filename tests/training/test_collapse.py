"""What the printed couplings do to a small network on feature vectors, and the defaults do not.

Two disjoint databases, one with expressions and one with action units, and a test set of a third
domain. Action units come from the expression by the table, so that the coupling is right about the
faces; what collapses collapses by the loss alone.
"""

import logging
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from tests.coupling.helpers import WEIGHTED
from torch import Tensor, nn

from facebehavior.losses import Targets, join
from facebehavior.network import Logits
from facebehavior.training.configuration import Losses
from facebehavior.training.coupled import Couplings
from facebehavior.training.coupling_section import Coupling
from facebehavior.training.objective import Objective
from facebehavior.training.watch import CollapseWatch

FEATURES, STEPS = 24, 300


@dataclass(frozen=True)
class Domain:
    features: Tensor
    expression: Tensor
    units: Tensor


def domain(count: int, seed: int) -> Domain:
    table = torch.tensor(WEIGHTED.values).float()
    mixing = torch.randn(17, FEATURES, generator=torch.Generator().manual_seed(99))
    generator = torch.Generator().manual_seed(seed)
    expression = torch.randint(0, 7, (count,), generator=generator)
    rates = 0.75 * table[expression] + 0.04
    units = (torch.rand(count, 17, generator=generator) < rates).float()
    shift = torch.randn(1, FEATURES, generator=generator)
    noise = torch.randn(count, FEATURES, generator=generator)
    return Domain(units @ mixing / 2 + shift + noise, expression, units)


def labelled(given: Domain, with_expression: bool) -> Targets:
    count = len(given.expression)
    one_hot = nn.functional.one_hot(given.expression, 7).float()
    return Targets(
        expression=one_hot * with_expression,
        expression_annotated=torch.full((count,), with_expression),
        action_units=given.units * (not with_expression),
        action_units_annotated=torch.full((count, 17), not with_expression),
        action_unit_weight=torch.ones(count, 17),
        affect=torch.zeros(count, 2),
        affect_annotated=torch.zeros(count, 2).bool(),
    )


class TwoHeads(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(FEATURES, 48), nn.ReLU())
        self.expression, self.units = nn.Linear(48, 7), nn.Linear(48, 17)

    def forward(self, features: Tensor) -> Logits:
        inner = self.trunk(features)
        return Logits(self.expression(inner), self.units(inner), None)


def trained(section: dict[str, object] | None) -> tuple[Logits, Domain]:
    """Train on two databases; give what the network says of the third."""
    torch.manual_seed(0)
    first, second, test = domain(280, 1), domain(280, 2), domain(700, 3)
    features = torch.cat([first.features, second.features])
    targets = join([labelled(first, True), labelled(second, False)])
    coupled: tuple[Couplings, ...] = ()
    if section is not None:
        coupled = (Couplings(Coupling.model_validate(section), WEIGHTED, [0.25] * 17),)
    objective = Objective(Losses(), torch.full((7,), 1 / 7), lambda v: v.detach(), 1, coupled)
    network = TwoHeads()
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-2)
    for step in range(STEPS):
        losses = objective(network(features), targets, step / STEPS)
        losses["loss"].backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        optimiser.zero_grad()
    with torch.no_grad():
        return network(test.features), test


def figures(logits: Logits, test: Domain) -> tuple[float, float]:
    """Unweighted average recall of expressions, mean F1 of action units."""
    assert logits.expression is not None
    assert logits.action_units is not None
    said, truth = logits.expression.argmax(dim=1).numpy(), test.expression.numpy()
    recall = np.mean([(said[truth == e] == e).mean() for e in range(7)])
    on, active = logits.action_units.numpy() > 0, test.units.numpy() > 0
    f1 = 2 * (on & active).sum(axis=0) / (on.sum(axis=0) + active.sum(axis=0))
    return float(recall), float(f1.mean())


def warnings_of(logits: Logits, test: Domain, caplog: pytest.LogCaptureFixture) -> int:
    shares = np.bincount(test.expression.numpy(), minlength=7) / len(test.expression)
    watch = CollapseWatch(shares, test.units.mean(dim=0).double().numpy())
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        watch.see(STEPS, logits)
    return len(caplog.records)


def test_the_naive_setting_collapses_and_the_default_does_not(
    caplog: pytest.LogCaptureFixture,
) -> None:
    naive: dict[str, object] = {
        "warm_up": 0.0,
        "distribution_matching": {"form": "two_sided", "weight": 1.0, "fixed": "none"},
    }
    logits, test = trained(naive)
    recall, f1 = figures(logits, test)
    assert logits.expression is not None
    assert recall < 0.22  # chance is 1 / 7
    assert f1 < 0.05
    assert torch.softmax(logits.expression, dim=1)[:, 0].mean() > 0.7
    assert warnings_of(logits, test, caplog) >= 1

    plain = figures(*trained(None))
    defaults: list[dict[str, object]] = [
        {"distribution_matching": {}},
        {"preset": "soft_and_matching"},
        {"preset": "default"},
        {"preset": "default", "learned_table": {}},
    ]
    for section in defaults:
        logits, test = trained(section)
        recall, f1 = figures(logits, test)
        assert recall > plain[0] - 0.05
        assert f1 > plain[1] - 0.07
        assert warnings_of(logits, test, caplog) == 0


def test_the_printed_form_switches_the_action_units_off(caplog: pytest.LogCaptureFixture) -> None:
    """One-sided matching has its minimum at p = 0; the expression head survives it."""
    logits, test = trained({"preset": "paper"})
    recall, f1 = figures(logits, test)
    assert f1 < 0.05
    assert recall > 0.3
    assert warnings_of(logits, test, caplog) == 1
