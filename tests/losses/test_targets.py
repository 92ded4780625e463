from dataclasses import fields

import numpy as np
import pytest
import torch

from facebehavior.labels import LabelArrays, TaskLabels
from facebehavior.losses import Targets, join


def arrays(count: int = 5, seed: int = 0) -> LabelArrays:
    """Labels with gaps, and with rubbish where nothing is annotated."""
    generator = np.random.default_rng(seed)
    votes = generator.uniform(size=(count, 7)).astype(np.float32)
    return LabelArrays(
        expression=votes / votes.sum(axis=1, keepdims=True),
        expression_annotated=generator.uniform(size=count) < 0.5,
        action_units=(generator.uniform(size=(count, 17)) < 0.5).astype(np.float32),
        action_units_annotated=generator.uniform(size=(count, 17)) < 0.5,
        affect=generator.uniform(-1, 1, size=(count, 2)).astype(np.float32),
        affect_annotated=generator.uniform(size=(count, 2)) < 0.5,
        further={
            "attributes": TaskLabels(
                (generator.uniform(size=(count, 40)) < 0.5).astype(np.float32),
                generator.uniform(size=(count, 40)) < 0.5,
            ),
            "identity": TaskLabels(
                generator.integers(0, 9, size=count), generator.uniform(size=count) < 0.5
            ),
        },
    )


def equal(first: Targets, second: Targets) -> bool:
    names = [field.name for field in fields(Targets) if field.name != "further"]
    same = [torch.equal(getattr(first, name), getattr(second, name)) for name in names]
    for name, task in first.further.items():
        other = second.further[name]
        same += [torch.equal(getattr(task, part), getattr(other, part)) for part in vars(task)]
    return all(same) and first.further.keys() == second.further.keys()


def test_arrays_become_tensors_with_zeros_where_nothing_is_annotated() -> None:
    given = arrays()
    targets = Targets.from_arrays(given)
    assert len(targets) == 5
    mask = given.action_units_annotated
    assert (targets.action_units.numpy()[mask] == given.action_units[mask]).all()
    assert (targets.action_units.numpy()[~mask] == 0).all()
    assert (targets.affect.numpy()[~given.affect_annotated] == 0).all()
    assert (targets.expression.numpy()[~given.expression_annotated] == 0).all()
    rows = targets.expression.numpy()[given.expression_annotated]
    np.testing.assert_allclose(rows.sum(axis=1), 1, rtol=1e-6)
    assert (targets.action_unit_weight == 1).all()
    assert targets.action_units_annotated.dtype == torch.bool
    assert targets.affect.dtype == torch.float32


def test_further_tasks_come_along_with_their_masks() -> None:
    given = arrays()
    targets = Targets.from_arrays(given)
    attributes, identity = (targets.further[name] for name in ("attributes", "identity"))
    mask = given.further["attributes"].annotated
    assert (attributes.values.numpy()[~mask] == 0).all()
    assert (attributes.values.numpy()[mask] == given.further["attributes"].values[mask]).all()
    assert attributes.weight.shape == (5, 40)
    assert identity.values.dtype == torch.int64
    assert torch.equal(identity.annotated, torch.tensor(given.further["identity"].annotated))
    assert torch.equal(targets[[3, 1]].further["identity"].values, identity.values[[3, 1]])


def test_tensors_do_not_share_memory_with_the_arrays() -> None:
    given = arrays()
    targets = Targets.from_arrays(given)
    before = targets.affect.clone()
    given.affect[:] = 9
    given.affect_annotated[:] = True
    assert torch.equal(targets.affect, before)
    assert not targets.affect_annotated.all()


def test_nan_under_a_false_mask_becomes_zero() -> None:
    given = arrays()
    given.affect[~given.affect_annotated] = np.nan
    assert torch.isfinite(Targets.from_arrays(given).affect).all()


def test_joined_parts_are_the_whole() -> None:
    whole = Targets.from_arrays(arrays())
    assert equal(join([whole[:2], whole[2:]]), whole)
    assert len(join([whole, whole])) == 10


def test_joining_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one batch"):
        join([])


@pytest.mark.parametrize(
    "index", [[3, 1], np.array([3, 1]), torch.tensor([3, 1])], ids=["list", "numpy", "torch"]
)
def test_images_are_chosen_by_index(index: list[int]) -> None:
    whole = Targets.from_arrays(arrays())
    chosen = whole[index]
    assert len(chosen) == 2
    assert torch.equal(chosen.affect, whole.affect[[3, 1]])
    assert torch.equal(chosen.expression_annotated, whole.expression_annotated[[3, 1]])


def test_images_are_chosen_by_mask() -> None:
    whole = Targets.from_arrays(arrays())
    assert equal(whole[torch.tensor([True, False, False, True, True])], whole[[0, 3, 4]])


def test_labels_move_to_another_device() -> None:
    moved = Targets.from_arrays(arrays()).to("meta")
    names = [field.name for field in fields(Targets) if field.name != "further"]
    assert {getattr(moved, name).device.type for name in names} == {"meta"}
    assert moved.further["attributes"].values.device.type == "meta"
