"""What a training run is made of: read from YAML, checked when read."""

import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from facebehavior.errors import FaceBehaviorError
from facebehavior.settings import (
    Count,
    NotNegative,
    Positive,
    ReadableName,
    Section,
    Seed,
    Share,
    checked,
    read_yaml,
)
from facebehavior.training.coupling_section import Coupling, PairCoupling
from facebehavior.training.label_set_section import LabelSet
from facebehavior.yaml_text import parsed_yaml

Head = Literal[
    "expression", "action_units", "affect", "attributes", "compound", "identity", "embedding"
]


SCALED = ("16", "16-mixed")
"""Precisions with which Fabric scales gradients."""


class OwnTask(Section):
    """A task of the user's own; its labels stand in columns of the manifest.

    Attributes:
        kind: `exclusive`, one of the labels; or `binary`, each label present or not.
        labels: the vocabulary, in the order of the head's outputs.
        columns: one text column if exclusive, else one column of booleans a label; a user's own
            columns begin with `label_`.
    """

    kind: Literal["exclusive", "binary"]
    labels: tuple[str, ...]
    columns: tuple[str, ...]


class Network(Section):
    """The network; its input size and colour come from the shards.

    Attributes:
        dropout: share of the features that is dropped before the heads; None is that of the model
            file which a run starts from, and 0.2 without one.
        heads: what is learned, of expression, action_units, affect, attributes, compound,
            identity (by which the embedding is learned) and embedding (from a teacher's); the
            tasks of one's own are learned always.
    """

    backbone: str = "compact"
    width: Count = 32
    normalisation: Literal["batch", "group"] = "batch"
    dropout: Share | None = None
    heads: tuple[Head, ...] = ("expression", "action_units", "affect")


class Losses(Section):
    """Weights of the supervised losses.

    Attributes:
        logit_adjustment: tau; tau * log(class share) is added to the expression logits while
            training, so that rare classes are not drowned (Menon et al. 2021); 0 is off.
        own: weights of tasks of one's own, 1 where none is given.
        identity_margin: radians; 0 is cross entropy over cosines without a margin.
        identity_scale: what cosines are multiplied by before the softmax over people.
    """

    expression: NotNegative = 1.0
    action_units: NotNegative = 1.0
    affect: NotNegative = 1.0
    attributes: NotNegative = 1.0
    compound: NotNegative = 1.0
    identity: NotNegative = 1.0
    embedding: NotNegative = 1.0
    own: Mapping[str, NotNegative] = {}
    logit_adjustment: NotNegative = 0.0
    identity_margin: Annotated[float, Field(ge=0.0, le=1.5)] = 0.3
    identity_scale: Positive = 24.0

    def weight(self, task: str) -> float:
        """Give the weight of one task's loss."""
        if task in Losses.model_fields:
            return float(getattr(self, task))
        return float(self.own.get(task, 1.0))


class Optimisation(Section):
    """AdamW with linear warm-up, cosine decay by steps, and averaged weights.

    Attributes:
        epochs: passes over the label sets.
        batch_size: pictures a step, all label sets and all processes together.
        warm_up: share of the steps in which the learning rate rises linearly.
        averaging: decay of the exponential average of the weights; 0 takes the last weights.
        clip: largest norm of the gradient; None does not clip.
        trained: `all`; `last_block` of the trunk and the heads; or the `heads` alone. What is not
            trained keeps its statistics too, and heads without labels stay as they were.
    """

    epochs: Positive = 20
    batch_size: Count = 64
    learning_rate: Positive = 1.5e-3
    weight_decay: NotNegative = 0.05
    warm_up: Share = 0.05
    averaging: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.998
    clip: Positive | None = 5.0
    trained: Literal["all", "last_block", "heads"] = "all"


class Augmentation(Section):
    """Random changes of the training pictures; all act on each picture by itself.

    Attributes:
        rotation: largest turn in degrees.
        scale: largest relative change of size.
        shift: largest shift as a share of the width.
        flip: probability of a mirror image; the 17 action units have no side.
        brightness, contrast: largest relative change.
        detail: largest relative change of fine detail, from smoothed (-1) to sharpened.
        erase: probability of one rectangle being covered.
    """

    rotation: NotNegative = 12.0
    scale: Share = 0.12
    shift: Share = 0.06
    flip: Share = 0.5
    brightness: Share = 0.25
    contrast: Share = 0.25
    detail: Share = 0.8
    erase: Share = 0.3


class Calibration(Section):
    """Which held-out pictures choose what is fitted to the best weights.

    Attributes:
        expression: the label set whose held-out pictures choose the temperature of the expressions,
            such as one of photographs beside one of rendered heads; None asks all.
        verification: the label set by whose held-out people is chosen above which similarity two
            faces are one person's, such as one of photographs beside one of rendered heads; None
            asks all held-out people. Of several databases the strictest decides, and the model
            file names it.
    """

    expression: str | None = None
    verification: str | None = None


class Run(Section):
    """How the run is carried out.

    Attributes:
        devices: number of processes; each has its own share of every batch, and with it its own
            random changes and batch statistics.
        precision: Fabric's name, such as `bf16-mixed` or `32-true`.
        checkpoint_every: steps between checkpoints.
        validate_every: epochs between validations, at which the best weights are chosen.
    """

    accelerator: str = "cpu"
    devices: Count = 1
    strategy: str = "auto"
    precision: str = "bf16-mixed"
    checkpoint_every: Count = 500
    validate_every: Count = 1


