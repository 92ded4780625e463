import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.coupling.helpers import BINARY, WEIGHTED, column, logit, softmax
from torch import Tensor

from facebehavior.coupling import FORMS, DistributionMatching, implied
from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import ACTION_UNITS, EXPRESSIONS, Manifest
from facebehavior.relatedness import Relatedness, identity_relatedness

UNIFORM = torch.zeros(1, 7, dtype=torch.float64)
EVEN = torch.zeros(1, 17, dtype=torch.float64)
COLUMNS = (WEIGHTED.values > 0).any(axis=0)


def matching(table: Relatedness = WEIGHTED, **choices: object) -> DistributionMatching:
    """In float64, with the table's values not rounded to float32."""
    made = DistributionMatching(table, **choices).double()  # type: ignore[arg-type]
    made.table = torch.tensor(table.values)[slice(None) if made.kept is None else made.kept]
    return made


def reference(
    from_logits: NDArray[np.float64],
    to_logits: NDArray[np.float64],
    table: NDArray[np.float64],
    form: str,
) -> float:
    """Image by image and label by label, from the definition."""
    total = 0.0
    for z_e, z_a in zip(from_logits, to_logits, strict=True):
        e, p = softmax(z_e), 1 / (1 + np.exp(-z_a))
        for i in range(table.shape[1]):
            if not table[:, i].any():
                continue
            q = min(max(float(sum(e[k] * table[k, i] for k in range(len(e)))), 1e-6), 1 - 1e-6)
            one = -p[i] * np.log(q)
            two = one - (1 - p[i]) * np.log(1 - q)
            entropy = -(p[i] * np.log(p[i]) + (1 - p[i]) * np.log(1 - p[i]))
            total += {"one_sided": one, "two_sided": two, "kl": two - entropy}[form]
    return total


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (
            BINARY,
            ".4286 .2857 .5714 .2857 .2857 .1429 .1429 .2857 .1429 0 .1429 .4286 .1429 .1429 .2857 "
            ".4286 .2857",
        ),
        (
            WEIGHTED,
            ".3714 .2243 .4729 .1843 .1443 .1429 .1429 .1800 .1429 0 .1429 .3129 .1429 .0414 .1800 "
            ".4286 .1900",
        ),
    ],
)
def test_published_probabilities_of_a_uniform_expression(table: Relatedness, expected: str) -> None:
    q = implied(UNIFORM, torch.tensor(table.values)).present[0]
    assert [round(v, 4) for v in q.tolist()] == [float(v) for v in expected.split()]


def test_published_probabilities_between_fear_and_surprise() -> None:
    p = torch.full((1, 7), 1e-30, dtype=torch.float64)
    p[0, EXPRESSIONS.index("fear")], p[0, EXPRESSIONS.index("surprise")] = 0.4, 0.6
    expected = {1: 1, 2: 0.828, 4: 0.4, 5: 0.648, 20: 0.4, 25: 1, 26: 0.732}
    q = implied(p.log(), torch.tensor(WEIGHTED.values)).present[0]
    full = [expected.get(number, 0) for number in ACTION_UNITS]
    np.testing.assert_allclose(q.numpy(), full, atol=1.01e-6)
    q = implied(p.log(), torch.tensor(BINARY.values)).present[0]
    full = [1 if number in (2, 5, 26) else expected.get(number, 0) for number in ACTION_UNITS]
    np.testing.assert_allclose(q.numpy(), full, atol=1.01e-6)


@pytest.mark.parametrize(
    ("table", "form", "expected"),
    [
        (WEIGHTED, "two_sided", 15.473990),
        (WEIGHTED, "one_sided", 13.437197),
        (BINARY, "two_sided", 13.881715),
        (BINARY, "one_sided", 11.146774),
    ],
)
def test_published_losses_of_undecided_heads(
    table: Relatedness, form: str, expected: float
) -> None:
    total, images = matching(table, form=form)(UNIFORM, EVEN)
    np.testing.assert_allclose(float(total), expected, atol=5.1e-7)
    assert float(images) == 1


