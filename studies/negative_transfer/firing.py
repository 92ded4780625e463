"""How often action units give a picture an expression label."""

from pathlib import Path

import numpy as np

from facebehavior.coupling import CoAnnotation
from facebehavior.databases.shards import Shards
from facebehavior.labels import label_arrays
from facebehavior.losses import Targets
from facebehavior.relatedness import domain_relatedness


def rule_firing(database: Path) -> dict[str, int]:
    """Count the training pictures of a database that each requirement labels.

    Args:
        database: shards with action units and without expressions in the split `train`.
    """
    manifest = Shards(database).manifest
    rows = np.flatnonzero([name == "train" for name in manifest.column("split").to_pylist()])
    targets = Targets.from_arrays(label_arrays(manifest)[rows])
    counted = {"pictures": len(rows)}
    for name, requirement in (("strict", "all"), ("prototypical", "prototypical")):
        labelled = CoAnnotation(domain_relatedness(), requirement=requirement)(targets)
        counted[name] = int((labelled.expression_annotated & ~targets.expression_annotated).sum())
    return counted
