"""Objects that hold something which `with` frees."""

from types import TracebackType
from typing import Self


class Closing:
    """A context manager that closes itself at the end."""

    def close(self) -> None:
        """Free what is held; nothing, unless a class says what."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
