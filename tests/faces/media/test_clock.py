import itertools
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from facebehavior.faces.media.clock import Clock

MILLISECONDS = Fraction(1, 1000)


def _times(stamps: list[int | None], rate: Fraction | None = Fraction(10)) -> list[float]:
    clock = Clock(MILLISECONDS, rate)
    return [clock.time_s(stamp) for stamp in stamps]


def test_increasing_stamps_are_taken_as_they_are() -> None:
    assert _times([3000, 3040, 3200, 9000]) == [3.0, 3.04, 3.2, 9.0]


def test_negative_starts_are_kept() -> None:
    assert _times([-80, -40, 0]) == [-0.08, -0.04, 0.0]


def test_missing_stamps_are_estimated_from_the_average_rate() -> None:
    np.testing.assert_allclose(_times([None, None, None]), [0.0, 0.1, 0.2], atol=1e-12)
    np.testing.assert_allclose(_times([500, None, 700]), [0.5, 0.6, 0.7], atol=1e-12)


def test_stamps_that_stand_still_or_go_back_are_estimated() -> None:
    np.testing.assert_allclose(_times([0, 0, 0, 0]), [0.0, 0.1, 0.2, 0.3], atol=1e-12)
    np.testing.assert_allclose(_times([400, 100, 900]), [0.4, 0.5, 0.9], atol=1e-12)


def test_without_a_rate_25_frames_a_second_are_assumed() -> None:
    np.testing.assert_allclose(_times([None, None], rate=None), [0.0, 0.04], atol=1e-12)


def test_without_a_time_base_no_stamp_is_used() -> None:
    clock = Clock(None, Fraction(10))
    np.testing.assert_allclose([clock.time_s(5), clock.time_s(7)], [0.0, 0.1], atol=1e-12)


@given(st.lists(st.one_of(st.none(), st.integers(-(10**9), 10**9)), min_size=1))
def test_times_always_increase(stamps: list[int | None]) -> None:
    times = _times(stamps)
    assert all(later > earlier for earlier, later in itertools.pairwise(times))
