"""From the section `coupling` to what the objective adds: the table, and one object a coupling."""

import hashlib

from torch import Tensor, nn

from facebehavior.coupling import (
    CoAnnotation,
    DistributionMatching,
    PosteriorCoAnnotation,
    SoftCoAnnotation,
)
from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import ACTION_UNIT_COLUMNS, EXPRESSIONS
from facebehavior.losses import Targets
from facebehavior.network import Logits
from facebehavior.relatedness import (
    Relatedness,
    binary,
    check_known,
    deranged,
    domain_relatedness,
    leaky,
    marginal,
    read_relatedness,
)
from facebehavior.training.configuration import expanded
from facebehavior.training.coupling_section import Coupling
from facebehavior.training.data import TrainingData


class Couplings(nn.Module):
    """All couplings of a run.

    Args:
        section: what is switched on.
        table: p(action unit | expression), in the project's order.
        base_rates: (17,) share of the training labels on which each action unit is active.

    Attributes:
        table: what all of them use, but for the leak of distribution matching.
        warm_up: share of the run in which the weights rise.
        weights: the weight of each loss, by its name.
    """

    def __init__(self, section: Coupling, table: Relatedness, base_rates: list[float]) -> None:
        super().__init__()
        self.table = table
        self.warm_up = section.warm_up
        self.weights: dict[str, float] = {}
        self.co_annotation: CoAnnotation | None = None
        self.soft_co_annotation: SoftCoAnnotation | None = None
        self.posterior_co_annotation: PosteriorCoAnnotation | None = None
        self.distribution_matching: DistributionMatching | None = None
        if (hard := section.co_annotation) is not None:
            self.co_annotation = CoAnnotation(table, **hard.model_dump())
        if (soft := section.soft_co_annotation) is not None:
            self.weights["soft_co_annotation"] = soft.weight
            choices = soft.model_dump(exclude={"weight"})
            self.soft_co_annotation = SoftCoAnnotation(table, **choices)
        if (posterior := section.posterior_co_annotation) is not None:
            self.weights["posterior_co_annotation"] = posterior.weight
            self.posterior_co_annotation = PosteriorCoAnnotation(
                leaky(table, base_rates, posterior.leak), only_unlabelled=posterior.only_unlabelled
            )
        if (matched := section.distribution_matching) is not None:
            self.weights["distribution_matching"] = matched.weight
            self.distribution_matching = DistributionMatching(
                leaky(table, base_rates, matched.leak) if matched.leak else table,
                form=matched.form,
                fixed=matched.fixed,
                learns=matched.learns,
                left_out=("neutral",) if matched.neutral == "left_out" else (),
            )

    def labels(self, targets: Targets) -> Targets:
        """Give the labels that the supervised losses are taken on."""
        return targets if self.co_annotation is None else self.co_annotation(targets)

    def sums(self, logits: Logits, targets: Targets) -> dict[str, tuple[Tensor, Tensor]]:
        """Compute the coupling losses of B images.

        Args:
            logits: with expression and action units.
            targets: the real labels, not those that follow from them.

        Returns:
            Sum and count of each loss, by its name.
        """
        assert logits.expression is not None
        assert logits.action_units is not None
        sums = {}
        if self.soft_co_annotation is not None:
            sums["soft_co_annotation"] = self.soft_co_annotation(logits.expression, targets)
        if self.posterior_co_annotation is not None:
            sums["posterior_co_annotation"] = self.posterior_co_annotation(
                logits.expression, targets
            )
        if self.distribution_matching is not None:
            sums["distribution_matching"] = self.distribution_matching(
                logits.expression,
                logits.action_units,
                targets.expression_annotated,
                targets.action_units_annotated,
            )
        return sums

    def fingerprint(self) -> str:
        """Give the SHA-256 (hexadecimal) of the tables that the losses use."""
        digest = hashlib.sha256()
        for name, value in sorted(self.state_dict().items()):
            digest.update(name.encode() + value.cpu().numpy().tobytes())
        return digest.hexdigest()

    def ramp(self, progress: float) -> float:
        """Give the share of its weight that a loss has at a share of the run, both 0 to 1."""
        return 1.0 if self.warm_up == 0.0 else min(1.0, progress / self.warm_up)


def build_couplings(section: Coupling, data: TrainingData, heads: tuple[str, ...]) -> Couplings:
    """Make the couplings of a run.

    Args:
        section: of the configuration.
        data: what the run learns from.
        heads: of the network.

    Raises:
        FaceBehaviorError: a head or its labels are missing, an expression never occurs, or the
            table cannot be used.
    """
    for head in ("expression", "action_units"):
        if head not in heads:
            known = ", ".join(data.labelled_heads)
            raise FaceBehaviorError(
                f"coupling needs the head {head} and pictures labelled with it, found labels of "
                f"{known} and the heads {', '.join(heads)}; add a label set, or remove coupling"
            )
    check_known(section.absent_expressions, EXPRESSIONS, "coupling.absent_expressions")
    for name, share in zip(EXPRESSIONS, data.expression_prior, strict=True):
        if share == 0.0 and name not in section.absent_expressions:
            raise FaceBehaviorError(
                f"coupling needs every expression among the training labels, found no {name!r}; "
                f"add pictures that have it, or set coupling.absent_expressions=[{name}]"
            )
    base_rates = data.action_unit_rates.tolist()
    return Couplings(section, table_of(section, base_rates), base_rates)


def table_of(section: Coupling, base_rates: list[float]) -> Relatedness:
    """Give the table that a section asks for, in the project's order.

    Raises:
        FaceBehaviorError: the file cannot be read, or names labels that the tasks do not have.
    """
    table = domain_relatedness() if section.table == "du2014" else _read(section.table)
    if section.control == "marginal":
        return marginal(table, base_rates)
    if section.weighting == "binary":
        table = binary(table)
    return deranged(table, section.control_seed) if section.control == "deranged" else table


def _read(path: str) -> Relatedness:
    table = read_relatedness(expanded(path))
    try:
        return table.arranged(EXPRESSIONS, ACTION_UNIT_COLUMNS)
    except FaceBehaviorError as error:
        raise FaceBehaviorError(
            f"{path}: expected a table from expressions to action units: {error}"
        ) from error
