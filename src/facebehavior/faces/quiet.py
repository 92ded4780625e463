"""Keeping the chatter of native libraries away from the user's terminal."""

import contextlib
import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterator
from typing import BinaryIO

_CHATTER = re.compile(
    rb"[IWE]\d{4} \d\d:\d\d:|WARNING: (Logging before|All log messages before)|"
    rb"INFO: (Created TensorFlow|Initialized TensorFlow)|\[ *(WARN|INFO|ERROR):\d+@"
)
"""How lines of MediaPipe, TensorFlow Lite, Abseil and OpenCV begin."""

_ERROR_OUTPUT = 2
_one_at_a_time = threading.RLock()


@contextlib.contextmanager
def without_native_chatter() -> Iterator[None]:
    """Keep native libraries' log lines off standard error while the block runs.

    These lines are written to file descriptor 2 past Python. The descriptor belongs to the whole
    process, so what else is written meanwhile, also by other threads, is kept and comes out when
    the block ends. One block runs at a time; keep it short.
    """
    with _one_at_a_time, contextlib.ExitStack() as stack:
        # Where there is no standard error there is nothing to keep quiet.
        with contextlib.suppress(OSError):
            stack.enter_context(_captured())
        yield


@contextlib.contextmanager
def _captured() -> Iterator[None]:
    """Catch what goes to standard error, then pass on what is no chatter."""
    outside = os.dup(_ERROR_OUTPUT)
    try:
        with tempfile.TemporaryFile() as caught:
            _flush()
            os.dup2(caught.fileno(), _ERROR_OUTPUT)
            try:
                yield
            finally:
                _flush()
                os.dup2(outside, _ERROR_OUTPUT)
                _pass_on(caught)
    finally:
        os.close(outside)


def _flush() -> None:
    if sys.stderr is not None:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.flush()


def _pass_on(caught: BinaryIO) -> None:
    caught.seek(0)
    kept = b"".join(line for line in caught if not _CHATTER.match(line))
    while kept:
        kept = kept[os.write(_ERROR_OUTPUT, kept) :]
