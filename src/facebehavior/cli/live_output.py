"""Where live results go: lines for other programs, or a window."""

import subprocess
import sys

from facebehavior.analysis import AnalyzedFrame, Recorder
from facebehavior.analysis.painting import Painter
from facebehavior.errors import FaceBehaviorError

_QUIT = (ord("q"), 27)
_NAME = "facebehavior"


class JsonLines:
    """Prints each picture's rows as JSON, at once.

    Args:
        recorder: makes the rows.
    """

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def show(self, frame: AnalyzedFrame, latency_s: float) -> bool:
        """Print; give whether to go on."""
        import json

        for row in self._recorder.rows([frame]).to_pylist():
            values = {
                name: round(value, 6) if isinstance(value, float) else value
                for name, value in {**row, "latency_s": latency_s}.items()
            }
            print(json.dumps(values, ensure_ascii=False), flush=True)
        return True

    def close(self) -> None:
        """Leave nothing unprinted."""
        sys.stdout.flush()


def check_screen() -> None:
    """See whether a window can be opened, in a process of its own.

    Without a screen OpenCV's windows do not raise an error: they end the process.

    Raises:
        FaceBehaviorError: there is no screen, or no OpenCV that has windows.
    """
    words = [sys.executable, "-c", "import cv2; cv2.namedWindow('facebehavior')"]
    if subprocess.run(words, capture_output=True, check=False).returncode != 0:
        raise FaceBehaviorError("a window cannot be opened here; print the results with --jsonl")


class Window:
    """Shows each picture with its overlay; q, Escape or closing the window ends it.

    Args:
        painter: draws.
    """

    def __init__(self, painter: Painter) -> None:
        import cv2

        self._cv2 = cv2
        self._painter = painter
        cv2.namedWindow(_NAME, cv2.WINDOW_NORMAL)

    def show(self, frame: AnalyzedFrame, latency_s: float) -> bool:
        """Draw; give whether to go on."""
        picture = self._painter.paint(frame)
        self._cv2.imshow(_NAME, picture[:, :, ::-1])
        self._cv2.setWindowTitle(_NAME, f"facebehavior: {1000 * latency_s:.0f} ms")
        if self._cv2.waitKey(1) & 0xFF in _QUIT:
            return False
        # A window that was closed by its button would be opened again by the next picture.
        return bool(self._cv2.getWindowProperty(_NAME, self._cv2.WND_PROP_VISIBLE) >= 1)

    def close(self) -> None:
        """Close the window."""
        self._cv2.destroyAllWindows()
