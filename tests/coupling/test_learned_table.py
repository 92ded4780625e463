from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from tests.coupling.helpers import WEIGHTED, column, faces, random_targets, softmax

from facebehavior.coupling import LearnedTable
from facebehavior.labels import ACTION_UNITS, EXPRESSIONS
from facebehavior.losses import Targets
from facebehavior.relatedness import Relatedness, leaky, read_relatedness, save_relatedness

PRIOR = leaky(WEIGHTED, np.where(np.arange(17) == column(14), 0.0, 0.2), 0.2)


def fitted(table: LearnedTable, share: float, logits: torch.Tensor, targets: Targets) -> None:
    for _ in range(1500):
        (total, images), (distance, _) = table.fit(logits, targets), table.distance()
        ((1 - share) * total / images + share * distance).backward()  # type: ignore[no-untyped-call]
        table.move()


def values(table: LearnedTable) -> NDArray[np.float64]:
    return np.asarray(table.table().detach().double().numpy())


def many(count: int = 700) -> tuple[torch.Tensor, Targets, NDArray[np.float64]]:
    """Faces whose action units follow a table of their own, and a head that knows expressions."""
    generator = np.random.default_rng(0)
    true = generator.uniform(0.1, 0.9, (7, 17))
    expression = np.arange(count) % 7
    active = generator.random((count, 17)) < true[expression]
    numbers = [{n for n, on in zip(ACTION_UNITS, row, strict=True) if on} for row in active]
    logits = torch.full((count, 7), -30.0)
    logits[torch.arange(count), torch.tensor(expression)] = 0.0
    shares = np.stack([active[expression == e].mean(axis=0) for e in range(7)])
    return logits, faces(active=numbers), shares


def test_it_starts_as_its_prior() -> None:
    table = LearnedTable(PRIOR)
    np.testing.assert_allclose(table.table().detach(), PRIOR.values, atol=1e-6)
    assert table.distance()[0] == 0.0


def test_the_fit_is_the_cross_entropy_of_what_the_head_and_the_table_foretell() -> None:
    targets, table = random_targets(20), LearnedTable(PRIOR)
    logits = torch.randn(20, 7, generator=torch.Generator().manual_seed(0))
    total, images = table.fit(logits, targets)
    said = softmax(logits.double().numpy())
    expected, counted = 0.0, 0
    for image in range(20):
        own = bool(targets.expression_annotated[image])
        q = (targets.expression[image].double().numpy() if own else said[image]) @ PRIOR.values
        known = targets.action_units_annotated[image].numpy() & (PRIOR.values > 0).any(axis=0)
        active = targets.action_units[image].numpy()
        for unit in np.flatnonzero(known):
            expected -= np.log(q[unit] if active[unit] else 1 - q[unit])
        counted += bool(known.any())
    assert total.item() == pytest.approx(expected, rel=1e-5)
    assert int(images) == counted


def test_the_distance_is_the_divergence_from_the_prior() -> None:
    table = LearnedTable(PRIOR)
    with torch.no_grad():
        table.logits.add_(torch.randn(7, 17, generator=torch.Generator().manual_seed(0)))
    learned = PRIOR.values > 0
    p, w = PRIOR.values[learned], table.table().detach().double().numpy()[learned]
    expected = (p * np.log(p / w) + (1 - p) * np.log((1 - p) / (1 - w))).sum() / 7
    assert table.distance()[0].item() == pytest.approx(expected, rel=1e-5)


def test_labels_alone_give_the_shares_and_the_prior_alone_itself() -> None:
    logits, targets, shares = many()
    learned = (PRIOR.values > 0).any(axis=0)
    free, bound, between = LearnedTable(PRIOR), LearnedTable(PRIOR), LearnedTable(PRIOR)
    fitted(free, 0.0, logits, targets)
    fitted(bound, 1.0, logits, targets)
    fitted(between, 0.5, logits, targets)
    np.testing.assert_allclose(values(free)[:, learned], shares[:, learned], atol=0.01)
    np.testing.assert_allclose(values(bound), PRIOR.values, atol=1e-6)
    # As many pictures that follow the prior as there are: the mean of both.
    halfway = (shares + PRIOR.values) / 2
    np.testing.assert_allclose(values(between)[:, learned], halfway[:, learned], atol=0.01)


