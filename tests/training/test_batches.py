from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.training.toys import write_toy_shard

from facebehavior.errors import FaceBehaviorError
from facebehavior.training.batches import Batches, Pictures, plan_parts
from facebehavior.training.configuration import Configuration
from facebehavior.training.data import TrainingData, open_training_data
from facebehavior.training.label_set_section import LabelSet, Source
from facebehavior.training.run import batch_plan


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=6), st.integers(6, 300))
def test_parts_sum_up_to_the_batch_and_leave_no_set_out(sizes: list[int], batch: int) -> None:
    parts = plan_parts(sizes, batch)
    assert sum(parts) == batch
    assert min(parts) >= 1
    # In proportion, but for rounding and the picture that every set gets at the least.
    for size, part in zip(sizes, parts, strict=True):
        assert abs(part - batch * size / sum(sizes)) <= len(sizes)


def test_parts_of_equal_sets_are_equal() -> None:
    assert plan_parts([100, 100, 100], 48) == (16, 16, 16)
    assert plan_parts([4010, 2470, 1030], 751) == (401, 247, 103)


@pytest.mark.parametrize(("sizes", "batch"), [([5, 0], 4), ([5, 5, 5], 2)])
def test_impossible_batches_are_refused(sizes: list[int], batch: int) -> None:
    with pytest.raises(FaceBehaviorError):
        plan_parts(sizes, batch)


def both_sets(expression_shards: Path, behaviour_shards: Path) -> TrainingData:
    label_sets = [
        LabelSet(name="expression", sources=(Source(shards=str(expression_shards)),)),
        LabelSet(name="behaviour", sources=(Source(shards=str(behaviour_shards)),)),
    ]
    return open_training_data(label_sets, seed=0)


def test_every_batch_holds_a_part_of_each_set(
    expression_shards: Path, behaviour_shards: Path
) -> None:
    data = both_sets(expression_shards, behaviour_shards)
    batches = Batches(data.label_sets, 12, seed=0)
    assert batches.sizes == (80, 40)
    assert batches.parts == (8, 4)
    batch = batches.batch(3)
    assert batch.faces.shape == (12, 1, 16, 16)
    assert batch.targets.expression_annotated.tolist() == [True] * 8 + [False] * 4
    assert batch.targets.affect_annotated.all(dim=1).tolist() == [False] * 8 + [True] * 4


def test_a_batch_is_a_function_of_seed_and_step(
    expression_shards: Path, behaviour_shards: Path
) -> None:
    data = both_sets(expression_shards, behaviour_shards)
    one, two = (Batches(data.label_sets, 12, seed=5) for _ in range(2))
    for step in (11, 0, 23):
        assert torch.equal(one.batch(step).faces, two.batch(step).faces)
    other = Batches(data.label_sets, 12, seed=6)
    assert not torch.equal(one.batch(0).faces, other.batch(0).faces)


def test_an_epoch_shows_every_picture_once(expression_shards: Path) -> None:
    chosen = LabelSet(name="a", sources=(Source(shards=str(expression_shards)),) * 2)
    data = open_training_data([chosen], seed=0)
    batches = Batches(data.label_sets, 16, seed=1)
    assert batches.steps_per_epoch == 10
    for epoch in range(2):
        shown = torch.cat([batches.batch(10 * epoch + step).faces for step in range(10)])
        keys = sorted(shown.flatten(1).double().sum(1).tolist())
        pictures = data.label_sets[0][0]
        crops = pictures.shards.crops(pictures.rows).reshape(80, -1).sum(axis=1, dtype=float)
        assert keys == sorted([*crops.tolist(), *crops.tolist()])


def test_an_epoch_shows_a_small_set_as_often_as_it_is_told_to(
    expression_shards: Path, behaviour_shards: Path
) -> None:
    data = both_sets(expression_shards, behaviour_shards)
    batches = Batches(data.label_sets, 16, seed=1, passes=[1, 2])
    assert batches.sizes == (80, 80)
    assert batches.parts == (8, 8)
    faces = [batches.batch(step).faces[8:] for step in range(batches.steps_per_epoch)]
    _, times = np.unique(torch.cat(faces).flatten(1).numpy(), axis=0, return_counts=True)
    assert times.tolist() == [2] * 40
    sets = [LabelSet(name="many", sources=(Source(shards="a"),))]
    sets += [LabelSet(name="few", sources=(Source(shards="b"),), passes=2)]
    plan = batch_plan(Configuration(name="toy", label_sets=tuple(sets)), batches)
    assert "takes 8 of 80 from many, 8 of 40 from few (seen 2 times an epoch); 10 steps" in plan
    # Each pass ends before the next begins.
    first = torch.cat(faces[: batches.steps_per_epoch // 2]).flatten(1).numpy()
    assert len(np.unique(first, axis=0)) == 40


def test_processes_share_a_batch_without_overlap(
    expression_shards: Path, behaviour_shards: Path
) -> None:
    data = both_sets(expression_shards, behaviour_shards)
    whole = Batches(data.label_sets, 12, seed=0).batch(2).faces
    shares = [Batches(data.label_sets, 12, 0, rank, 2).batch(2).faces for rank in range(2)]
    together = torch.cat(shares).flatten(1)
    assert sorted(together.tolist()) == sorted(whole.flatten(1).tolist())


def test_held_out_subjects_are_never_trained_on(expression_shards: Path) -> None:
    source = Source(shards=str(expression_shards), split="train", hold_out=0.25)
    data = open_training_data([LabelSet(name="a", sources=(source,))], seed=3)
    training, (held_out,) = data.label_sets[0][0], data.held_out
    subjects = np.array(training.shards.manifest.column("subject").to_pylist())
    assert not set(subjects[training.rows]) & set(subjects[held_out.rows])
    splits = np.array(training.shards.manifest.column("split").to_pylist())
    assert set(splits[training.rows]) == set(splits[held_out.rows]) == {"train"}
    assert len(training) + len(held_out) == 60


def test_a_split_that_is_not_there_is_named(expression_shards: Path) -> None:
    source = Source(shards=str(expression_shards), split="validation")
    with pytest.raises(FaceBehaviorError, match=r"'validation', found: test, train"):
        open_training_data([LabelSet(name="a", sources=(source,))], seed=0)


def test_more_pictures_a_step_than_there_are_is_an_error(behaviour_shards: Path) -> None:
    chosen = LabelSet(name="a", sources=(Source(shards=str(behaviour_shards)),))
    data = open_training_data([chosen], seed=0)
    with pytest.raises(FaceBehaviorError, match="more than the 40"):
        Batches(data.label_sets, 41, seed=0)


def test_a_person_held_out_of_one_source_is_not_trained_on_through_another(tmp_path: Path) -> None:
    shards = [
        write_toy_shard(tmp_path / "a", ["expression"], 80),
        write_toy_shard(tmp_path / "b", ["valence", "arousal"], 40, seed=1),
    ]
    sources = [Source(shards=str(path), hold_out=0.3) for path in shards]
    data = open_training_data([LabelSet(name=s.shards, sources=(s,)) for s in sources], seed=1)

    def people(pictures: Pictures) -> set[str]:
        names = np.array(pictures.shards.manifest.column("subject").to_pylist())
        return set(names[pictures.rows])

    held_out = set.union(*map(people, data.held_out))
    trained = set.union(*(people(one) for chosen in data.label_sets for one in chosen))
    assert held_out
    assert not held_out & trained
