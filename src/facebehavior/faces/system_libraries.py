"""What to tell a user whose machine lacks a library that a package needs."""

from facebehavior.errors import FaceBehaviorError

DEBIAN_PACKAGES = "libegl1 libgles2 libgl1 libglib2.0-0"
"""What MediaPipe and the OpenCV that it brings link against, beyond what every Linux has."""


def missing_library(package: str, error: ImportError | OSError) -> FaceBehaviorError:
    """Say what to install when a package cannot be loaded.

    Args:
        package: the Python package, as pip names it.
        error: what loading it raised.
    """
    reason = str(error).strip().splitlines()[:1] or [type(error).__name__]
    if isinstance(error, ModuleNotFoundError):
        remedy = f"run 'pip install {package}'"
    else:
        remedy = f"on Debian or Ubuntu run 'apt-get install {DEBIAN_PACKAGES}'"
    return FaceBehaviorError(f"{package} cannot be loaded ({reason[0]}); {remedy}")
