import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.coupling.helpers import (
    BINARY,
    EMOTIONET,
    WEIGHTED,
    faces,
    random_targets,
    softmax,
)
from torch import Tensor

from facebehavior.coupling import (
    SoftCoAnnotation,
    scores_counting_as_zero,
    scores_over_annotated,
    soft_expressions,
)
from facebehavior.labels import ACTION_UNITS
from facebehavior.losses import Targets
from facebehavior.relatedness import Relatedness

W, B = torch.tensor(WEIGHTED.values), torch.tensor(BINARY.values)


def scores(active: set[int], table: Tensor = W) -> list[float]:
    """Of the six expressions, neutral left out."""
    targets = faces(active=[active])
    found = scores_over_annotated(targets.action_units, targets.action_units_annotated, table, 0.5)
    assert found[0, 0] == 0
    return [round(value, 4) for value in found[0, 1:].tolist()]


def rounded(values: Tensor) -> list[float]:
    return [round(value, 4) for value in values.tolist()]


@pytest.mark.parametrize(
    ("active", "expected", "over_seven", "over_six"),
    [
        (
            {6, 12, 25},
            [1, 0.1326, 0.2146, 0.1808, 0, 0],
            [0.1076, 0.2924, 0.1228, 0.1333, 0.1289, 0.1076, 0.1076],
            [0.3276, 0.1376, 0.1494, 0.1444, 0.1205, 0.1205],
        ),
        (
            {1, 2, 25, 26},
            [0.3984, 0.1592, 0.8584, 0.5244, 0, 0],
            [0.1030, 0.1534, 0.1207, 0.2430, 0.1740, 0.1030, 0.1030],
            [0.1710, 0.1346, 0.2709, 0.1940, 0.1148, 0.1148],
        ),
        (set(), [0] * 6, [0.1429] * 7, [0.1667] * 6),
    ],
)
def test_published_scores_and_soft_labels(
    active: set[int], expected: list[float], over_seven: list[float], over_six: list[float]
) -> None:
    assert scores(active) == expected
    targets = faces(active=[active])
    found = scores_over_annotated(targets.action_units, targets.action_units_annotated, W, 0.5)
    assert rounded(soft_expressions(found, 1.0)[0]) == over_seven
    assert rounded(soft_expressions(found[:, 1:], 1.0)[0]) == over_six


def test_published_unweighted_scores() -> None:
    assert scores({6, 12, 25}, B) == [1, 0.2, 0.2, 0.1429, 0, 0]
    assert scores({1, 2, 25, 26}, B) == [0.3333, 0.2, 0.8, 0.5714, 0, 0]


def test_published_scores_of_a_partly_coded_database() -> None:
    targets = faces(active=[{4, 17}], annotated=EMOTIONET)
    pair = (targets.action_units, targets.action_units_annotated)
    unguarded = scores_over_annotated(*pair, W, 0.0)[0, 1:]
    assert rounded(unguarded) == [0, 0.6029, 0, 0.1808, 0.5671, 1]
    guarded = scores_over_annotated(*pair, W, 0.5)[0, 1:]
    assert rounded(guarded) == [0, 0.6029, 0, 0.1808, 0.5671, 0]
    counted = scores_counting_as_zero(*pair, W)[0, 1:]
    assert rounded(counted) == [0, 0.4430, 0, 0.1808, 0.3669, 0.3735]


@pytest.mark.parametrize(
    ("annotated", "expected"),
    [
        (EMOTIONET, [1, 0.735, 1, 1, 0.647, 0.373]),
        ((1, 2, 4, 5, 6, 9, 12, 15, 17, 20, 25, 26), [1, 1, 1, 1, 0.647, 0.373]),
        ((1, 2, 4, 6, 7, 10, 12, 14, 15, 17, 23, 24), [0.602, 1, 0.429, 0.465, 0.720, 1]),
        ((1, 2, 4, 6, 7, 10, 12, 15, 23, 24, 25, 26), [1, 0.822, 0.858, 0.705, 0.440, 0.872]),
    ],
    ids=["EmotioNet", "DISFA", "BP4D", "Aff-Wild2"],
)
def test_published_coverage_of_each_database_decides_what_scores(
    annotated: tuple[int, ...], expected: list[float]
) -> None:
    targets = faces(active=[set(ACTION_UNITS)], annotated=annotated)
    pair = (targets.action_units, targets.action_units_annotated)
    # With everything active, what counts as zero is exactly what is not covered.
    covered = scores_counting_as_zero(*pair, W)[0, 1:]
    np.testing.assert_allclose(covered.numpy(), expected, atol=5.1e-4)
    passes = scores_over_annotated(*pair, W, 0.5)[0, 1:] > 0
    assert passes.tolist() == [value >= 0.5 for value in expected]


