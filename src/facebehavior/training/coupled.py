"""From the section `coupling` to what the objective adds: the table, and one object a coupling."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn

from facebehavior.coupling import (
    CoAnnotation,
    DistributionMatching,
    LearnedTable,
    PosteriorCoAnnotation,
    SoftCoAnnotation,
)
from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import EXPRESSIONS
from facebehavior.losses import Targets
from facebehavior.network import Logits
from facebehavior.relatedness import (
    FOR_EXPRESSIONS,
    FOR_IDENTITIES,
    Relatedness,
    binary,
    check_known,
    deranged,
    domain_relatedness,
    estimate_relatedness,
    leaky,
    marginal,
    read_relatedness,
)
from facebehavior.training.configuration import expanded
from facebehavior.training.coupling_section import Coupling, PairCoupling
from facebehavior.training.data import TrainingData
from facebehavior.training.pairs import Pair
from facebehavior.training.scarcity import warn_of_scarcity

_USUAL = Pair()


class Couplings(nn.Module):
    """All couplings of one pair of tasks, by default expression and action units.

    Args:
        section: what is switched on.
        table: p(label of the second task | label of the first), in the order of both.
        base_rates: (T,) share of the training labels on which each label of the second is present.
        pair: the two tasks.

    Attributes:
        table: what all of them use, but for the leak and for what is learned.
        warm_up: share of the run in which the weights rise.
        weights: the weight of each loss, by its name.
        learned_table: what posterior co-annotation and distribution matching read instead.
    """

    def __init__(
        self,
        section: Coupling,
        table: Relatedness,
        base_rates: list[float],
        pair: Pair = _USUAL,
    ) -> None:
        super().__init__()
        self.table = table
        self.pair = pair
        self.warm_up = section.warm_up
        self.weights: dict[str, float] = {}
        self.co_annotation: CoAnnotation | None = None
        self.soft_co_annotation: SoftCoAnnotation | None = None
        self.posterior_co_annotation: PosteriorCoAnnotation | None = None
        self.distribution_matching: DistributionMatching | None = None
        self.learned_table: LearnedTable | None = None
        if (learned := section.learned_table) is not None:
            prior = leaky(table, base_rates, learned.leak)
            self.learned_table = LearnedTable(prior, rate=learned.rate)
            self.weights[f"{pair.prefix}learned_table"] = 1.0 - learned.prior
            self.weights[f"{pair.prefix}learned_table_prior"] = learned.prior
        if (hard := section.co_annotation) is not None:
            self.co_annotation = CoAnnotation(table, **hard.model_dump())
        if (soft := section.soft_co_annotation) is not None:
            self.weights[f"{pair.prefix}soft_co_annotation"] = soft.weight
            choices = soft.model_dump(exclude={"weight"})
            self.soft_co_annotation = SoftCoAnnotation(table, **choices)
        if (posterior := section.posterior_co_annotation) is not None:
            self.weights[f"{pair.prefix}posterior_co_annotation"] = posterior.weight
            self.posterior_co_annotation = PosteriorCoAnnotation(
                self._read(posterior.leak, base_rates), only_unlabelled=posterior.only_unlabelled
            )
        if (matched := section.distribution_matching) is not None:
            self.weights[f"{pair.prefix}distribution_matching"] = matched.weight
            self.distribution_matching = DistributionMatching(
                self._read(matched.leak, base_rates),
                form=matched.form,
                fixed=matched.fixed,
                learns=matched.learns,
                left_out=("neutral",) if matched.neutral == "left_out" else (),
            )

    def _read(self, leak: float, base_rates: list[float]) -> Relatedness:
        """Give the table that a coupling reads at first.

        Where one is learned it is that one's start: another would match columns that are empty in
        what is learned, and so silence them.
        """
        if self.learned_table is not None:
            return self.learned_table.source
        return leaky(self.table, base_rates, leak) if leak else self.table

    def labels(self, targets: Targets) -> Targets:
        """Give the labels that the supervised losses are taken on."""
        if self.co_annotation is None:
            return targets
        seen = self.co_annotation(self._seen(targets))
        return self.pair.returned(seen, targets)

    def sums(self, logits: Logits, targets: Targets) -> dict[str, tuple[Tensor, Tensor]]:
        """Compute the coupling losses of B images.

        Args:
            logits: with both tasks.
            targets: the real labels, not those that follow from them.

        Returns:
            Sum and count of each loss, by its name.
        """
        first, second = self.pair.logits(logits)
        seen = self._seen(targets)
        sums = {}
        table = None
        if self.learned_table is not None:
            # Detached: only labels may move the table, not what would make a coupling cheap.
            table = self.learned_table.table().detach()
            sums["learned_table"] = self.learned_table.fit(first, seen)
            sums["learned_table_prior"] = self.learned_table.distance()
        if self.soft_co_annotation is not None:
            sums["soft_co_annotation"] = self.soft_co_annotation(first, seen)
        if self.posterior_co_annotation is not None:
            sums["posterior_co_annotation"] = self.posterior_co_annotation(first, seen, table)
        if self.distribution_matching is not None:
            sums["distribution_matching"] = self.distribution_matching(
                first, second, seen.expression_annotated, seen.action_units_annotated, table
            )
        return {f"{self.pair.prefix}{name}": pair for name, pair in sums.items()}

    def taught(self, occurring: NDArray[np.bool_]) -> tuple[str, ...]:
        """Name the labels of the second task that these couplings give something to learn.

        Args:
            occurring: (F,) which labels of the first task training pictures have.
        """
        learnt = np.zeros(len(self.table.to_labels), dtype=np.bool_)
        if self.co_annotation is not None and self.co_annotation.to_action_units:
            learnt |= (np.asarray(self.table.values) > 0)[occurring].any(axis=0)
        matching = self.distribution_matching
        weight = self.weights.get(f"{self.pair.prefix}distribution_matching", 0.0)
        if matching is not None and weight > 0 and matching.fixed != "p":
            learnt |= matching.matched.cpu().numpy()
        return tuple(n for n, known in zip(self.table.to_labels, learnt, strict=True) if known)

    def _seen(self, targets: Targets) -> Targets:
        return self.pair.seen(targets, len(self.table.from_labels))

    def fingerprint(self) -> str:
        """Give the SHA-256 (hexadecimal) of the tables that the losses use."""
        digest = hashlib.sha256()
        for name, value in sorted(self.state_dict().items()):
            digest.update(name.encode() + value.cpu().numpy().tobytes())
        return digest.hexdigest()

    def ramp(self, progress: float) -> float:
        """Give the share of its weight that a loss has at a share of the run, both 0 to 1."""
        return 1.0 if self.warm_up == 0.0 else min(1.0, progress / self.warm_up)


def build_couplings(
    section: Coupling | None,
    further: Sequence[PairCoupling],
    data: TrainingData,
    heads: Sequence[str],
) -> tuple[Couplings, ...]:
    """Make the couplings of a run, one object a pair of tasks.

    Args:
        section: of expression and action units.
        further: of other pairs.
        data: what the run learns from.
        heads: tasks that the network learns.

    Raises:
        FaceBehaviorError: a head or its labels are missing, an expression never occurs, a pair
            is coupled twice or cannot be, or a table cannot be used.
    """
    sections: list[Coupling] = [*([] if section is None else [section]), *further]
    pairs = [_pair(one, data) for one in sections]
    for number, pair in enumerate(pairs):
        if pair in pairs[:number]:
            raise FaceBehaviorError(f"{pair.first} and {pair.second} are coupled twice")
    return tuple(
        _couplings(one, pair, data, heads) for one, pair in zip(sections, pairs, strict=True)
    )


def _pair(section: Coupling, data: TrainingData) -> Pair:
    if not isinstance(section, PairCoupling):
        return Pair()
    for role, name, kind in (
        ("first", section.first, "exclusive"),
        ("second", section.second, "binary"),
    ):
        fitting = [one for one, (found, _) in data.vocabularies.items() if found == kind]
        if name not in fitting:
            raise FaceBehaviorError(
                f"further_couplings: {role} should be a task with {kind} labels, one of "
                f"{', '.join(fitting)}, found {name!r}"
            )
    if section.first != "expression":
        _check_without_neutral(section)
    return Pair(section.first, section.second)


def _check_without_neutral(section: PairCoupling) -> None:
    soft, matched = section.soft_co_annotation, section.distribution_matching
    if (soft is not None and soft.without_active == "neutral") or (
        matched is not None and matched.neutral == "left_out"
    ):
        raise FaceBehaviorError(
            f"further_couplings: {section.first} has no neutral label; leave out "
            "without_active: neutral and neutral: left_out"
        )


def _couplings(
    section: Coupling, pair: Pair, data: TrainingData, heads: Sequence[str]
) -> Couplings:
    for head in (pair.first, pair.second):
        if head not in heads:
            known = ", ".join(data.labelled_heads)
            raise FaceBehaviorError(
                f"coupling needs the head {head} and pictures labelled with it, found labels of "
                f"{known} and the heads {', '.join(heads)}; add a label set, or remove coupling"
            )
    if pair.first == "expression":
        _check_all_occur(section, data)
    warn_of_scarcity(section, pair, data)
    base_rates = data.rates(pair.second).tolist()
    table = varied(_table(section, data, pair), section, base_rates)
    return Couplings(section, table, base_rates, pair)


def _check_all_occur(section: Coupling, data: TrainingData) -> None:
    check_known(section.absent_expressions, EXPRESSIONS, "coupling.absent_expressions")
    for name, share in zip(EXPRESSIONS, data.expression_prior, strict=True):
        if share == 0.0 and name not in section.absent_expressions:
            raise FaceBehaviorError(
                f"coupling needs every expression among the training labels, found no {name!r}; "
                f"add pictures that have it, or set coupling.absent_expressions=[{name}]"
            )


def _table(section: Coupling, data: TrainingData, pair: Pair) -> Relatedness:
    if section.table == "training":
        return _estimated(data, pair)
    (_, first), (_, second) = data.vocabularies[pair.first], data.vocabularies[pair.second]
    return named_table(section.table, first, second)


def named_table(name: str, first: Sequence[str], second: Sequence[str]) -> Relatedness:
    """Give the table of Du et al. or of a file, in the order of two tasks.

    Args:
        name: `du2014` or a file.
        first: labels of the first task.
        second: labels of the second task.

    Raises:
        FaceBehaviorError: the file cannot be read, or names labels that the tasks do not have.
    """
    table = domain_relatedness() if name == "du2014" else read_relatedness(expanded(name))
    try:
        return table.arranged(first, second)
    except FaceBehaviorError as error:
        raise FaceBehaviorError(
            f"{name}: expected a table from {first[0]}, ... to {second[0]}, ...: {error}"
        ) from error


def varied(table: Relatedness, section: Coupling, base_rates: ArrayLike) -> Relatedness:
    """Give the variant of a table that a section asks for: its weighting and its control."""
    if section.control == "marginal":
        return marginal(table, base_rates)
    if section.weighting == "binary":
        table = binary(table)
    return deranged(table, section.control_seed) if section.control == "deranged" else table


def _estimated(data: TrainingData, pair: Pair) -> Relatedness:
    """Estimate the table on the training pictures.

    A first label without a picture that has both gets the base rates: nothing else is known of
    it. An expression has to occur.
    """
    (_, first), (_, second) = data.vocabularies[pair.first], data.vocabularies[pair.second]
    labels = data.joint(pair.first, pair.second)
    if pair.first == "expression":
        rules, unknown = FOR_EXPRESSIONS, []
    else:
        occurring = labels.classes[labels.annotated.any(axis=1)]
        unknown = np.setdiff1d(np.arange(len(first)), occurring).tolist()
        rules = replace(FOR_IDENTITIES, unrelated=tuple(first[place] for place in unknown))
    source = "estimated on the training pictures"
    table = estimate_relatedness(labels, first, second, source=source, rules=rules)
    values = table.values.copy()
    values[unknown] = data.rates(pair.second)
    return replace(table, values=values)
