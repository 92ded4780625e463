"""Compound expressions, recognised without having been trained on: a score, and a posterior.

>>> import numpy as np
>>> expression = np.array([[0.05, 0.50, 0.02, 0.35, 0.03, 0.03, 0.02]])
>>> action_units = np.zeros((1, 17))
>>> action_units[0, [0, 1, 2, 3, 4, 8, 15, 16]] = 0.8, 0.7, 0.1, 0.3, 0.5, 0.9, 0.9, 0.6
>>> scores = compound_scores(expression, action_units, np.array([0.4]), "raf-db")
>>> COMPOUND_SETS["raf-db"][int(scores.argmax())], round(float(scores.max()), 4)
('happily_surprised', 2.5833)
>>> posterior = compound_posterior(action_units, "raf-db")
>>> COMPOUND_SETS["raf-db"][int(posterior.argmax())], round(float(posterior.max()), 2)
('happily_surprised', 0.96)
"""

from facebehavior.compound.posterior import compound_posterior, indistinct_classes
from facebehavior.compound.scoring import (
    action_unit_scores,
    component_products,
    compound_scores,
    left_out_action_units,
    pleasant_classes,
)
from facebehavior.compound.sets import COMPOUND_SETS, find_compound_set
from facebehavior.compound.ways import COMPOUND_WAYS, check_compound_way

__all__ = [
    "COMPOUND_SETS",
    "COMPOUND_WAYS",
    "action_unit_scores",
    "check_compound_way",
    "component_products",
    "compound_posterior",
    "compound_scores",
    "find_compound_set",
    "indistinct_classes",
    "left_out_action_units",
    "pleasant_classes",
]