def test_a_deranged_start_is_corrected_by_labels() -> None:
    logits, targets, shares = many()
    table = LearnedTable(Relatedness(EXPRESSIONS, PRIOR.to_labels, PRIOR.values[::-1], "wrong"))
    before = np.abs(table.table().detach().numpy() - shares).mean()
    fitted(table, 0.2, logits, targets)
    assert np.abs(table.table().detach().numpy() - shares).mean() < before / 2


def test_gradient_reaches_only_cells_of_which_labels_speak() -> None:
    table = LearnedTable(PRIOR)
    happy = faces(["happiness"], [{12}], annotated=(6, 12, 14))
    logits = torch.zeros(1, 7, requires_grad=True)
    table.fit(logits, happy)[0].backward()  # type: ignore[no-untyped-call]
    assert table.logits.grad is not None
    # Action unit 14 has a column of zeros in the prior, and so is never learned.
    expected = torch.zeros(7, 17).bool()
    expected[EXPRESSIONS.index("happiness"), [column(6), column(12)]] = True
    assert torch.equal(table.logits.grad != 0, expected)
    assert logits.grad is None


def test_without_labels_nothing_moves() -> None:
    table = LearnedTable(PRIOR)
    total, images = table.fit(torch.zeros(2, 7), faces(["fear", None]))
    assert total.item() == images.item() == 0.0
    total.backward()  # type: ignore[no-untyped-call]
    table.move()
    assert torch.equal(table.logits, table.prior_logits)


def test_a_column_of_zeros_stays_and_certain_cells_are_finite() -> None:
    table = LearnedTable(WEIGHTED)  # has rows and a column of zeros, and ones
    logits, targets, _ = many(70)
    fitted(table, 0.5, logits, targets)
    learned = table.table().detach()
    assert torch.isfinite(table.logits).all()
    assert (learned[:, column(14)] == 0.0).all()
    assert ((learned >= 0) & (learned <= 1)).all()


def test_mixed_precision_changes_nothing() -> None:
    logits, targets, _ = many(35)
    found = []
    for enabled in (False, True):
        table = LearnedTable(PRIOR)
        with torch.autocast("cpu", torch.bfloat16, enabled=enabled):
            total, _ = table.fit(logits.bfloat16(), targets)
            distance, _ = table.distance()
        assert total.dtype == distance.dtype == torch.float32
        found.append(total.item())
    assert found[0] == found[1]


def test_action_units_may_be_permuted_with_their_table() -> None:
    targets = random_targets(40, seed=1)
    logits = torch.randn(40, 7, generator=torch.Generator().manual_seed(0))
    order = torch.randperm(17, generator=torch.Generator().manual_seed(0))
    moved_targets = replace(
        targets,
        action_units=targets.action_units[:, order],
        action_units_annotated=targets.action_units_annotated[:, order],
    )
    labels = tuple(PRIOR.to_labels[place] for place in order.tolist())
    moved_prior = Relatedness(PRIOR.from_labels, labels, PRIOR.values[:, order.numpy()], "moved")
    plain, moved = LearnedTable(PRIOR), LearnedTable(moved_prior)
    for table, labelled in ((plain, targets), (moved, moved_targets)):
        for _ in range(5):
            total, images = table.fit(logits, labelled)
            (total / images + table.distance()[0]).backward()  # type: ignore[no-untyped-call]
            table.move()
    torch.testing.assert_close(moved.table(), plain.table()[:, order])
    assert (plain.table() - plain.prior).abs().max() > 0.01


def test_it_is_saved_as_any_table_is(tmp_path: Path) -> None:
    table = LearnedTable(PRIOR)
    with torch.no_grad():
        table.logits.add_(0.5)
    path = tmp_path / "W.json"
    save_relatedness(table.relatedness(), path)
    read = read_relatedness(path)
    np.testing.assert_allclose(read.values, table.table().detach(), atol=1e-7)
    assert "learned in training" in read.source