def test_published_losses_where_the_heads_agree() -> None:
    q = implied(UNIFORM, torch.tensor(WEIGHTED.values)).present.clone()
    agreed = torch.log(q) - torch.log1p(-q)
    np.testing.assert_allclose(
        float(matching(form="two_sided")(UNIFORM, agreed)[0]), 7.730487, atol=5.1e-7
    )
    assert abs(float(matching(form="kl")(UNIFORM, agreed)[0])) < 1e-12


def test_the_printed_form_is_content_with_no_action_unit_at_all() -> None:
    none = torch.full((1, 17), -torch.inf)
    assert float(matching(form="one_sided")(torch.randn(1, 7), none)[0]) == 0.0


def test_published_vector_of_identities_and_attributes() -> None:
    table = Relatedness(("ann", "ben"), ("x", "y"), np.array([[0.9, 0.1], [0.2, 0.6]]), "toy")
    logits = torch.tensor([[0.7, 0.3]], dtype=torch.float64).log()
    q = implied(logits, torch.tensor(table.values)).present
    np.testing.assert_allclose(q.numpy(), [[0.69, 0.25]], rtol=1e-12)
    total, _ = matching(table, form="kl")(logits, logit([0.69, 0.25])[None])
    assert abs(float(total)) < 1e-12


def test_an_estimated_table_of_identities_couples_the_second_pair_of_tasks() -> None:
    images = [
        {"image": "a", "database": "t", "identity": n, "attr_smiling": n == "ann"}
        for n in ("ann", "ben") * 3
    ]
    table = identity_relatedness(Manifest.from_rows(images))
    logits = torch.tensor([[9.0, -9.0]])
    attributes = torch.zeros(1, 40, requires_grad=True)
    total, _ = DistributionMatching(table)(logits, attributes)
    total.backward()
    assert attributes.grad is not None
    smiling = table.to_labels.index("attr_smiling")
    assert attributes.grad[0, smiling] < 0
    assert attributes.grad[0].count_nonzero() == 1


@pytest.mark.parametrize("form", list(FORMS))
@pytest.mark.parametrize("table", [WEIGHTED, BINARY], ids=["weighted", "binary"])
def test_is_the_loss_written_from_the_definition(form: str, table: Relatedness) -> None:
    generator = np.random.default_rng(3)
    e, a = 2 * generator.normal(size=(23, 7)), 2 * generator.normal(size=(23, 17))
    total, images = matching(table, form=form)(torch.tensor(e), torch.tensor(a))
    np.testing.assert_allclose(float(total), reference(e, a, table.values, form), rtol=1e-11)
    assert float(images) == 23


def test_without_neutral_the_other_six_share_its_mass() -> None:
    generator = np.random.default_rng(4)
    e, a = generator.normal(size=(9, 7)), generator.normal(size=(9, 17))
    total, _ = matching(left_out=("neutral",))(torch.tensor(e), torch.tensor(a))
    expected = reference(e[:, 1:], a, WEIGHTED.values[1:], "kl")
    np.testing.assert_allclose(float(total), expected, rtol=1e-11)
    sure = torch.tensor([[30.0] + [0.0] * 6])
    kept = DistributionMatching(WEIGHTED).implied(sure).present[0, column(25)]
    shared = DistributionMatching(WEIGHTED, left_out=("neutral",)).implied(sure)
    assert float(kept) < 1e-5
    np.testing.assert_allclose(float(shared.present[0, column(25)]), 3 / 6, rtol=1e-5)


@given(st.integers(0, 10_000), st.floats(0.1, 40))
def test_probabilities_are_bounded_and_complementary(seed: int, spread: float) -> None:
    logits = spread * torch.randn(4, 7, generator=torch.Generator().manual_seed(seed))
    q = implied(logits, torch.tensor(WEIGHTED.values))
    for side in q:
        assert side.dtype == torch.float32
        assert (side >= 1e-6).all()
        assert (side <= 1 + 1e-6).all()
    np.testing.assert_allclose((q.present + q.absent).numpy(), 1, atol=3e-6)


