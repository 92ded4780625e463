import subprocess
import sys
from collections.abc import Iterator
from typing import assert_type

import numpy as np
import pytest

from facebehavior.errors import FaceBehaviorError
from facebehavior.faces.detectors import DETECTORS, open_detector
from facebehavior.faces.face import Detector
from facebehavior.faces.given import GivenDetector, GivenFaces


@pytest.fixture(scope="module", params=["auto", "landmarker", "given"])
def detector(request: pytest.FixtureRequest) -> Iterator[Detector]:
    given = GivenDetector([GivenFaces(boxes=[])] * 9)
    with given if request.param == "given" else open_detector(request.param) as opened:
        yield opened


def test_a_picture_without_a_face_is_no_error(detector: Detector) -> None:
    blank = np.full((90, 120, 3), 200, dtype=np.uint8)
    assert len(detector.detect(blank)) == 0
    detector.start_video()
    assert [len(detector.follow(blank, time)) for time in (0.0, 0.1)] == [0, 0]


def test_what_is_no_rgb_picture_is_refused(detector: Detector) -> None:
    for image in (np.zeros((9, 9), dtype=np.uint8), np.zeros((9, 9, 3))):
        with pytest.raises(ValueError, match="expected a picture"):
            detector.detect(image)  # type: ignore[arg-type]


def test_a_detector_can_be_closed_twice(detector: Detector) -> None:
    detector.close()
    detector.close()


def test_an_unknown_name_gets_the_nearest_known_one() -> None:
    with pytest.raises(FaceBehaviorError, match=r"auto, landmarker, yunet.*mean 'landmarker'"):
        open_detector("landmarks")
    with pytest.raises(FaceBehaviorError, match="expected a detector"):
        open_detector("")
    assert list(DETECTORS) == ["auto", "landmarker", "yunet"]
    assert_type(DETECTORS["auto"](), Detector)


def test_alignment_loads_no_detector() -> None:
    program = (
        "import sys, facebehavior.faces.alignment\n"
        "print({'mediapipe', 'onnxruntime', 'cv2', 'torch'} & set(sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("set()\n", "")
