"""Weights of other people's networks, from files the user gives."""

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from facebehavior.errors import FaceBehaviorError

_COUNTERS = "num_batches_tracked"
"""Batch normalisation counts its batches; older files lack the counts, and nothing reads them."""


def read_weights(path: str | Path) -> dict[str, Tensor]:
    """Read a file of named tensors without running any code that it might hold.

    Args:
        path: a safetensors file, or a PyTorch file of weights.

    Raises:
        FaceBehaviorError: the file is missing, damaged, or holds anything but named tensors.
    """
    try:
        if Path(path).suffix == ".safetensors":
            weights = load_file(path)
        else:
            weights = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise FaceBehaviorError(f"cannot read {path}: {error.strerror or error}") from error
    # Reading rubbish, the restricted unpickler stumbles in whatever way it happens to.
    except Exception as error:
        raise FaceBehaviorError(
            f"expected weights in {path}, found a damaged file or more than tensors; "
            "give a .safetensors file or a PyTorch state dict"
        ) from error
    if not isinstance(weights, dict) or not all(isinstance(w, Tensor) for w in weights.values()):
        raise FaceBehaviorError(f"expected named tensors in {path}, found something else")
    return dict(weights)


def copy_weights(weights: Mapping[str, Tensor], module: nn.Module, path: str | Path) -> None:
    """Copy weights into a module that has exactly these names and shapes.

    Raises:
        FaceBehaviorError: a name is missing or unknown, or a shape differs; nothing is copied.
    """
    own = module.state_dict()
    missing = [name for name in own if name not in weights and not name.endswith(_COUNTERS)]
    unknown = [name for name in weights if name not in own]
    for problem, names in (("lacks", missing), ("has the unknown", unknown)):
        if names:
            others = f" and {len(names) - 1} more" if len(names) > 1 else ""
            raise FaceBehaviorError(
                f"{path} {problem} {names[0]}{others}; it holds the weights of another network"
            )
    for name, weight in weights.items():
        if weight.shape != own[name].shape:
            raise FaceBehaviorError(
                f"{name} in {path} should have the shape {tuple(own[name].shape)}, "
                f"found {tuple(weight.shape)}; it holds the weights of another network"
            )
    module.load_state_dict({**own, **weights})
