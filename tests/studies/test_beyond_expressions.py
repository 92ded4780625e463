"""An action unit that repeats the expressions is told from one that says something of its own."""

import numpy as np
from studies.beyond_expressions import explained


def test_a_repeated_action_unit_is_explained_and_an_independent_one_is_not() -> None:
    generator = np.random.default_rng(0)
    expressions = generator.dirichlet(np.ones(7), 2000)
    repeated = 1.0 / (1.0 + np.exp(-(4.0 * expressions[:, 1] - 2.0)))
    own = 1.0 / (1.0 + np.exp(-generator.normal(size=2000)))
    found = explained(expressions, np.stack([repeated, own], axis=1))
    assert found[0] > 0.999
    assert abs(found[1]) < 0.05
