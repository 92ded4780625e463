"""The head that MediaPipe measures poses against, read out of its task file."""

import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facebehavior.errors import FaceBehaviorError

_MEMBER = "geometry_pipeline_metadata_landmarks.binarypb"

# Field numbers of MediaPipe's messages GeometryPipelineMetadata, Mesh3d and WeightedLandmarkRef.
_CANONICAL_MESH, _PROCRUSTES_BASIS = 1, 2
_VERTEX_BUFFER = 3
_LANDMARK_ID, _WEIGHT = 1, 2

_VERTEX_SIZE = 5
"""x, y, z and two texture coordinates."""

_VARINT, _BYTES, _FLOAT = 0, 2, 5
"""Wire types of a protocol buffer."""


@dataclass(frozen=True)
class HeadModel:
    """A neutral head that faces the viewer upright.

    Attributes:
        vertices: (V, 3) cm: x to the right of the picture, y up, z towards the viewer; the first V
            points of a face mesh, in its order.
        weights: (V,) sum 1: how much each point says about the pose. Points that expressions
            move have the weight 0.
    """

    vertices: NDArray[np.float64]
    weights: NDArray[np.float64]


def read_head_model(task_path: Path) -> HeadModel:
    """Read the head model of a MediaPipe face landmarker task file.

    Raises:
        FaceBehaviorError: the file is no such task file, or holds no head model.
    """
    try:
        with zipfile.ZipFile(task_path) as task:
            return _parse(task.read(_MEMBER))
    except (OSError, zipfile.BadZipFile, KeyError, IndexError, ValueError, struct.error) as error:
        raise FaceBehaviorError(
            f"expected a MediaPipe face landmarker task file (a zip archive with {_MEMBER}) at "
            f"{task_path}, found another file or a damaged one; check the file"
        ) from error


def _parse(metadata: bytes) -> HeadModel:
    numbers: list[float] = []
    basis: dict[int, float] = {}
    for field, value in _fields(metadata):
        if field == _CANONICAL_MESH:
            numbers = [float(v) for f, v in _fields(_message(value)) if f == _VERTEX_BUFFER]
        elif field == _PROCRUSTES_BASIS:
            reference = dict(_fields(_message(value)))
            basis[int(reference[_LANDMARK_ID])] = float(reference[_WEIGHT])
    if not numbers or not basis:
        raise ValueError("no canonical mesh or no basis")
    vertices = np.array(numbers, dtype=np.float64).reshape(-1, _VERTEX_SIZE)[:, :3]
    weights = np.zeros(len(vertices))
    weights[list(basis)] = list(basis.values())
    return HeadModel(vertices.copy(), weights / weights.sum())


def _message(value: bytes | int | float) -> bytes:
    if not isinstance(value, bytes):
        raise ValueError("expected a message inside the message")
    return value


def _fields(message: bytes) -> Iterator[tuple[int, bytes | int | float]]:
    """Go through a protocol buffer message: field numbers and values."""
    position = 0
    while position < len(message):
        key, position = _varint(message, position)
        field, wire_type = key >> 3, key & 7
        value: bytes | int | float
        if wire_type == _VARINT:
            value, position = _varint(message, position)
        elif wire_type == _BYTES:
            length, position = _varint(message, position)
            value = message[position : position + length]
            position += length
        elif wire_type == _FLOAT:
            (value,) = struct.unpack_from("<f", message, position)
            position += 4
        else:
            raise ValueError(f"wire type {wire_type} does not occur in this message")
        yield field, value


def _varint(message: bytes, position: int) -> tuple[int, int]:
    """Read an integer of 7 bits a byte; give it and the position after it."""
    number = shift = 0
    while True:
        byte = message[position]
        position += 1
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return number, position