@given(st.integers(0, 10_000), st.sampled_from(sorted(FORMS)))
def test_divergences_are_not_negative_and_kl_is_the_excess(seed: int, form: str) -> None:
    generator = torch.Generator().manual_seed(seed)
    e, a = 3 * torch.randn(3, 7, generator=generator), 3 * torch.randn(3, 17, generator=generator)
    assert float(DistributionMatching(WEIGHTED, form=form)(e, a)[0]) >= 0
    kl, two = (float(DistributionMatching(WEIGHTED, form=f)(e, a)[0]) for f in ("kl", "two_sided"))
    assert kl <= two + 1e-4


@pytest.mark.parametrize("form", list(FORMS))
def test_the_gradient_is_that_of_finite_differences(form: str) -> None:
    e = torch.randn(3, 7, dtype=torch.float64, requires_grad=True)
    a = torch.randn(3, 17, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x, y: matching(form=form)(x, y)[0], (e, a))


def gradients(
    e: Tensor, a: Tensor, module: DistributionMatching, *masks: Tensor
) -> tuple[Tensor, Tensor]:
    e, a = e.clone().requires_grad_(), a.clone().requires_grad_()
    total, _ = module(e, a, *masks)
    # What a sum of losses does: the leaf of a fixed side still is part of the graph.
    (total + 0.0 * e.sum() + 0.0 * a.sum()).backward()
    assert e.grad is not None
    assert a.grad is not None
    return e.grad, a.grad


@pytest.mark.parametrize("name", EXPRESSIONS[1:])
def test_a_confident_expression_raises_its_action_units_and_lowers_others(name: str) -> None:
    e = torch.full((1, 7), -4.0)
    e[0, EXPRESSIONS.index(name)] = 8.0
    related = torch.tensor(WEIGHTED.values[EXPRESSIONS.index(name)]) > 0.5
    unrelated = torch.tensor(WEIGHTED.values[EXPRESSIONS.index(name)] == 0) & torch.tensor(COLUMNS)
    for form in ("kl", "two_sided"):
        _, grad = gradients(e, torch.zeros(1, 17), DistributionMatching(WEIGHTED, form=form))
        assert (grad[0, related] < 0).all()
        assert (grad[0, unrelated] > 0).all()


def test_active_units_raise_the_expression_that_shows_them() -> None:
    a = torch.full((1, 17), -5.0)
    a[0, [column(n) for n in (6, 12, 25)]] = 5.0
    grad, _ = gradients(torch.zeros(1, 7), a, DistributionMatching(WEIGHTED))
    assert int(grad.argmin()) == EXPRESSIONS.index("happiness")


@pytest.mark.parametrize("form", list(FORMS))
def test_no_gradient_into_a_fixed_side(form: str) -> None:
    e, a = torch.randn(5, 7), torch.randn(5, 17)
    free = gradients(e, a, DistributionMatching(WEIGHTED, form=form))
    into_e, into_a = gradients(e, a, DistributionMatching(WEIGHTED, form=form, fixed="q"))
    assert (into_e == 0).all()
    assert torch.equal(into_a, free[1])
    into_e, into_a = gradients(e, a, DistributionMatching(WEIGHTED, form=form, fixed="p"))
    assert (into_a == 0).all()
    assert torch.equal(into_e, free[0])


