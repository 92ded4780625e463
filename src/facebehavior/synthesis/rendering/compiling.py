"""Compiling inner loops with numba."""

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit

Loop = TypeVar("Loop", bound=Callable[..., Any])


def compiled(**options: Any) -> Callable[[Loop], Loop]:  # noqa: ANN401 - whatever numba takes
    """Compile a function when it is first called; keep the result on disk where it can be kept.

    In a read-only installation without a writable home, numba has no place to keep it and refuses;
    the function is then compiled anew in each process.

    Args:
        options: further options of `numba.njit`.
    """

    def decorated(loop: Loop) -> Loop:
        try:
            kept: Loop = njit(cache=True, nogil=True, **options)(loop)
        except RuntimeError:
            kept = njit(nogil=True, **options)(loop)
        return kept

    return decorated
