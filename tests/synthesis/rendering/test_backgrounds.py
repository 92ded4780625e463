from typing import get_args

import numpy as np
import pytest

from facebehavior.synthesis.domains import Background
from facebehavior.synthesis.rendering.backgrounds import BACKGROUNDS, background


def test_a_domain_may_name_every_background_and_no_other() -> None:
    assert set(get_args(Background)) == set(BACKGROUNDS)


@pytest.mark.parametrize("size", [64, 192])
@pytest.mark.parametrize("kind", BACKGROUNDS)
def test_a_background_fills_the_picture_with_light(kind: str, size: int) -> None:
    for seed in range(20):
        light = background(kind, seed, size)
        assert light.shape == (size, size, 3)
        assert light.dtype == np.float32
        assert light.min() >= 0.0
        assert light.max() <= 1.0


@pytest.mark.parametrize("kind", BACKGROUNDS)
def test_a_background_depends_on_its_seed_alone(kind: str) -> None:
    np.testing.assert_array_equal(background(kind, 5, 64), background(kind, 5, 64))
    different = [background(kind, seed, 64) for seed in range(8)]
    assert len({one.tobytes() for one in different}) == 8


def test_a_plain_wall_is_one_colour_and_the_others_are_not() -> None:
    for kind in BACKGROUNDS:
        spread = max(float(background(kind, seed, 64).std(axis=(0, 1)).max()) for seed in range(5))
        assert (spread == pytest.approx(0.0, abs=1e-4)) == (kind == "plain"), kind
