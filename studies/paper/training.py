"""Training one network of the table, and the empirical table that it may need."""

import logging
import os
import time
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

from facebehavior.cli.manifests import read_manifests
from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import Manifest, join
from facebehavior.relatedness import (
    Relatedness,
    expression_relatedness,
    identity_relatedness,
    save_relatedness,
)
from facebehavior.training import export_run, run_training
from facebehavior.training.configuration import (
    Configuration,
    checked_configuration,
    override,
)
from facebehavior.training.run import CONFIGURATION, claim_folder
from studies.paper.plan import Network, sources

_log = logging.getLogger(__name__)

EMPIRICAL = "EMPIRICAL"
"""The environment variable by which recipes name the estimated table."""


@dataclass(frozen=True)
class Places:
    """Where things are.

    Attributes:
        shards: one folder of prepared pictures a database.
        results: of the networks that leave out the same people.
    """

    shards: Path
    results: Path

    def run(self, variant: str) -> Path:
        """Give the folder of a training run."""
        return self.results / "runs" / variant


def trained(network: Network, changes: Sequence[str], places: Places) -> Path | None:
    """Train a network and export it, or find that it was done; None where it cannot be.

    Args:
        network: which.
        changes: `key=value`, on top of its configuration.
        places: where things are.

    Raises:
        FaceBehaviorError: a change is not possible, or another configuration's run is there.
    """
    os.environ["SHARDS"] = str(places.shards)
    model, run = places.results / f"{network.variant}.onnx", places.run(network.variant)
    configuration = configuration_of(network, changes)
    if (run / CONFIGURATION).is_file():
        claim_folder(configuration, run)
    if model.is_file():
        _log.info("%s: trained before, %s", network.title, model)
        return model
    start = time.monotonic()
    try:
        learn(network, configuration, places)
        export_run(run, model)
    except FaceBehaviorError as error:
        _log.warning("%s: left out: %s", network.title, error)
        return None
    _log.info("%s: trained in %s, %s", network.title, _spoken(time.monotonic() - start), model)
    return model


def configuration_of(network: Network, changes: Sequence[str]) -> Configuration:
    """Give a network's training configuration with some changes, `key=value`.

    Raises:
        FaceBehaviorError: a change is not possible.
    """
    # Copied, so that no change is made in two networks.
    content = deepcopy(dict(network.recipe))
    for change in changes:
        override(content, change)
    return checked_configuration(content, network.variant)


def learn(network: Network, configuration: Configuration, places: Places) -> None:
    """Train a network in its run's folder, estimating the table that it needs before.

    Raises:
        FaceBehaviorError: the table cannot be estimated, or the data do not fit.
    """
    os.environ["SHARDS"] = str(places.shards)
    if f"${{{EMPIRICAL}}}" in str(network.recipe):
        os.environ[EMPIRICAL] = str(_estimated(network, places))
    run_training(configuration, places.run(network.variant))


def _estimated(network: Network, places: Places) -> Path:
    """Estimate the table on the training pictures with both tasks, unless it is there.

    Nobody whom the network may not learn from is among them.

    Raises:
        FaceBehaviorError: no picture has both, or nothing is related.
    """
    path = places.results / "empirical.json"
    if path.is_file():
        return path
    taken = [
        (one["shards"], one.get("split"), tuple(one.get("without_subjects", ())))
        for one in sources(network.recipe)
    ]
    parts = []
    # Two sources may take parts of the same rows; the table knows all of them, each once.
    for shards, split, left_out in dict.fromkeys(taken):
        manifest = read_manifests([str(places.shards / Path(shards).name)], split)
        parts.append(_without(manifest, left_out))
    heads = network.recipe["network"]["heads"]
    estimate = identity_relatedness if "identity" in heads else expression_relatedness
    table: Relatedness = estimate(join(parts))
    if not table.related.any():
        raise FaceBehaviorError("the training pictures with both tasks are too few to relate any")
    save_relatedness(table, path)
    return path


def _without(manifest: Manifest, subjects: Sequence[str]) -> Manifest:
    stays = [one not in subjects for one in manifest.column("subject").to_pylist()]
    return manifest if all(stays) else Manifest(manifest.table.filter(stays))


def _spoken(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
