import math
from dataclasses import fields

import numpy as np
import pytest
import torch
from tests.coupling.helpers import (
    BINARY,
    EMOTIONET,
    WEIGHTED,
    column,
    faces,
    logit,
    random_targets,
)

from facebehavior.coupling import CoAnnotation, assignment_rank, fill_action_units
from facebehavior.labels import ACTION_UNITS, EXPRESSIONS
from facebehavior.losses import Targets, action_unit_loss
from facebehavior.relatedness import Relatedness

DISFA = (1, 2, 4, 5, 6, 9, 12, 15, 17, 20, 25, 26)
BP4D = (1, 2, 4, 6, 7, 10, 12, 14, 15, 17, 23, 24)
AFF_WILD2 = (1, 2, 4, 6, 7, 10, 12, 15, 23, 24, 25, 26)


def assigned(active: set[int], annotated: tuple[int, ...] = ACTION_UNITS) -> str | None:
    found = CoAnnotation(WEIGHTED)(faces(active=[active], annotated=annotated))
    if not found.expression_annotated[0]:
        return None
    assert found.expression[0].sum() == 1
    return EXPRESSIONS[int(found.expression[0].argmax())]


def equal(first: Targets, second: Targets) -> bool:
    assert not first.further
    assert not second.further
    names = [field.name for field in fields(Targets) if field.name != "further"]
    return all(torch.equal(getattr(first, name), getattr(second, name)) for name in names)


def test_published_vector_of_a_happy_face() -> None:
    p = np.full(17, 0.5)
    p[[column(12), column(25), column(6)]] = (0.8, 0.5, 0.3)
    targets = CoAnnotation(WEIGHTED)(faces(["happiness"]))
    total, count = action_unit_loss(
        logit(p)[None],
        targets.action_units,
        targets.action_units_annotated,
        targets.action_unit_weight,
    )
    expected = -(math.log(0.8) + math.log(0.5) + 0.51 * math.log(0.3)) / 3
    np.testing.assert_allclose(float(total / count), expected, rtol=1e-7)
    assert round(float(total / count), 6) == 0.510106


@pytest.mark.parametrize(
    ("active", "annotated", "expected"),
    [
        ({1, 2, 4, 5, 20, 25, 26}, ACTION_UNITS, "fear"),  # surprise qualifies too
        ({12, 25}, ACTION_UNITS, None),
        ({6, 12, 25}, ACTION_UNITS, "happiness"),
        ({6, 12, 25}, tuple(n for n in ACTION_UNITS if n != 6), None),
        ({1, 4, 6, 15, 17}, ACTION_UNITS, "sadness"),
        ({1, 2, 5, 25, 26, 4, 6, 15, 17}, ACTION_UNITS, "surprise"),  # its row sum is larger
        ({4, 9, 10, 17, 24, 1, 6, 15}, ACTION_UNITS, "sadness"),  # 3.77 against 3.57
        (set(ACTION_UNITS), ACTION_UNITS, "fear"),
        (set(), ACTION_UNITS, None),
    ],
)
def test_published_assignments(
    active: set[int], annotated: tuple[int, ...], expected: str | None
) -> None:
    assert assigned(active, annotated) == expected


@pytest.mark.parametrize(
    ("annotated", "expected"),
    [
        (EMOTIONET, {"happiness", "surprise", "fear"}),
        (DISFA, {"happiness", "sadness", "surprise", "fear"}),
        (BP4D, {"sadness", "anger"}),
        (AFF_WILD2, {"happiness"}),
    ],
)
def test_published_list_of_what_each_database_can_be_assigned(
    annotated: tuple[int, ...], expected: set[str]
) -> None:
    found = {
        assigned({n for n in ACTION_UNITS if WEIGHTED.values[row, column(n)] > 0}, annotated)
        for row in range(1, 7)
    }
    assert found - {None} == expected


