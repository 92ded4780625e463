"""Analyse a camera or stream as it comes: always the newest picture.

Examples:
  facebehavior live                       the first camera, in a window
  facebehavior live /dev/video2 --jsonl   one line a picture, for other programs
  facebehavior live rtsp://... --jsonl --seconds 60
"""

import argparse

NAME = "live"
SUMMARY = "the newest picture of a camera or stream"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("source", nargs="?", default="0", help="camera, address or file (camera 0)")
    parser.add_argument("--model", help="a packaged model's name or a model file")
    parser.add_argument(
        "--jsonl", action="store_true", help="print rows of the record instead of a window"
    )
    parser.add_argument("--seconds", type=float, help="stop after so many")


def run(arguments: argparse.Namespace) -> int:
    """Analyse until the stream or the user ends it; say how quick it was."""
    import sys
    import time

    from facebehavior.analysis import Analyzer, Recorder
    from facebehavior.analysis.live import live
    from facebehavior.analysis.painting import Painter
    from facebehavior.cli.live_output import JsonLines, Window, check_screen
    from facebehavior.errors import FaceBehaviorError

    if arguments.seconds is not None and arguments.seconds <= 0:
        raise FaceBehaviorError(f"--seconds should be above 0, found {arguments.seconds:g}")
    if not arguments.jsonl:
        check_screen()
    latencies: list[float] = []
    dropped = 0
    with Analyzer(arguments.model) as analyzer:
        show = JsonLines(Recorder(analyzer.model)) if arguments.jsonl else Window(Painter())
        begun: float | None = None
        try:
            for found in live(analyzer, arguments.source):
                begun = time.monotonic() if begun is None else begun
                latencies.append(found.latency_s)
                dropped += found.dropped
                if not show.show(found.frame, found.latency_s):
                    break
                if arguments.seconds and time.monotonic() - begun > arguments.seconds:
                    break
        except KeyboardInterrupt:
            pass
        finally:
            show.close()
    if not latencies:
        raise FaceBehaviorError(f"{arguments.source}: not one picture came")
    middle = sorted(latencies)[len(latencies) // 2]
    print(
        f"pictures: {len(latencies)}, left out: {dropped}; latency: first "
        f"{1000 * latencies[0]:.0f} ms, median {1000 * middle:.0f} ms",
        file=sys.stderr,
    )
    return 0
