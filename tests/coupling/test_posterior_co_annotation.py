import numpy as np
import pytest
import torch
from tests.coupling.helpers import WEIGHTED, faces, random_targets

from facebehavior.coupling import PosteriorCoAnnotation, expression_posterior
from facebehavior.labels import ACTION_UNITS, EXPRESSIONS
from facebehavior.relatedness import leaky

RATES = np.full(17, 0.2)
LEAKY = leaky(WEIGHTED, RATES, 0.2)
TABLE = torch.tensor(LEAKY.values)


def most_probable(active: set[int]) -> str:
    targets = faces(active=[active])
    found = expression_posterior(targets.action_units, targets.action_units_annotated, TABLE)
    return EXPRESSIONS[int(found.argmax())]


def test_it_is_bayes_rule_with_the_table_as_the_likelihood() -> None:
    rng = np.random.default_rng(0)
    active = rng.random((30, 17)) < 0.3
    annotated = rng.random((30, 17)) < 0.7
    annotated[0] = False
    found = expression_posterior(torch.tensor(active), torch.tensor(annotated), TABLE).numpy()
    for image in range(30):
        likelihood = np.ones(7)
        for unit in np.flatnonzero(annotated[image]):
            column = LEAKY.values[:, unit]
            likelihood *= column if active[image, unit] else 1 - column
        np.testing.assert_allclose(found[image], likelihood / likelihood.sum(), atol=1e-12)
    np.testing.assert_allclose(found[0], 1 / 7)


@pytest.mark.parametrize(
    ("active", "expression"),
    [
        (set(), "neutral"),
        ({6, 12, 25}, "happiness"),
        ({4, 15}, "sadness"),
        ({1, 2, 25, 26}, "surprise"),
        ({9, 10, 17}, "disgust"),
        ({4, 7, 24}, "anger"),
    ],
)
def test_prototypical_faces_get_their_expression(active: set[int], expression: str) -> None:
    assert most_probable(active) == expression


def test_an_inactive_action_unit_is_evidence_too() -> None:
    """Parted lips speak for happiness less where lip corners are known not to be pulled."""
    others = tuple(number for number in ACTION_UNITS if number != 12)
    happiness = [
        float(
            expression_posterior(one.action_units, one.action_units_annotated, TABLE)[
                0, EXPRESSIONS.index("happiness")
            ]
        )
        for one in (faces(active=[{25}]), faces(active=[{25}], annotated=others))
    ]
    assert happiness[0] < 0.9 * happiness[1]


def test_a_table_of_zeros_and_ones_stays_finite() -> None:
    targets = random_targets(40)
    table = torch.tensor(WEIGHTED.values)
    found = expression_posterior(targets.action_units, targets.action_units_annotated, table)
    assert torch.isfinite(found).all()
    torch.testing.assert_close(found.sum(dim=1), torch.ones(len(found), dtype=found.dtype))


def test_action_units_can_be_permuted_with_their_table() -> None:
    targets = random_targets(40, seed=1)
    order = torch.randperm(17, generator=torch.Generator().manual_seed(0))
    moved = expression_posterior(
        targets.action_units[:, order], targets.action_units_annotated[:, order], TABLE[:, order]
    )
    plain = expression_posterior(targets.action_units, targets.action_units_annotated, TABLE)
    torch.testing.assert_close(moved, plain)


def test_the_loss_is_over_images_with_action_units_and_no_expression() -> None:
    targets = faces(active=[{6, 12, 25}, {4, 15}, set()], expressions=["happiness", None, None])
    targets.action_units_annotated[2] = False
    logits = torch.zeros(3, 7, requires_grad=True)
    total, images = PosteriorCoAnnotation(LEAKY)(logits, targets)
    total.backward()
    assert images == 1
    assert total.item() == pytest.approx(np.log(7), rel=1e-6)
    assert logits.grad is not None
    assert not logits.grad[[0, 2]].any()
    # The step raises sadness, which action units 4 and 15 mean.
    assert int(logits.grad[1].argmin()) == EXPRESSIONS.index("sadness")
    _, everywhere = PosteriorCoAnnotation(LEAKY, only_unlabelled=False)(logits, targets)
    assert everywhere == 2


def test_without_action_units_it_is_zero_without_gradient() -> None:
    targets = faces(active=[set(), set()], annotated=())
    logits = torch.zeros(2, 7, requires_grad=True)
    total, images = PosteriorCoAnnotation(LEAKY)(logits, targets)
    total.backward()
    assert (total.item(), images.item()) == (0.0, 0.0)
    assert logits.grad is not None
    assert not logits.grad.any()
