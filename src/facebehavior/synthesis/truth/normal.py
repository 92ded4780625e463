"""The normal distribution's quantiles, without SciPy."""

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

_NORMAL = NormalDist()


def normal_quantile(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the standard normal quantile of each probability; -inf of 0 and inf of 1."""
    values = np.array(
        [_NORMAL.inv_cdf(p) if 0.0 < p < 1.0 else np.inf * (p - 0.5) for p in probabilities.flat]
    )
    return values.reshape(probabilities.shape)


def normal_probability(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the standard normal's probability of being below each value."""
    return np.array([_NORMAL.cdf(value) for value in values.flat]).reshape(values.shape)
