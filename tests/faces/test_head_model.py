import zipfile
from pathlib import Path

import numpy as np
import pytest

from facebehavior.errors import FaceBehaviorError
from facebehavior.faces.alignment import five_points
from facebehavior.faces.head_model import read_head_model
from facebehavior.faces.model_files import FACE_LANDMARKER, checked_path


def test_the_shipped_head_faces_the_viewer() -> None:
    head = read_head_model(checked_path(FACE_LANDMARKER))
    assert head.vertices.shape == (468, 3)
    assert head.weights.sum() == pytest.approx(1.0)
    assert np.count_nonzero(head.weights) == 33
    points = five_points(head.vertices)
    left, right, nose, left_mouth, right_mouth = points
    assert left[0] < nose[0] < right[0]
    assert left[1] > nose[1] > left_mouth[1]
    # The head is its own mirror image.
    np.testing.assert_allclose(left * (-1, 1), right, atol=1e-6)
    np.testing.assert_allclose(left_mouth * (-1, 1), right_mouth, atol=1e-6)
    # The tip of the nose is nearest to the viewer.
    assert head.vertices[:, 2].argmax() in {1, 4}


def test_other_files_are_refused(tmp_path: Path) -> None:
    text, archive, broken = (tmp_path / name for name in ("a.task", "b.task", "c.task"))
    text.write_text("not a task")
    with zipfile.ZipFile(archive, "w") as stream:
        stream.writestr("face_detector.tflite", b"")
    with zipfile.ZipFile(broken, "w") as stream:
        stream.writestr("geometry_pipeline_metadata_landmarks.binarypb", b"\x0a\xff\xff\x01abc")
    for path in (text, archive, broken):
        with pytest.raises(FaceBehaviorError, match="expected a MediaPipe face landmarker task"):
            read_head_model(path)
