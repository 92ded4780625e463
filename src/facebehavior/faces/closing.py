"""Closing MediaPipe's tasks before the interpreter goes, where nobody else has closed them."""

import threading
from contextlib import suppress
from typing import Any
from weakref import WeakSet

_open_tasks: WeakSet[Any] = WeakSet()


def close_at_exit(task: Any) -> None:  # noqa: ANN401 - MediaPipe's tasks are not typed
    """See to it that a task is closed at the end of the program at the latest.

    A task that is still open when Python takes its modules apart complains with a traceback. It
    closes itself through a thread, so `atexit` is too late: no thread is started any more by then.

    Args:
        task: a MediaPipe task; it is not kept alive.
    """
    _open_tasks.add(task)


def _close_open_tasks() -> None:
    for task in list(_open_tasks):
        with suppress(Exception):  # the program has ended; there is nobody left to tell
            task.close()


# Private, but the only hook before threads end; concurrent.futures has its own by the same way.
_register = getattr(threading, "_register_atexit", None)
if _register is not None:
    _register(_close_open_tasks)