def test_published_loss_of_a_happy_face() -> None:
    soft = SoftCoAnnotation(WEIGHTED, temperature=1.0)
    targets = faces(active=[{6, 12, 25}])
    p = torch.tensor([[0.1, 0.4, 0.1, 0.1, 0.1, 0.1, 0.1]]).log()
    total, count = soft(p, targets)
    assert (round(float(total), 5), float(count)) == (1.89729, 1.0)
    np.testing.assert_allclose(float(total), 1.897286, atol=2e-6)
    np.testing.assert_allclose(float(soft(torch.zeros(1, 7), targets)[0]), math.log(7), rtol=1e-6)


def reference(logits: np.ndarray, targets: Targets, temperature: float, coverage: float) -> float:
    """Image by image, expression by expression, from the definition."""
    total = 0.0
    for image in range(len(logits)):
        known = targets.action_units_annotated[image].numpy()
        active = targets.action_units[image].numpy() * known
        s = np.zeros(7)
        for e in range(7):
            row = WEIGHTED.values[e]
            if row.sum() > 0 and (row * known).sum() >= coverage * row.sum():
                s[e] = (row * active).sum() / (row * known).sum()
        if not s.any():
            continue
        total -= float((softmax(s / temperature) * np.log(softmax(logits[image]))).sum())
    return total


@pytest.mark.parametrize(("temperature", "coverage"), [(1.0, 0.5), (0.2, 0.5), (0.1, 0.9)])
def test_is_the_cross_entropy_written_from_the_definition(
    temperature: float, coverage: float
) -> None:
    targets = random_targets(40)
    logits = np.random.default_rng(1).normal(size=(40, 7))
    soft = SoftCoAnnotation(WEIGHTED, temperature=temperature, min_coverage=coverage).double()
    total, count = soft(torch.tensor(logits), targets)
    assert count > 5
    # The module's table is kept in float32, hence no closer.
    np.testing.assert_allclose(
        float(total), reference(logits, targets, temperature, coverage), rtol=1e-6
    )


@given(
    st.integers(0, 10_000), st.floats(0.05, 2), st.sampled_from(["renormalised", "counted_as_zero"])
)
def test_soft_labels_are_distributions(seed: int, temperature: float, unannotated: str) -> None:
    soft = SoftCoAnnotation(WEIGHTED, temperature=temperature, unannotated=unannotated)
    labels, applies = soft.soft_labels(random_targets(12, seed))
    assert (labels >= 0).all()
    np.testing.assert_allclose(labels.sum(dim=1).numpy(), 1, rtol=1e-5)
    assert not applies[::3].any()  # these have no action units at all


def test_lower_temperatures_are_surer() -> None:
    targets = faces(active=[{6, 12, 25}])
    happiness = [
        float(SoftCoAnnotation(WEIGHTED, temperature=t).soft_labels(targets)[0][0, 1])
        for t in (1.0, 0.5, 0.2, 0.1)
    ]
    assert happiness == sorted(happiness)
    assert round(happiness[0], 4) == 0.2924
    assert happiness[2] > 0.9


