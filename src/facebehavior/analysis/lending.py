"""One detector for one analysis at a time."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from facebehavior.faces.face import Detector


class Lending:
    """Lends a detector, and opens another one for whoever comes while it is lent.

    A detector follows the faces of one video at a time, and works ahead of what is asked for. So
    two analyses that are gone through in turn must not share one.

    Args:
        detector: is lent first.
        another: opens a further one, which is closed when it is given back.
    """

    def __init__(self, detector: Detector, another: Callable[[], Detector]) -> None:
        self._detector = detector
        self._another = another
        self._free = threading.Lock()

    @contextmanager
    def borrowed(self) -> Iterator[Detector]:
        """Have a detector for oneself."""
        if self._free.acquire(blocking=False):
            try:
                yield self._detector
            finally:
                self._free.release()
        else:
            with self._another() as detector:
                yield detector
