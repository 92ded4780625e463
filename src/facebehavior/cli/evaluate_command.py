"""Measure a model on prepared, labelled pictures, by the rules of a named protocol.

Example:
  facebehavior evaluate ferplus shards --protocol ferplus-majority --split validation -o report
  facebehavior evaluate MODEL shards --protocol disfa-12 --compare openface/ --compare other.onnx
"""

import argparse
from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from facebehavior.evaluation.other_model import OtherModel

NAME = "evaluate"
SUMMARY = "measure a model on labelled pictures"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("model", help="a packaged model's name or a model file")
    parser.add_argument(
        "shards",
        nargs="+",
        help="prepared pictures: a shard or a folder of shards; several with --report, each as "
        "PATH, PATH@SPLIT or PATH@SPLIT@PROTOCOL",
    )
    parser.set_defaults(listed="shards")
    parser.add_argument(
        "--protocol", default="default", help="by name (%(default)s); `list` names them all"
    )
    parser.add_argument("--split", help="the split to measure on (that of the protocol)")
    parser.add_argument("--fold", type=int, help="judge this fold of the protocol alone, from 0")
    parser.add_argument(
        "--by",
        action="append",
        default=[],
        metavar="COLUMN",
        help="audit by a column, such as gender, age_band or skin_tone (may be repeated)",
    )
    parser.add_argument(
        "--compare",
        action="append",
        nargs="+",
        default=[],
        metavar="MODEL|FILE|FOLDER",
        help="paired differences to another model, or to predictions: files of records, of "
        "OpenFace 2, py-feat or LibreFace, or folders of them (repeat it for further models)",
    )
    parser.add_argument(
        "--compound-by",
        metavar="WAY",
        help="how compound expressions are told: score or posterior, as for analyze",
    )
    parser.add_argument(
        "--first-frame",
        type=int,
        metavar="NUMBER",
        help="with --compare, for videos that were prepared as pictures: the number of the picture "
        "that is a video's first frame (1 in Aff-Wild2)",
    )
    parser.add_argument(
        "--report", metavar="FOLDER", help="a model card over all pictures: card.md and its parts"
    )
    parser.add_argument(
        "--words", metavar="FILE.md", help="what the card says besides figures, with --report"
    )
    parser.add_argument(
        "-o",
        "--output",
        help="folder for report.md, report.json and pictures, without --report",
    )
    parser.add_argument(
        "--runtime",
        choices=("auto", "onnxruntime", "openvino"),
        default="onnxruntime",
        help="what runs the network (%(default)s: figures then do not depend on the processor)",
    )
    parser.add_argument("--seed", type=int, default=0, help="of the bootstrap (%(default)s)")


def run(arguments: argparse.Namespace) -> int:
    """Measure; print the report, or write it into its folder and print its figures."""
    from facebehavior.cli.figures import figures_text
    from facebehavior.databases import Shards
    from facebehavior.errors import FaceBehaviorError
    from facebehavior.evaluation import (
        PROTOCOLS,
        evaluate,
        find_protocol,
        report_text,
        write_report,
    )
    from facebehavior.evaluation.card import distinct_names, parsed_test_set, write_card
    from facebehavior.model_file import FaceModel, find_model

    if arguments.protocol == "list":
        for name, one in PROTOCOLS.items():
            print(f"{name:20} {', '.join(one.databases) or 'any'}: {one.description}")
        return 0
    _check_outputs(arguments)
    given = [
        parsed_test_set(text, arguments.split, arguments.protocol) for text in arguments.shards
    ]
    if len(given) > 1 and arguments.report is None:
        raise FaceBehaviorError(
            f"expected one folder of shards, found {len(given)}; several go with --report FOLDER"
        )
    # What is wrong with any set is said before the first is measured.
    path = find_model(arguments.model)
    sets = [
        (name, one.split, find_protocol(one.protocol), Shards(one.path))
        for name, one in zip(distinct_names(given), given, strict=True)
    ]
    columns = [shards.manifest.table.column_names for *_, shards in sets]
    _check_columns(arguments.by, columns)
    words = _words(arguments.words)
    model = FaceModel(path, runtime=arguments.runtime, threads=2)
    others = _others(arguments)
    found = []
    for (name, split, protocol, shards), known in zip(sets, columns, strict=True):
        evaluation = evaluate(
            model,
            shards,
            protocol,
            split=split,
            fold=arguments.fold,
            by=[column for column in arguments.by if column in known],
            compound_by=arguments.compound_by,
            others=others,
            pairs=shards.pairs(),
            seed=arguments.seed,
        )
        found.append((name, evaluation))
    if arguments.report is not None:
        size = path.stat().st_size
        write_card(arguments.report, model.metadata, size, found, words)
        for name, evaluation in found:
            print(f"{name}\n{figures_text(evaluation)}\n")
        print(f"{arguments.report}: card.md and {len(found)} reports written")
    elif arguments.output is None:
        print(report_text(found[0][1]))
    else:
        write_report(found[0][1], arguments.output)
        print(figures_text(found[0][1]))
        print(f"{arguments.output}: report.md, report.json and pictures written")
    return 0


def _check_outputs(arguments: argparse.Namespace) -> None:
    """Check that what is asked for goes into the card, or into a report of its own."""
    from facebehavior.errors import FaceBehaviorError

    if arguments.report is not None and arguments.output is not None:
        raise FaceBehaviorError(
            f"expected either -o {arguments.output} or --report {arguments.report}, found both; "
            "--report writes the whole report of each set too"
        )
    if arguments.report is None and arguments.words is not None:
        raise FaceBehaviorError("--words goes with --report FOLDER")


def _check_columns(by: Sequence[str], columns: Sequence[Sequence[str]]) -> None:
    """Check that each column to audit by is in one of the sets; others go without it."""
    from facebehavior.errors import FaceBehaviorError

    known = [name for name in dict.fromkeys(chain(*columns)) if name != "image"]
    for name in by:
        if name not in known:
            raise FaceBehaviorError(
                f"there is no column {name!r} to audit by; found {', '.join(known)}"
            )


def _words(path: str | None) -> str:
    from pathlib import Path

    from facebehavior.errors import FaceBehaviorError

    if path is None:
        return ""
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FaceBehaviorError(f"{path}: expected a text in UTF-8 ({error})") from error


def _others(arguments: argparse.Namespace) -> list["OtherModel"]:
    """Open what is to be compared with."""
    from pathlib import Path

    from facebehavior.errors import FaceBehaviorError
    from facebehavior.evaluation import FileAnswers, ModelAnswers
    from facebehavior.evaluation.prediction_files import ENDINGS
    from facebehavior.model_file import FaceModel, find_model

    if arguments.first_frame is not None and not arguments.compare:
        raise FaceBehaviorError("--first-frame goes with --compare FILE")
    others: list[OtherModel] = []
    for named in arguments.compare:
        if len(named) > 1 or Path(named[0]).is_dir() or Path(named[0]).suffix.lower() in ENDINGS:
            others.append(FileAnswers(*named, first_frame=arguments.first_frame))
        else:
            others.append(ModelAnswers(FaceModel(find_model(named[0]), runtime=arguments.runtime)))
    return others
