"""Writing files so that nothing half-written ever stands under a final name."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from facebehavior.errors import FaceBehaviorError

# With its macroblock tree, x264 makes other bytes of the same pictures from time to time.
REPEATABLE_X264: Mapping[str, str] = {"x264-params": "mbtree=0"}
"""Options of the encoder `libx264` by which the same pictures always give the same video."""


@contextmanager
def writing(path: str | Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; rename it to `path` when the block ends well.

    Args:
        path: the final name; its folder is made where it is missing.

    Yields:
        The path to write to. It has the same ending as `path`.

    Raises:
        FaceBehaviorError: the folder cannot be made or written to, or the disk is full.
    """
    final = Path(path)
    unfinished = final.with_name(f".unfinished-{final.name}")
    try:
        with explained_write_errors(final):
            final.parent.mkdir(parents=True, exist_ok=True)
            yield unfinished
            os.replace(unfinished, final)
    finally:
        # Nothing can be removed from a folder that cannot be written to.
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def check_writable(path: str | Path) -> None:
    """See whether a file could be written, before hours are spent on what is to stand in it.

    Raises:
        FaceBehaviorError: the folder cannot be made or written to.
    """
    final = Path(path)
    trial = final.with_name(f".trial-{final.name}")
    with explained_write_errors(final):
        final.parent.mkdir(parents=True, exist_ok=True)
        trial.touch()
        trial.unlink()


def check_not_read(path: str | Path, inputs: Iterable[str | Path]) -> None:
    """See that an output is none of the files that are read.

    Raises:
        FaceBehaviorError: it is one of them, by this name or another.
    """
    # os.path.exists, since Path.exists raises where a name is too long for any file.
    if Path(path).exists() and any(
        os.path.exists(one) and Path(path).samefile(one) for one in inputs
    ):
        raise FaceBehaviorError(f"{path}: the output would replace what is read; give another name")


def check_output(path: str | Path, endings: Sequence[str], inputs: Iterable[str | Path]) -> None:
    """See, before any work, whether a file of this name could and should be written.

    Args:
        path: of the file.
        endings: that its name may have, in lower case.
        inputs: what is read.

    Raises:
        FaceBehaviorError: its name ends otherwise, it is a folder or one of the inputs, or it
            cannot be written.
    """
    if Path(path).suffix.lower() not in endings:
        raise FaceBehaviorError(f"{path}: expected a name ending in {' or '.join(endings)}")
    if Path(path).is_dir():
        raise FaceBehaviorError(f"{path}: expected a file to write to, found a folder")
    check_not_read(path, inputs)
    check_writable(path)


@contextmanager
def explained_write_errors(path: str | Path) -> Iterator[None]:
    """Turn the operating system's refusals to write into an error that names the file.

    Raises:
        FaceBehaviorError: the folder is read-only, missing, or the disk is full.
    """
    try:
        yield
    except OSError as error:
        # By its number: libraries put text of several lines in place of the system's own.
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise FaceBehaviorError(
            f"cannot write {path}: {reason}; give a folder that can be written to and has room"
        ) from error
