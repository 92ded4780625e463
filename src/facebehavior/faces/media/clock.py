"""When the frames of a video are shown."""

from fractions import Fraction

_FALLBACK_RATE = 25.0
"""Frames per second of a stream that does not tell its rate."""


class Clock:
    """Turns the time stamps of a stream into seconds that always increase.

    A frame that has no stamp, or none later than that of the frame before, is given the time one
    average frame after it; a first frame without a stamp, 0.

    Args:
        time_base: seconds in a unit of the stamps; None where unknown, then no stamp is used.
        average_rate: frames per second; None where unknown, then 25 is taken.
    """

    def __init__(self, time_base: Fraction | None, average_rate: Fraction | None) -> None:
        self._time_base = time_base
        self._period_s = 1.0 / float(average_rate or _FALLBACK_RATE)
        self._last_s: float | None = None

    def time_s(self, stamp: int | None) -> float:
        """Give the time of the next frame, in seconds, from its stamp."""
        time_s: float | None = None
        if stamp is not None and self._time_base is not None:
            time_s = float(stamp * self._time_base)
        if self._last_s is None:
            time_s = 0.0 if time_s is None else time_s
        elif time_s is None or time_s <= self._last_s:
            time_s = self._last_s + self._period_s
        self._last_s = time_s
        return time_s
