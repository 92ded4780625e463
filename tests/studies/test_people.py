"""B-cubed precision and recall, by hand; and a gallery that knows people who are far apart."""

import numpy as np
import pytest
from studies.people import agreement, named


def test_agreement_by_hand() -> None:
    truth = np.array(["a", "a", "a", "b"])
    assert agreement(truth, truth) == (1.0, 1.0)
    assert agreement(np.array(["x", "x", "x", "x"]), truth) == pytest.approx((10 / 16, 1.0))
    precision, recall = agreement(np.array(["x", "x", "y", "z"]), truth)
    assert precision == 1.0
    assert recall == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1) / 4)


def test_people_who_are_far_apart_are_named_rightly() -> None:
    generator = np.random.default_rng(0)
    people = np.repeat(np.eye(3, 16), 5, axis=0) + generator.normal(0, 0.02, (15, 16))
    order = generator.permutation(15)
    vectors = (people / np.linalg.norm(people, axis=1, keepdims=True))[order]
    truth = np.repeat(["a", "b", "c"], 5)[order]
    assert agreement(named(vectors, 0.5), truth) == (1.0, 1.0)
    # Nobody is like enough: every photograph is a person of its own.
    assert agreement(named(vectors, 0.99999), truth)[0] == 1.0
    assert len(np.unique(named(vectors, 0.99999))) == 15