class Configuration(Section):
    """One training run.

    Attributes:
        name: of the model that comes out.
        version: of the model that comes out.
        licence: what may be done with the weights, for the model file.
        start_from: a model file whose network is trained on, or several of one network, which goes
            on from the mean of their weights; None starts from a seed.
        trunk_from: a model, by name or path, whose trunk's weights the network starts with; its
            heads, and the size of its crops, are this configuration's.
        tasks: of one's own, by name.
        coupling: how expression and action units teach one another; None couples nothing.
        further_couplings: how other pairs of tasks do.
    """

    name: ReadableName
    version: str = "1"
    licence: str = "unknown"
    seed: Seed = 0
    label_sets: Annotated[tuple[LabelSet, ...], Field(min_length=1)]
    start_from: str | Annotated[tuple[str, ...], Field(min_length=2)] | None = None
    trunk_from: str | None = None
    tasks: Mapping[str, OwnTask] = {}
    network: Network = Network()
    losses: Losses = Losses()
    coupling: Coupling | None = None
    further_couplings: tuple[PairCoupling, ...] = ()
    optimisation: Optimisation = Optimisation()
    augmentation: Augmentation = Augmentation()
    calibration: Calibration = Calibration()
    run: Run = Run()

    @model_validator(mode="after")
    def _can_be_calibrated(self) -> Self:
        for use in Calibration.model_fields:
            chosen = getattr(self.calibration, use)
            if chosen is not None:
                self._check_held_out(use, chosen)
        if self.calibration.verification is not None and "identity" not in self.network.heads:
            raise ValueError("calibration.verification needs identity among network.heads")
        return self

    def _check_held_out(self, use: str, chosen: str) -> None:
        named = [label_set for label_set in self.label_sets if label_set.name == chosen]
        if not named:
            known = ", ".join(label_set.name for label_set in self.label_sets)
            raise ValueError(f"calibration.{use}: expected one of {known}, found {chosen!r}")
        sources = [source for label_set in named for source in label_set.sources]
        if not any(source.hold_out or source.fold for source in sources):
            raise ValueError(
                f"calibration.{use}: the label set {chosen!r} holds nothing out; give one of its "
                "sources a share hold_out, or a fold"
            )

    @model_validator(mode="after")
    def _starts_once(self) -> Self:
        if self.start_from is not None and self.trunk_from is not None:
            raise ValueError("expected start_from or trunk_from, found both; leave one out")
        several = self.start_from is not None and not isinstance(self.start_from, str)
        if several and self.optimisation.trained == "heads":
            raise ValueError(
                "optimisation.trained: found 'heads', which keeps the other heads of one model; "
                "give one model in start_from, or 'all'"
            )
        return self

    @model_validator(mode="after")
    def _learns_tables_unscaled(self) -> Self:
        # Its gradients are scaled up, and only those of the network are scaled down again.
        if self.run.precision in SCALED:
            for one in filter(None, (self.coupling, *self.further_couplings)):
                if one.learned_table is not None:
                    raise ValueError(
                        f"run.precision: found {self.run.precision!r}, with which no table can be "
                        "learned; give bf16-mixed or 32-true, or leave learned_table out"
                    )
        return self

    def hash(self) -> str:
        """Give the SHA-256 of the configuration, in hexadecimal."""
        content = json.dumps(self.model_dump(mode="json"), sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()


def read_configuration(path: str | Path, overrides: Sequence[str] = ()) -> Configuration:
    """Read a training configuration.

    Args:
        path: a YAML file. Its key `based_on` may name another beside it, whose keys hold where
            this one has none.
        overrides: `key=value` with dots between nested keys and numbers for list items; the value
            is YAML.

    Raises:
        FaceBehaviorError: the file is missing or no YAML, a key is unknown, a value is not allowed.
    """
    content = read_yaml(Path(path))
    for change in overrides:
        override(content, change)
    return checked_configuration(content, str(path))


def checked_configuration(content: Mapping[str, Any], where: str) -> Configuration:
    """Check the content of a configuration; `where` names it in errors.

    Raises:
        FaceBehaviorError: a key is unknown or missing, or a value is not allowed.
    """
    return checked(Configuration, content, where)


def expanded(path: str) -> Path:
    """Replace `${NAME}` by environment variables.

    Raises:
        FaceBehaviorError: a variable is not set.
    """
    replaced = os.path.expandvars(path)
    missing = re.search(r"\$\{(\w+)\}|\$(\w+)", replaced)
    if missing:
        name = missing.group(1) or missing.group(2)
        raise FaceBehaviorError(
            f"{path}: the environment variable {name} is not set; "
            f"set it, as in: {name}=FOLDER facebehavior train ..."
        )
    return Path(replaced).expanduser()


def override(content: dict[str, Any], change: str) -> None:
    """Change one value of a configuration that is not yet checked, in place.

    Args:
        content: nested keys and values.
        change: `key=value`, see `read_configuration`.

    Raises:
        FaceBehaviorError: it is no `key=value`, the value is no YAML, or the key leads through
            something without keys.
    """
    key, equals, value = change.partition("=")
    if not equals or not key:
        raise FaceBehaviorError(f"expected key=value, found {change!r}")
    try:
        found = parsed_yaml(value)
    except ValueError as error:
        raise FaceBehaviorError(f"{change!r}: expected a value in YAML, found: {error}") from error
    *parents, last = key.split(".")
    place: Any = content
    try:
        for name in parents:
            place = place[int(name)] if isinstance(place, list) else place.setdefault(name, {})
        place[int(last) if isinstance(place, list) else last] = found
    except (IndexError, ValueError, TypeError, AttributeError) as error:
        raise FaceBehaviorError(f"{change!r}: there is no such key to set") from error