def test_only_related_units_without_a_label_are_filled_and_none_is_made_inactive() -> None:
    targets = random_targets(60)
    filled = fill_action_units(targets, torch.tensor(WEIGHTED.values))
    new = filled.action_units_annotated & ~targets.action_units_annotated
    assert new.any()
    for image in range(60):
        related = WEIGHTED.values[int(targets.expression[image].argmax())]
        for unit in range(17):
            was = bool(targets.action_units_annotated[image, unit])
            expected = bool(targets.expression_annotated[image]) and not was and related[unit] > 0
            assert bool(new[image, unit]) == expected
            if expected:
                assert filled.action_units[image, unit] == 1
                assert filled.action_unit_weight[image, unit] == np.float32(related[unit])
    kept = ~new
    assert torch.equal(filled.action_units[kept], targets.action_units[kept])
    assert (filled.action_unit_weight[kept] == 1).all()


def test_a_neutral_face_receives_nothing() -> None:
    neutral = faces(["neutral"])
    assert equal(CoAnnotation(WEIGHTED)(neutral), neutral)


def test_a_real_expression_wins() -> None:
    targets = faces(["anger"], [{6, 12, 25}])
    found = CoAnnotation(WEIGHTED)(targets)
    assert torch.equal(found.expression, targets.expression)
    # Every action unit has a label already, so there is nothing to fill in.
    assert equal(found, targets)


def test_weights_of_a_binary_table_are_one() -> None:
    found = CoAnnotation(BINARY)(faces(["sadness", "disgust"]))
    assert (found.action_unit_weight == 1).all()
    assert found.action_units.sum() == 10


def test_each_direction_can_be_left_out() -> None:
    targets = faces(["happiness", None], [None, {1, 2, 5, 25, 26}])
    both = CoAnnotation(WEIGHTED)(targets)
    assert both.action_units_annotated[0].sum() == 3
    assert both.expression_annotated.tolist() == [True, True]
    units_only = CoAnnotation(WEIGHTED, to_expression=False)(targets)
    assert units_only.expression_annotated.tolist() == [True, False]
    assert torch.equal(units_only.action_units, both.action_units)
    expressions_only = CoAnnotation(WEIGHTED, to_action_units=False)(targets)
    assert torch.equal(expressions_only.expression, both.expression)
    assert torch.equal(expressions_only.action_units, targets.action_units)
    assert equal(
        CoAnnotation(WEIGHTED, to_action_units=False, to_expression=False)(targets), targets
    )


def test_the_prototypical_requirement_asks_for_less() -> None:
    targets = faces(active=[{12, 25}, {4, 15}, {4}])
    found = CoAnnotation(WEIGHTED, requirement="prototypical")(targets)
    assert found.expression_annotated.tolist() == [True, True, False]
    assert found.expression.argmax(dim=1)[:2].tolist() == [1, 2]
    with pytest.raises(ValueError, match="all, prototypical, found 'some'"):
        CoAnnotation(WEIGHTED, requirement="some")


def test_rank_is_by_requirement_then_row_sum() -> None:
    rank = assignment_rank(WEIGHTED)
    order = [EXPRESSIONS[int(i)] for i in rank.argsort(descending=True)]
    assert order[:2] == ["fear", "anger"]
    assert order[2:5] == ["surprise", "sadness", "disgust"]
    assert order[5:] == ["happiness", "neutral"]


def test_action_units_may_be_permuted_with_their_table() -> None:
    targets = random_targets(80, rate=0.95)
    order = torch.randperm(17, generator=torch.Generator().manual_seed(1))
    table = Relatedness(
        WEIGHTED.from_labels,
        tuple(WEIGHTED.to_labels[i] for i in order.tolist()),
        WEIGHTED.values[:, order.numpy()],
        "permuted",
    )
    permuted = Targets(
        targets.expression,
        targets.expression_annotated,
        targets.action_units[:, order],
        targets.action_units_annotated[:, order],
        targets.action_unit_weight[:, order],
        targets.affect,
        targets.affect_annotated,
    )
    one, two = CoAnnotation(WEIGHTED)(targets), CoAnnotation(table)(permuted)
    assert (one.expression_annotated & ~targets.expression_annotated).any()
    assert torch.equal(one.expression, two.expression)
    assert torch.equal(one.action_units[:, order], two.action_units)
    assert torch.equal(one.action_unit_weight[:, order], two.action_unit_weight)
