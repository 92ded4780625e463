"""Say what the faces of photographs and videos show: one row a face and frame.

Examples:
  facebehavior analyze holiday.jpg
  facebehavior analyze clip.mp4 -o clip.csv --overlay clip_overlay.mp4
  facebehavior analyze pictures/ more.jpg list.txt -o faces.parquet
"""

import argparse
import sys

NAME = "analyze"
SUMMARY = "expressions, action units, valence and arousal of photographs and videos"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "inputs", nargs="+", metavar="INPUT", help="photographs, videos, folders, .txt lists"
    )
    parser.add_argument(
        "-o", "--output", help="file for the records: .parquet, .csv or .jsonl (prints a table)"
    )
    parser.add_argument(
        "--overlay", help="draw the results: .jpg or .png, .mp4, or a folder for several inputs"
    )
    parser.add_argument("--model", help="a packaged model's name or a model file")
    parser.add_argument(
        "--detector", default="auto", help="auto, landmarker or yunet (%(default)s)"
    )
    parser.add_argument("--detector-model", metavar="FILE", help="the detector's own model file")
    parser.add_argument(
        "--runtime",
        choices=("auto", "onnxruntime", "openvino"),
        default="auto",
        help="what runs the network (%(default)s)",
    )
    parser.add_argument(
        "--landmarks", action="store_true", help="keep the 478 points of each face (not in CSV)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Analyse; write the records and overlays, or print a table."""
    from contextlib import ExitStack

    from tqdm import tqdm

    from facebehavior.analysis import Analyzer, Recorder, open_overlay
    from facebehavior.cli.problems import nothing_done, report_problems
    from facebehavior.cli.table import PrintedTable
    from facebehavior.errors import BadInput
    from facebehavior.faces.detectors import open_detector

    problems: list[BadInput] = []
    frames = faces = 0
    with ExitStack() as open_files:
        detector = open_files.enter_context(
            open_detector(arguments.detector, arguments.detector_model)
        )
        analyzer = Analyzer(arguments.model, detector=detector, runtime=arguments.runtime)
        recorder = Recorder(analyzer.model, landmarks=arguments.landmarks)
        records = (
            PrintedTable()
            if arguments.output is None
            else open_files.enter_context(recorder.open(arguments.output))
        )
        drawing = arguments.overlay and open_files.enter_context(open_overlay(arguments.overlay))
        for item in tqdm(analyzer.items(arguments.inputs), unit="frame", disable=None, leave=False):
            if isinstance(item, BadInput):
                problems.append(item)
                continue
            frames, faces = frames + 1, faces + len(item.faces)
            records.write(recorder.rows(item))
            if drawing:
                drawing.write(item)
        if not frames:
            raise nothing_done(problems)
    written = [name for name in (arguments.output, arguments.overlay) if name]
    where = f"; written: {', '.join(written)}" if written else ""
    print(f"{frames} frames, {faces} faces{where}", file=sys.stderr)
    return report_problems(problems)