def test_the_three_treatments_of_a_face_without_active_units() -> None:
    targets = faces(active=[set(), {6, 12, 25}, None])
    logits = torch.randn(3, 7)
    left_out = SoftCoAnnotation(WEIGHTED)
    assert left_out.soft_labels(targets)[1].tolist() == [False, True, False]
    for name, expected in (("uniform", [1 / 7] * 7), ("neutral", [1.0] + [0.0] * 6)):
        soft = SoftCoAnnotation(WEIGHTED, without_active=name)
        labels, applies = soft.soft_labels(targets)
        assert applies.tolist() == [True, True, False]
        np.testing.assert_allclose(labels[0].numpy(), expected, rtol=1e-6)
        assert torch.equal(labels[1], left_out.soft_labels(targets)[0][1])
        assert soft(logits, targets)[1] == 2


def test_a_face_whose_units_belong_to_no_expression_tells_nothing() -> None:
    targets = faces(active=[{14}, {14, 12}])
    assert SoftCoAnnotation(WEIGHTED).soft_labels(targets)[1].tolist() == [False, True]
    for name in ("uniform", "neutral"):
        labels, applies = SoftCoAnnotation(WEIGHTED, without_active=name).soft_labels(targets)
        assert applies.tolist() == [True, True]
        np.testing.assert_allclose(labels[0].numpy(), 1 / 7, rtol=1e-6)  # it is not neutral


def test_images_with_a_label_of_their_own_can_be_left_out() -> None:
    targets = faces(["anger", None], [{6, 12, 25}, {6, 12, 25}])
    assert SoftCoAnnotation(WEIGHTED).soft_labels(targets)[1].tolist() == [True, True]
    soft = SoftCoAnnotation(WEIGHTED, only_unlabelled=True)
    assert soft.soft_labels(targets)[1].tolist() == [False, True]


def test_without_action_units_the_loss_and_its_gradient_are_exactly_zero() -> None:
    logits = torch.randn(4, 7, requires_grad=True)
    total, count = SoftCoAnnotation(WEIGHTED)(logits, faces(["fear", None, "anger", "neutral"]))
    total.backward()
    assert (total.item(), count.item()) == (0.0, 0.0)
    assert logits.grad is not None
    assert (logits.grad == 0).all()


def test_the_gradient_raises_the_expression_whose_units_are_active() -> None:
    logits = torch.zeros(1, 7, requires_grad=True)
    total, _ = SoftCoAnnotation(WEIGHTED)(logits, faces(active=[{1, 2, 5, 25, 26}]))
    total.backward()
    assert logits.grad is not None
    assert int(logits.grad.argmin()) == 3
    assert logits.grad[0, 3] < 0


def test_action_units_may_be_permuted_with_their_table() -> None:
    targets = random_targets(30)
    order = np.random.default_rng(2).permutation(17)
    table = Relatedness(
        WEIGHTED.from_labels,
        tuple(WEIGHTED.to_labels[i] for i in order),
        WEIGHTED.values[:, order],
        "permuted",
    )
    chosen = torch.tensor(order)
    permuted = Targets(
        targets.expression,
        targets.expression_annotated,
        targets.action_units[:, chosen],
        targets.action_units_annotated[:, chosen],
        targets.action_unit_weight[:, chosen],
        targets.affect,
        targets.affect_annotated,
    )
    one, two = (
        SoftCoAnnotation(WEIGHTED).soft_labels(targets),
        SoftCoAnnotation(table).soft_labels(permuted),
    )
    np.testing.assert_allclose(one[0].numpy(), two[0].numpy(), rtol=1e-5)
    assert torch.equal(one[1], two[1])


def test_half_precision_logits_are_used_in_single() -> None:
    targets, logits = random_targets(20), torch.randn(20, 7).bfloat16()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        total, _ = SoftCoAnnotation(WEIGHTED)(logits, targets)
    assert total.dtype == torch.float32
    expected, _ = SoftCoAnnotation(WEIGHTED)(logits.float(), targets)
    assert float(total) == float(expected)


@pytest.mark.parametrize(
    "choice",
    [
        {"temperature": 0.0},
        {"min_coverage": 1.5},
        {"unannotated": "ignored"},
        {"without_active": "happy"},
    ],
)
def test_unknown_choices_are_refused(choice: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="expected"):
        SoftCoAnnotation(WEIGHTED, **choice)  # type: ignore[arg-type]