def test_heads_can_learn_on_unlabelled_entries_alone() -> None:
    e, a = torch.randn(4, 7), torch.randn(4, 17)
    has_e = torch.tensor([True, False, True, False])
    has_a = torch.rand(4, 17) < 0.5
    module = DistributionMatching(WEIGHTED, learns="unlabelled")
    free = gradients(e, a, DistributionMatching(WEIGHTED))
    into_e, into_a = gradients(e, a, module, has_e, has_a)
    assert (into_e[has_e] == 0).all()
    assert (into_a[has_a] == 0).all()
    assert torch.equal(into_e[~has_e], free[0][~has_e])
    assert torch.equal(into_a[~has_a], free[1][~has_a])
    assert free[0].abs().min() > 0
    with pytest.raises(ValueError, match="masks of both tasks"):
        module(e, a)


def test_columns_that_nothing_is_known_of_receive_no_gradient() -> None:
    _, grad = gradients(torch.randn(6, 7), torch.randn(6, 17), DistributionMatching(WEIGHTED))
    assert (grad[:, ~torch.tensor(COLUMNS)] == 0).all()
    assert (grad[:, torch.tensor(COLUMNS)] != 0).all()


def test_an_empty_table_costs_and_teaches_nothing() -> None:
    table = Relatedness(WEIGHTED.from_labels, WEIGHTED.to_labels, np.zeros((7, 17)), "empty")
    e, a = torch.randn(6, 7), torch.randn(6, 17)
    assert float(DistributionMatching(table)(e, a)[0]) == 0
    into_e, into_a = gradients(e, a, DistributionMatching(table))
    assert (into_e == 0).all()
    assert (into_a == 0).all()


@pytest.mark.parametrize("form", list(FORMS))
@pytest.mark.parametrize("expression", ["surprise", "neutral"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_certainty_gives_finite_losses_and_gradients(
    form: str, expression: str, dtype: torch.dtype
) -> None:
    e = torch.zeros(1, 7)
    e[0, EXPRESSIONS.index(expression)] = 200.0
    for sign in (-1.0, 1.0):
        a = torch.full((1, 17), sign * 200.0)
        module = DistributionMatching(BINARY, form=form)
        total, _ = module(e.to(dtype), a.to(dtype))
        into_e, into_a = gradients(e.to(dtype), a.to(dtype), module)
        for value in (total, into_e, into_a):
            assert torch.isfinite(value).all()


def test_half_precision_logits_are_used_in_single() -> None:
    e, a = (4 * torch.randn(8, 7)).bfloat16(), torch.randn(8, 17).bfloat16()
    module = DistributionMatching(WEIGHTED)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        total, _ = module(e, a)
    assert total.dtype == torch.float32
    assert float(total) == float(module(e.float(), a.float())[0])


def test_action_units_may_be_permuted_with_their_table() -> None:
    e, a = torch.randn(6, 7), torch.randn(6, 17)
    order = np.random.default_rng(5).permutation(17)
    labels = tuple(WEIGHTED.to_labels[i] for i in order)
    table = Relatedness(WEIGHTED.from_labels, labels, WEIGHTED.values[:, order], "permuted")
    one = DistributionMatching(WEIGHTED)(e, a)[0]
    two = DistributionMatching(table)(e, a[:, torch.tensor(order)])[0]
    np.testing.assert_allclose(float(one), float(two), rtol=1e-6)


def test_two_halves_of_a_batch_sum_up_to_the_whole() -> None:
    e, a = torch.randn(8, 7).double(), torch.randn(8, 17).double()
    module = matching()
    whole = module(e, a)
    halves = [module(e[part], a[part]) for part in (slice(0, 3), slice(3, 8))]
    for index in (0, 1):
        np.testing.assert_allclose(
            float(whole[index]), sum(float(half[index]) for half in halves), rtol=1e-12
        )


def test_unknown_choices_are_refused() -> None:
    for choice in ({"form": "kld"}, {"fixed": "both"}, {"learns": "nowhere"}):
        with pytest.raises(ValueError, match="expected one of"):
            DistributionMatching(WEIGHTED, **choice)
    with pytest.raises(FaceBehaviorError, match="did you mean 'neutral'"):
        DistributionMatching(WEIGHTED, left_out=("neutrall",))
