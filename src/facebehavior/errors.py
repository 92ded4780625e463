"""The errors that a user can cause, and that a command answers with one line."""

from pathlib import Path


class FaceBehaviorError(Exception):
    """A user's mistake, or something the user has to mend; its text is shown as it stands.

    The text says what was expected, what was found and what to do, in one line.
    """


class BadInput(FaceBehaviorError):
    """One picture, video or row cannot be read; the others can still be worked on.

    Attributes:
        source: the file as the user named it.
        reason: what is wrong with it.
    """

    def __init__(self, source: str | Path, reason: str) -> None:
        self.source = str(source)
        self.reason = reason
        super().__init__(f"{self.source}: {reason}")

    def __reduce__(self) -> tuple[type["BadInput"], tuple[str, str]]:
        return type(self), (self.source, self.reason)
