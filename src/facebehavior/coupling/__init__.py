"""What makes the tasks teach one another: co-annotation, soft co-annotation, distribution matching.

>>> import torch
>>> from facebehavior.coupling import DistributionMatching
>>> from facebehavior.relatedness import domain_relatedness
>>> matching = DistributionMatching(domain_relatedness(), form="two_sided")
>>> total, images = matching(torch.zeros(1, 7), torch.zeros(1, 17))
>>> round(float(total), 4)
15.474
"""

from facebehavior.coupling.co_annotation import (
    CoAnnotation,
    assign_expressions,
    assignment_rank,
    fill_action_units,
)
from facebehavior.coupling.distribution_matching import DistributionMatching, implied, mixture
from facebehavior.coupling.divergences import FORMS, Implied, kl, one_sided, two_sided
from facebehavior.coupling.learned_table import LearnedTable
from facebehavior.coupling.posterior_co_annotation import (
    PosteriorCoAnnotation,
    expression_posterior,
)
from facebehavior.coupling.soft_co_annotation import (
    SoftCoAnnotation,
    scores_counting_as_zero,
    scores_over_annotated,
    soft_expressions,
)

__all__ = [
    "FORMS",
    "CoAnnotation",
    "DistributionMatching",
    "Implied",
    "LearnedTable",
    "PosteriorCoAnnotation",
    "SoftCoAnnotation",
    "assign_expressions",
    "assignment_rank",
    "expression_posterior",
    "fill_action_units",
    "implied",
    "kl",
    "mixture",
    "one_sided",
    "scores_counting_as_zero",
    "scores_over_annotated",
    "soft_expressions",
    "two_sided",
]
