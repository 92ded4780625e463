"""Where live results go: lines for other programs, or a window."""

import sys

from facebehavior.analysis import AnalyzedFrame, Recorder
from facebehavior.analysis.painting import Painter
from facebehavior.errors import FaceBehaviorError

_QUIT = (ord("q"), 27)


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


class Window:
    """Shows each picture with its overlay; q or Escape ends it.

    Args:
        painter: draws.

    Raises:
        FaceBehaviorError: there is no screen to open a window on.
    """

    def __init__(self, painter: Painter) -> None:
        import cv2

        self._painter = painter
        try:
            cv2.namedWindow("facebehavior", cv2.WINDOW_NORMAL)
        except cv2.error as error:
            raise FaceBehaviorError(
                "a window cannot be opened here; print the results with --jsonl"
            ) from error
        self._cv2 = cv2

    def show(self, frame: AnalyzedFrame, latency_s: float) -> bool:
        """Draw; give whether to go on."""
        picture = self._painter.paint(frame)
        self._cv2.imshow("facebehavior", picture[:, :, ::-1])
        self._cv2.setWindowTitle("facebehavior", f"facebehavior: {1000 * latency_s:.0f} ms")
        return self._cv2.waitKey(1) & 0xFF not in _QUIT

    def close(self) -> None:
        """Close the window."""
        self._cv2.destroyAllWindows()
