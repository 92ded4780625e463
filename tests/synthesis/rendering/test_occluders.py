import numpy as np
import pytest

from facebehavior.synthesis.rendering.occluders import OCCLUDERS, occlude

POINTS = np.array([(78.0, 90.0), (122.0, 90.0), (100.0, 115.0), (82.0, 135.0), (118.0, 135.0)])
"""A face in the middle of a picture of 200 pixels."""
SKIN = np.array([0.5, 0.35, 0.25], dtype=np.float32)


def laid(kind: str, seed: int) -> np.ndarray:
    """Tell which pixels of a white picture (200, 200) change."""
    white = np.ones((200, 200, 3), dtype=np.float32)
    covered = occlude(white, kind, POINTS, SKIN, seed)
    assert covered.shape == white.shape
    assert covered.dtype == np.float32
    assert (white == 1.0).all()
    assert covered.min() >= 0.0
    assert covered.max() <= 1.0
    return np.asarray(np.abs(covered - white).max(axis=2) > 0.1)


@pytest.mark.parametrize("kind", OCCLUDERS)
def test_an_occluder_covers_a_part_of_the_face(kind: str) -> None:
    face = np.zeros((200, 200), dtype=bool)
    face[70:160, 60:140] = True
    for seed in range(25):
        changed = laid(kind, seed)
        assert 0.03 < changed[face].mean() < 0.95, seed


def test_a_scarf_covers_the_mouth_and_leaves_the_eyes() -> None:
    for seed in range(25):
        changed = laid("scarf", seed)
        assert changed[135, 82]
        assert changed[135, 118]
        assert not changed[90, 78]
        assert not changed[90, 122]


@pytest.mark.parametrize("kind", OCCLUDERS)
def test_an_occluder_depends_on_its_seed_alone(kind: str) -> None:
    noise = np.random.default_rng(0).random((200, 200, 3)).astype(np.float32)
    first, again, other = (occlude(noise, kind, POINTS, SKIN, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_a_hand_has_the_persons_skin() -> None:
    black = np.zeros((200, 200, 3), dtype=np.float32)
    for seed in range(10):
        covered = occlude(black, "hand", POINTS, SKIN, seed)
        hand = covered[covered.max(axis=2) > 0.02]
        assert len(hand) > 500
        np.testing.assert_allclose(
            hand / hand[:, :1], np.tile(SKIN / SKIN[0], (len(hand), 1)), rtol=1e-4
        )
