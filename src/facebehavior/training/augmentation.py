"""Random changes of training pictures; each picture is changed by itself, all at once."""

import math

import torch
from torch import Tensor
from torch.nn import functional

from facebehavior.training.configuration import Augmentation


def augmented(faces: Tensor, settings: Augmentation, generator: torch.Generator) -> Tensor:
    """Change pictures at random.

    None of the 7 expressions, 17 action units, valence and arousal has a side, so a mirrored
    picture keeps its labels.

    Args:
        faces: (B, C, S, S) float32, 0 to 255.
        settings: how much of what.
        generator: decides; the same state gives the same pictures.

    Returns:
        (B, C, S, S) float32, 0 to 255.
    """
    faces = _moved(faces, settings, generator)
    faces = _detail(faces, settings, generator)
    faces = _light(faces, settings, generator)
    return _erased(faces, settings, generator).clamp(0.0, 255.0)


def _signed(count: int, largest: float, generator: torch.Generator) -> Tensor:
    return (2.0 * torch.rand(count, generator=generator) - 1.0) * largest


def _moved(faces: Tensor, settings: Augmentation, generator: torch.Generator) -> Tensor:
    count = len(faces)
    angle = _signed(count, math.radians(settings.rotation), generator)
    scale = 1.0 + _signed(count, settings.scale, generator)
    # The grid runs from -1 to 1, so a share of the width is twice as much.
    shift = torch.stack([_signed(count, 2 * settings.shift, generator) for _ in range(2)], dim=1)
    mirror = 1.0 - 2.0 * (torch.rand(count, generator=generator) < settings.flip).float()
    cosine, sine = torch.cos(angle) / scale, torch.sin(angle) / scale
    rows = [
        torch.stack([cosine * mirror, -sine, shift[:, 0]], dim=1),
        torch.stack([sine * mirror, cosine, shift[:, 1]], dim=1),
    ]
    grid = functional.affine_grid(torch.stack(rows, dim=1), list(faces.shape), align_corners=False)
    return functional.grid_sample(
        faces, grid.to(faces.device), padding_mode="border", align_corners=False
    )


def _detail(faces: Tensor, settings: Augmentation, generator: torch.Generator) -> Tensor:
    amount = _signed(len(faces), settings.detail, generator).to(faces.device)
    padded = functional.pad(faces, (1, 1, 1, 1), mode="replicate")
    smooth = functional.avg_pool2d(padded, 3, stride=1)
    return faces + amount[:, None, None, None] * (faces - smooth)


def _light(faces: Tensor, settings: Augmentation, generator: torch.Generator) -> Tensor:
    count = len(faces)
    contrast = 1.0 + _signed(count, settings.contrast, generator)
    brightness = _signed(count, settings.brightness, generator)
    contrast, brightness = (
        value.to(faces.device)[:, None, None, None] for value in (contrast, brightness)
    )
    mean = faces.mean(dim=(1, 2, 3), keepdim=True)
    return (faces - mean) * contrast + mean * (1.0 + brightness)


def _erased(faces: Tensor, settings: Augmentation, generator: torch.Generator) -> Tensor:
    """Cover a rectangle of up to 40 % of the width and height with one random grey."""
    count, size = len(faces), faces.shape[-1]
    chosen = torch.rand(count, generator=generator) < settings.erase
    extent = size * (0.1 + 0.3 * torch.rand(count, 2, generator=generator))
    first = (size - extent) * torch.rand(count, 2, generator=generator)
    grey = 255.0 * torch.rand(count, generator=generator)
    place = torch.arange(size) + 0.5
    inside = (place >= first[..., None]) & (place < (first + extent)[..., None])
    covered = (inside[:, 1, :, None] & inside[:, 0, None, :]) & chosen[:, None, None]
    return torch.where(
        covered[:, None].to(faces.device), grey.to(faces.device)[:, None, None, None], faces
    )
