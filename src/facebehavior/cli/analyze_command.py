"""Say what the faces of photographs and videos show: one row a face and frame.

Examples:
  facebehavior analyze holiday.jpg
  facebehavior analyze clip.mp4 -o clip.csv --overlay clip_overlay.mp4
  facebehavior analyze pictures/ more.jpg list.txt -o faces.parquet
  facebehavior analyze clip.mp4 -o faces.csv --model mine.onnx --compound raf-db
"""

import argparse
import sys
from dataclasses import fields
from typing import Any

NAME = "analyze"
SUMMARY = "expressions, action units, valence and arousal of photographs and videos"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "inputs", nargs="+", metavar="INPUT", help="photographs, videos, folders, .txt lists"
    )
    parser.set_defaults(listed="inputs")
    parser.add_argument(
        "-o",
        "--output",
        help="file for the records: .parquet, .csv or .jsonl, or the tables of other programs: "
        ".openface.csv, .feat.csv or .libreface.csv (prints a table)",
    )
    parser.add_argument(
        "--overlay", help="draw the results: .jpg or .png, .mp4, or a folder for several inputs"
    )
    parser.add_argument(
        "--anonymize", action="store_true", help="hide the faces of the overlay, and its voices"
    )
    _add_people(parser)
    _add_finish(parser)
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
        "--workers",
        type=int,
        default=1,
        help="files at the same time, in processes (%(default)s)",
    )
    parser.add_argument(
        "--landmarks",
        action="store_true",
        help="keep the 478 points of each face (in Parquet and JSON)",
    )
    parser.add_argument(
        "--embedding",
        action="store_true",
        help="keep the embedding of each face, where the model has one (in Parquet and JSON)",
    )
    parser.add_argument(
        "--compound",
        nargs="?",
        const="du",
        metavar="SET",
        help="score compound expressions: du (15, the default), raf-db, emotionet or c-expr-db",
    )
    parser.add_argument(
        "--compound-by",
        metavar="WAY",
        help="score: the published one (the default, unless the model has learned the set); "
        "posterior: shares from the action units alone, by Bayes' rule, if the face shows one",
    )


def _add_people(parser: argparse.ArgumentParser) -> None:
    people = parser.add_argument_group("people")
    people.add_argument(
        "--people", action="store_true", help="name people over gaps and files, by the embedding"
    )
    people.add_argument(
        "--gallery", metavar="FILE.parquet", help="read and keep their names (implies --people)"
    )


def _add_finish(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("over time (the whole record is held in memory)")
    group.add_argument(
        "--smooth", dest="smoothing", metavar="METHOD", help="one-euro, exponential, savitzky-golay"
    )
    group.add_argument(
        "--baseline", action="store_true", help="subtract what each face shows while neutral"
    )
    group.add_argument(
        "--min-face-px", type=float, default=0.0, help="least distance between the eyes (pixels)"
    )
    group.add_argument(
        "--min-confidence", type=float, default=0.0, help="least confidence of the detector"
    )
    group.add_argument("--events", metavar="FILE", help="onset, apex and offset: .csv or .parquet")
    group.add_argument("--summary", metavar="FILE", help="one row a person: .csv or .parquet")
    group.add_argument("--report", metavar="FILE.html", help="one page with everything")


def run(arguments: argparse.Namespace) -> int:
    """Analyse; write the records and overlays, or print a table."""
    from tqdm import tqdm

    from facebehavior.analysis.asked import Asked
    from facebehavior.analysis.finishing import Finish
    from facebehavior.analysis.lots import Settings
    from facebehavior.analysis.pipeline import quick_switching
    from facebehavior.analysis.whole import Watcher, analyze_whole
    from facebehavior.cli.problems import report_problems
    from facebehavior.cli.table import PrintedTable, own_tasks

    asked = Asked(
        settings=Settings(**_chosen(arguments, Settings)),
        output=arguments.output,
        overlay=arguments.overlay,
        anonymous=arguments.anonymize,
        people=arguments.people,
        gallery=arguments.gallery,
        finish=Finish(**_chosen(arguments, Finish)),
        workers=arguments.workers,
    )
    with quick_switching(), tqdm(unit="frame", disable=None, leave=False) as bar:
        watcher = Watcher(
            begin=bar.set_description,
            done=bar.update,
            go_on=lambda words: print(words, file=sys.stderr),
            table=lambda metadata: PrintedTable(own_tasks(metadata)).write,
        )
        outcome = analyze_whole(arguments.inputs, asked, watcher)
    count = outcome.count
    lost = f", lost to damage: {count.lost}" if count.lost else ""
    where = f"; written: {', '.join(asked.files)}" if asked.files else ""
    print(f"frames: {count.frames}, faces: {count.faces}{lost}{where}", file=sys.stderr)
    return report_problems(outcome.problems)


def _chosen(arguments: argparse.Namespace, kind: type[Any]) -> dict[str, Any]:
    """Give the options that are named as the fields of a dataclass."""
    names = (field.name for field in fields(kind))
    return {name: getattr(arguments, name) for name in names if hasattr(arguments, name)}
