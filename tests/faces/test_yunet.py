import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from facebehavior.errors import FaceBehaviorError
from facebehavior.faces.model_files import ULTRAFACE, checked_path
from facebehavior.faces.yunet import YuNetDetector

SIZE = 64
CELLS = {(2, 5): 0.64, (3, 1): 0.81}
"""Row and column (of 8 pixels) of the faces in the made network, and their scores squared."""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network with YuNet's outputs, which reports the same two faces in every picture."""
    onnx = pytest.importorskip("onnx", reason="onnx is part of the extra 'train'")
    helper = onnx.helper
    number = onnx.TensorProto.FLOAT
    weights: list[tuple[str, NDArray[np.float64]]] = [("zero", np.zeros(1))]
    nodes, outputs = [], []
    nodes.append(helper.make_node("ReduceMean", ["input"], ["mean"], keepdims=0))
    nodes.append(helper.make_node("Mul", ["mean", "zero"], ["nothing"]))
    for name, channels in (("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10)):
        for stride in (8, 16, 32):
            values = np.zeros((1, (SIZE // stride) ** 2, channels))
            if stride == 8:
                for (row, column), score in CELLS.items():
                    values[0, row * SIZE // stride + column] = {
                        "cls": np.array([score]),
                        "obj": np.ones(1),
                        "bbox": np.array([0.5, 0.25, np.log(2), np.log(3)]),
                        "kps": np.arange(10) / 10,
                    }[name]
            weights.append((f"{name}{stride}", values))
            output = f"{name}_{stride}"
            nodes.append(helper.make_node("Add", [f"{name}{stride}", "nothing"], [output]))
            outputs.append(helper.make_tensor_value_info(output, number, values.shape))
    inputs = [helper.make_tensor_value_info("input", number, [1, 3, SIZE, SIZE])]
    tensors = [onnx.numpy_helper.from_array(v.astype(np.float32), n) for n, v in weights]
    graph = helper.make_graph(nodes, "made", inputs, outputs, tensors)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    path = tmp_path_factory.mktemp("yunet") / "face_detection_yunet_made.onnx"
    onnx.save(made, path)
    return path


@pytest.fixture
def picture() -> NDArray[np.uint8]:
    return np.zeros((SIZE, SIZE, 3), dtype=np.uint8)


def test_rows_become_faces_from_left_to_right(model: Path, picture: NDArray[np.uint8]) -> None:
    with YuNetDetector(model) as detector:
        faces = detector.detect(picture)
    assert [round(face.confidence or 0.0, 3) for face in faces] == [0.9, 0.8]
    for face, (row, column) in zip(faces, [(3, 1), (2, 5)], strict=True):
        corner = 8 * np.array([column, row])
        np.testing.assert_allclose(face.box, (corner[0] - 4, corner[1] - 10, 16, 24), atol=1e-4)
        # The points keep their order: what YuNet calls the right eye is the left in the picture.
        expected = corner + 0.8 * np.arange(10).reshape(5, 2)
        np.testing.assert_allclose(face.points, expected, atol=1e-4)
        assert (face.mesh, face.pose, dict(face.blendshapes)) == (None, None, {})
        assert face.box.dtype == face.points.dtype == np.float64


def test_the_highest_scores_are_kept_and_frames_are_photographs(
    model: Path, picture: NDArray[np.uint8]
) -> None:
    with YuNetDetector(model, max_faces=1) as detector:
        detector.start_video()
        (face,) = detector.follow(picture[:, ::-1], 0.0)
    assert face.confidence == pytest.approx(0.9)


def test_a_missing_or_foreign_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FaceBehaviorError, match="'yunet' needs a model file"):
        YuNetDetector()
    with pytest.raises(FaceBehaviorError, match="found no file there"):
        YuNetDetector(tmp_path / "none.onnx")
    text = tmp_path / "text.onnx"
    text.write_text("no model")
    for foreign in (text, checked_path(ULTRAFACE)):
        with pytest.raises(FaceBehaviorError, match="found one that OpenCV refuses"):
            YuNetDetector(foreign)


def test_a_missing_opencv_is_named(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(FaceBehaviorError, match="pip install opencv-contrib-python"):
        YuNetDetector(model)
