"""Facial expressions, action units, valence and arousal, in one network.

>>> import facebehavior as fb
>>> analyzer = fb.Analyzer()                                       # doctest: +SKIP
>>> result = analyzer.analyze("holiday.jpg")                       # doctest: +SKIP
>>> result.table.to_pylist()                                       # doctest: +SKIP
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from facebehavior.analysis import Analyzer as Analyzer
    from facebehavior.labels import Manifest as Manifest

# ONNX Runtime reads this while it is imported: from then on it would report its use to its maker
# and keep an identifier of the machine in the home folder.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

_HOME = {"Analyzer": "facebehavior.analysis", "Manifest": "facebehavior.labels"}

__all__ = ["Analyzer", "Manifest"]


def __getattr__(name: str) -> Any:  # noqa: ANN401
    """Import a public name where it is first used: `import facebehavior` itself stays light."""
    if name == "__version__":
        return _version()
    if name not in _HOME:
        raise AttributeError(f"module 'facebehavior' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("facebehavior")
    except PackageNotFoundError:  # used from a source tree that is not installed
        return "unknown"
