"""Saying which extra is missing before anything is tried without it."""

from importlib.util import find_spec

from facebehavior.errors import FaceBehaviorError

PACKAGES = ("torch", "lightning_fabric", "onnx", "onnxscript", "pydantic", "safetensors")
"""What the extra `train` installs."""


def need(*modules: str, extra: str, to: str) -> None:
    """Check that the packages of an extra are installed.

    Raises:
        FaceBehaviorError: one is not; the error names the command that installs it.
    """
    for module in modules:
        if find_spec(module) is None:
            raise FaceBehaviorError(
                f"to {to}, the package {module} is needed; "
                f"install it with: pip install 'facebehavior[{extra}]'"
            )
