"""Facial expressions, action units, valence and arousal, in one network.

>>> import facebehavior as fb
>>> analyzer = fb.Analyzer()                                       # doctest: +SKIP
>>> result = analyzer.analyze("holiday.jpg")                       # doctest: +SKIP
>>> result.table.to_pandas()                                       # doctest: +SKIP
"""

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from facebehavior.analysis import Analyzer as Analyzer
    from facebehavior.labels import Manifest as Manifest

_HOME = {"Analyzer": "facebehavior.analysis", "Manifest": "facebehavior.labels"}

__all__ = ["Analyzer", "Manifest"]

try:
    __version__ = version("facebehavior")
except PackageNotFoundError:  # used from a source tree that is not installed
    __version__ = "0+unknown"


def __getattr__(name: str) -> Any:  # noqa: ANN401
    """Import a public name where it is first used: `import facebehavior` itself stays light."""
    if name not in _HOME:
        raise AttributeError(f"module 'facebehavior' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
