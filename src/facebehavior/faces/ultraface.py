"""UltraFace RFB-320: boxes of faces, small ones too, without landmarks."""

from dataclasses import dataclass

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from PIL import Image

from facebehavior.faces.boxes import strongest
from facebehavior.faces.model_files import ULTRAFACE, checked_path

INPUT_WIDTH, INPUT_HEIGHT = 320, 240

_MEAN, _SCALE = 127.0, 128.0

_MOST_OVERLAP = 0.3
"""Intersection over union above which the weaker one of two boxes is left out."""


@dataclass(frozen=True)
class Boxes:
    """The boxes found in one picture, the highest score first.

    Attributes:
        boxes: (N, 4) x, y, width, height in pixels of the picture.
        scores: (N,) probabilities of a face, 0 to 1.
    """

    boxes: NDArray[np.float64]
    scores: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.scores)


class UltraFace:
    """Finds the boxes of faces from about a thirtieth of the picture's width upwards.

    Args:
        least_score: boxes with a lower score are left out, 0 to 1.

    Raises:
        FaceBehaviorError: the model file of the package is missing or damaged.
    """

    def __init__(self, least_score: float = 0.7) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            checked_path(ULTRAFACE).read_bytes(), options, providers=["CPUExecutionProvider"]
        )
        self._input = self._session.get_inputs()[0].name
        self._least_score = least_score

    def find(self, image: NDArray[np.uint8]) -> Boxes:
        """Find the boxes of a picture's faces.

        Args:
            image: (H, W, 3) uint8, RGB.
        """
        height, width = image.shape[:2]
        # The picture keeps its aspect: squeezed faces of panoramas would be missed.
        scale = min(INPUT_WIDTH / width, INPUT_HEIGHT / height)
        (rows,) = self._session.run(None, {self._input: _network_input(image, scale)})
        return _boxes_of(rows[0], self._least_score, scale)


def _network_input(image: NDArray[np.uint8], scale: float) -> NDArray[np.float32]:
    """Shrink a picture into the upper left corner of the network's input (1, 240, 320, 3)."""
    height, width = image.shape[:2]
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = Image.fromarray(image).resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
    values = np.zeros((1, INPUT_HEIGHT, INPUT_WIDTH, 3), dtype=np.float32)
    values[0, : size[1], : size[0]] = (np.asarray(small, dtype=np.float32) - _MEAN) / _SCALE
    return values


def _boxes_of(rows: NDArray[np.float32], least_score: float, scale: float) -> Boxes:
    """Turn the network's rows (4420, 6) into the boxes that stand out."""
    candidates = rows[rows[:, 1] >= least_score].astype(np.float64)
    input_size = np.array([INPUT_WIDTH, INPUT_HEIGHT], dtype=np.float64)
    begin, end = candidates[:, 2:4] * input_size, candidates[:, 4:6] * input_size
    boxes = np.concatenate([begin, end - begin], axis=1) / scale
    chosen = strongest(boxes, candidates[:, 1], _MOST_OVERLAP)
    return Boxes(boxes[chosen], candidates[chosen, 1])
