"""What is known between tasks: expert tables, and estimates from labelled data.

>>> from facebehavior.relatedness import domain_relatedness
>>> domain_relatedness().row("happiness")
{'au06': 0.51, 'au12': 1.0, 'au25': 1.0}
"""

from facebehavior.relatedness.domain import domain_relatedness
from facebehavior.relatedness.du2014 import DU_2014
from facebehavior.relatedness.estimate import (
    EstimationRules,
    JointLabels,
    base_rates,
    estimate_relatedness,
)
from facebehavior.relatedness.files import read_relatedness, save_relatedness
from facebehavior.relatedness.from_manifests import (
    FOR_EXPRESSIONS,
    FOR_IDENTITIES,
    expression_relatedness,
    identity_relatedness,
)
from facebehavior.relatedness.table import Relatedness, check_known
from facebehavior.relatedness.variants import binary, deranged, leaky, marginal

__all__ = [
    "DU_2014",
    "FOR_EXPRESSIONS",
    "FOR_IDENTITIES",
    "EstimationRules",
    "JointLabels",
    "Relatedness",
    "base_rates",
    "binary",
    "check_known",
    "deranged",
    "domain_relatedness",
    "estimate_relatedness",
    "expression_relatedness",
    "identity_relatedness",
    "leaky",
    "marginal",
    "read_relatedness",
    "save_relatedness",
]
