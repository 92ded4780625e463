import numpy as np
import pytest

from facebehavior.model_file import Predictions, join


def _some(count: int, seed: int = 0) -> Predictions:
    generator = np.random.default_rng(seed)
    return Predictions(
        expression=generator.random((count, 7), dtype=np.float32),
        affect=generator.random((count, 2), dtype=np.float32),
    )


def test_joining_parts_gives_back_the_whole() -> None:
    whole = _some(7)
    again = join([whole[:3], whole[3:3], whole[3:]])
    assert len(again) == 7
    assert again.action_units is None
    assert whole.expression is not None
    assert whole.affect is not None
    np.testing.assert_array_equal(again.expression, whole.expression)
    np.testing.assert_array_equal(again.affect, whole.affect)


def test_faces_are_chosen_by_indices_and_by_mask() -> None:
    whole = _some(5)
    assert whole.affect is not None
    np.testing.assert_array_equal(whole[np.array([4, 0])].affect, whole.affect[[4, 0]])
    mask = np.array([True, False, False, True, False])
    np.testing.assert_array_equal(whole[mask].affect, whole.affect[mask])


def test_no_head_at_all_has_no_faces() -> None:
    assert len(Predictions()) == 0
    assert len(join([Predictions(), Predictions()])) == 0


def test_wrong_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match=r"expression should have shape \(N, 7\)"):
        Predictions(expression=np.zeros((2, 8), dtype=np.float32))
    with pytest.raises(ValueError, match="same N"):
        Predictions(np.zeros((2, 7), dtype=np.float32), affect=np.zeros((3, 2), dtype=np.float32))


def test_parts_with_different_heads_are_not_joined() -> None:
    with pytest.raises(ValueError, match="same heads"):
        join([_some(1), Predictions(expression=np.zeros((1, 7), dtype=np.float32))])
    with pytest.raises(ValueError, match="at least one"):
        join([])
