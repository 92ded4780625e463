"""The section `label_sets` of a training configuration: which pictures are learned from."""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from facebehavior.settings import Count, Section, Share


class FewShot(Section):
    """A few pictures of each class of a task, drawn by the run's seed; all others are left out.

    Attributes:
        task: whose labels exclude one another, such as compound.
        per_class: pictures of each class.
    """

    task: str = "compound"
    per_class: Count


class Fold(Section):
    """One fold of a cross-validation.

    The people with labels that are read are dealt out to folds, alike whatever seed and part.

    Attributes:
        number: which of the folds, from 0.
        of: how many there are.
    """

    number: Annotated[int, Field(ge=0)]
    of: Annotated[int, Field(ge=2)]

    @model_validator(mode="after")
    def _is_there(self) -> Self:
        if self.number >= self.of:
            raise ValueError(f"expected a number below {self.of}, found {self.number}")
        return self


class Source(Section):
    """Prepared pictures to learn from.

    Attributes:
        shards: a shard or a folder of shards; `${NAME}` stands for an environment variable.
        split: the split to take; all rows where it is None.
        hold_out: share of the subjects (pictures where no subjects are known) that is not trained
            on but validates: it chooses the best checkpoint and calibrates.
        fold: hold out the subjects of this fold, in the place of a share of them.
        few_shot: learn from a few pictures a class alone, of those that are not held out.
        tasks: whose labels are read; all others are taken for missing. None reads every label.
        only_with: tasks whose labels are read, and held out, of those pictures alone that have a
            label in one of these columns of the manifest, too: `affect: [expression, compound]`
            leaves out valence and arousal of faces whose expression has no name. Votes have a
            column of their own, `expression_votes`; identity cannot be chosen so.
        part: the pictures whose place in a draw by the run's seed, from 0 to 1, is from the first
            number on and below the second: 0 to 0.5 and 0.5 to 1 have none in common.
        without_subjects: people of whom no picture is trained on or held out, such as those of
            the fold that is tested.
    """

    shards: str
    split: str | None = None
    hold_out: Share = 0.0
    fold: Fold | None = None
    few_shot: FewShot | None = None
    tasks: tuple[str, ...] | None = None
    only_with: Mapping[str, Annotated[tuple[str, ...], Field(min_length=1)]] = {}
    part: tuple[Share, Share] = (0.0, 1.0)
    without_subjects: tuple[str, ...] = ()

    @field_validator("part")
    @classmethod
    def _holds_something(cls, part: tuple[float, float]) -> tuple[float, float]:
        if part[0] >= part[1]:
            raise ValueError(f"expected a smaller and a larger number, found {list(part)}")
        return part

    @model_validator(mode="after")
    def _holds_out_once(self) -> Self:
        if self.fold is not None and self.hold_out:
            raise ValueError("expected hold_out or fold, found both")
        return self


class LabelSet(Section):
    """Databases whose pictures make one part of every batch (method of Kollias et al. 2019).

    Attributes:
        passes: how often an epoch sees its pictures: more than once raises the part of a small
            set, which parts in proportion to the sizes would drown.
    """

    name: str
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]
    passes: Count = 1
