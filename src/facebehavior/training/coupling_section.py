"""The section `coupling` of a training configuration."""

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from facebehavior.settings import NotNegative, Positive, Section, Share, merged

PRESETS: Mapping[str, Mapping[str, Any]] = {
    "default": {"posterior_co_annotation": {}},
    "soft_and_matching": {"soft_co_annotation": {}, "distribution_matching": {}},
    "paper": {
        "weighting": "binary",
        "warm_up": 0.0,
        "soft_co_annotation": {
            "weight": 1.0,
            "temperature": 1.0,
            "unannotated": "counted_as_zero",
            "without_active": "uniform",
        },
        "distribution_matching": {
            "weight": 1.0,
            "form": "one_sided",
            "fixed": "none",
            "learns": "everywhere",
            "neutral": "kept",
        },
    },
}
"""Keys that a preset sets; those of the configuration itself go before them.

`default` is posterior co-annotation, which gained most in our study; `soft_and_matching` is the
published pair with the defaults below; `paper` is that pair by its printed formulas: one-sided
matching, nothing held fixed, a softmax without a temperature. Of what the papers leave open it
takes the plainest, which is this project's choice: the binary table, all weights 1 from the first
step, and action units without a label taken for inactive.
"""


class CoAnnotationSection(Section):
    """Labels of one task that follow from labels of the other.

    Attributes:
        to_action_units: labelled expressions activate their action units.
        to_expression: faces that show all action units of an expression are labelled with it.
        requirement: `all` related action units have to be active, or the `prototypical` alone.
    """

    to_action_units: bool = True
    to_expression: bool = True
    requirement: Literal["all", "prototypical"] = "all"


class SoftCoAnnotationSection(Section):
    """A soft expression label from action units; see `coupling.soft_co_annotation`.

    Attributes:
        weight: lambda3.
        temperature: of the softmax over scores; the printed softmax, which has none (1), is nearly
            uniform.
        unannotated: action units without a label are left out of the scores (`renormalised`) or
            taken for inactive (`counted_as_zero`).
        min_coverage: share of an expression's weights that has to be annotated, else it scores 0.
        without_active: a face without an active action unit is `left_out` (as is one whose
            active action units belong to no expression), `uniform` or `neutral`.
        only_unlabelled: leave out images that have an expression label.
    """

    weight: NotNegative = 0.3
    temperature: Positive = 0.2
    unannotated: Literal["renormalised", "counted_as_zero"] = "renormalised"
    min_coverage: Share = 0.5
    without_active: Literal["left_out", "uniform", "neutral"] = "left_out"
    only_unlabelled: bool = False


class PosteriorCoAnnotationSection(Section):
    """A soft expression label by Bayes' rule; see `coupling.posterior_co_annotation`.

    Attributes:
        weight: beside the supervised losses, which have 1.
        leak: share of the action units' base rates that is mixed into every row of the table: it
            fills neutral's row, and makes no action unit certain.
        only_unlabelled: leave out images that have an expression label.
    """

    weight: NotNegative = 1.0
    leak: Share = 0.2
    only_unlabelled: bool = True


class DistributionMatchingSection(Section):
    """Agreement of the two heads on every picture; see `coupling.distribution_matching`.

    Attributes:
        weight: lambda4.
        form: `kl`, `one_sided` as printed, or `two_sided`.
        fixed: the side without gradient: `p` of the action unit head, `q` that the expression
            head implies, or `none`.
        learns: `everywhere`, or `unlabelled`: each head only where it has no label of its own.
        neutral: `kept` in the mixture, or `left_out` with the other six renormalised.
        leak: share of the action units' base rates that is mixed into every row.
    """

    weight: NotNegative = 0.1
    form: Literal["kl", "one_sided", "two_sided"] = "kl"
    fixed: Literal["none", "p", "q"] = "none"
    learns: Literal["everywhere", "unlabelled"] = "everywhere"
    neutral: Literal["kept", "left_out"] = "kept"
    leak: Share = 0.0


class LearnedTableSection(Section):
    """A table learned in training, with the other as its prior; see `coupling.learned_table`.

    Posterior co-annotation and distribution matching read it, with this leak in place of theirs.

    Attributes:
        prior: how much the prior counts beside the labels: 1 keeps it as it is, 0 learns from
            labels alone.
        leak: share of the action units' base rates that is mixed into every row of the prior.
        rate: step in logits for a unit of gradient.
    """

    prior: Share = 0.5
    leak: Share = 0.2
    rate: Positive = 0.05


class Coupling(Section):
    """How expression and action units teach one another; a part that is null is off.

    Attributes:
        preset: keys to start from; `none` switches on only what is named.
        table: `du2014`; a file: what `facebehavior relatedness` wrote, or written by hand; or
            `training`: estimated from the training pictures that are labelled with both tasks.
        weighting: the table's values, or 1 for all of them (`binary`).
        control: for studies: `deranged`, no row in its place; `marginal`, every row the base
            rates of the training labels.
        control_seed: which derangement.
        warm_up: share of the steps in which all weights rise linearly from 0.
        absent_expressions: names of expressions that may be absent from all training labels;
            any other is an error.
    """

    preset: Literal["none", "default", "soft_and_matching", "paper"] = "none"
    table: str = "du2014"
    weighting: Literal["weighted", "binary"] = "weighted"
    control: Literal["none", "deranged", "marginal"] = "none"
    control_seed: int = Field(default=0, ge=0)
    warm_up: Share = 0.2
    absent_expressions: tuple[str, ...] = ()
    co_annotation: CoAnnotationSection | None = None
    soft_co_annotation: SoftCoAnnotationSection | None = None
    posterior_co_annotation: PosteriorCoAnnotationSection | None = None
    distribution_matching: DistributionMatchingSection | None = None
    learned_table: LearnedTableSection | None = None

    @model_validator(mode="before")
    @classmethod
    def _on_its_preset(cls, given: object) -> object:
        if not isinstance(given, Mapping):
            return given
        preset = PRESETS.get(given.get("preset", "none"), {})
        return merged(preset, given)

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        parts = (
            self.co_annotation,
            self.soft_co_annotation,
            self.posterior_co_annotation,
            self.distribution_matching,
        )
        if not any(part is not None for part in parts):
            raise ValueError(
                "expected co_annotation, soft_co_annotation, posterior_co_annotation, "
                "distribution_matching or a preset; without coupling, leave the section out"
            )
        if self.learned_table and not (self.posterior_co_annotation or self.distribution_matching):
            raise ValueError(
                "expected posterior_co_annotation or distribution_matching beside learned_table: "
                "nothing else reads it"
            )
        return self


class PairCoupling(Coupling):
    """How two other tasks teach one another, by the same means.

    In the names of the couplings' parts, the first task stands for expression and the second for
    action units: `to_action_units` fills the second task's labels in.

    Attributes:
        first: a task whose labels exclude one another, such as `identity`.
        second: a task whose labels are each present or not, such as `attributes`.
    """

    first: str
    second: str
    table: str = "training"
