"""Two models on the same pictures: their difference is paired."""

from dataclasses import replace

import numpy as np
import pytest
from studies.ferplus_copies import Judged, differences


@pytest.fixture
def judged() -> Judged:
    generator = np.random.default_rng(0)
    classes = generator.integers(0, 7, 700)
    answer = np.where(generator.random(700) < 0.6, classes, generator.integers(0, 7, 700))
    names = tuple(f"{number}.png" for number in range(700))
    return Judged(names, classes, np.arange(700) < 100, answer)


def test_a_model_does_not_differ_from_itself(judged: Judged) -> None:
    for kind in differences(judged, judged).values():
        for figure in kind.values():
            assert figure == {"value": 0.0, "low": 0.0, "high": 0.0}


def test_the_difference_is_that_of_the_figures_and_what_is_always_better_is_surely_so(
    judged: Judged,
) -> None:
    worse = replace(judged, answer=np.where(np.arange(700) % 7 == 0, 0, judged.answer))
    found, figures, others = differences(judged, worse), judged.figures(), worse.figures()
    for kind in ("all", "copies", "others"):
        for name in ("accuracy", "uar"):
            expected = figures[kind][name] - others[kind][name]
            assert found[kind][name]["value"] == pytest.approx(expected, abs=1e-5)
    assert found["all"]["accuracy"]["low"] > 0.0


def test_other_pictures_are_refused(judged: Judged) -> None:
    with pytest.raises(ValueError, match="same pictures"):
        differences(judged, replace(judged, pictures=judged.pictures[::-1]))
