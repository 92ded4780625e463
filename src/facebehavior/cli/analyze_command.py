"""Say what the faces of photographs and videos show: one row a face and frame.

Examples:
  facebehavior analyze holiday.jpg
  facebehavior analyze clip.mp4 -o clip.csv --overlay clip_overlay.mp4
  facebehavior analyze pictures/ more.jpg list.txt -o faces.parquet
  facebehavior analyze clip.mp4 -o faces.csv --model mine.onnx --compound raf-db
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
        help="files at the same time, in processes (%(default)s); not with --overlay, people or "
        "what is done over time",
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


def _add_people(parser: argparse.ArgumentParser) -> None:
    people = parser.add_argument_group("people")
    people.add_argument(
        "--people", action="store_true", help="name people over gaps and files, by the embedding"
    )
    people.add_argument(
        "--gallery", metavar="FILE.parquet", help="read and keep their names (implies --people)"
    )


def _add_finish(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("over time (these hold the whole record in memory)")
    group.add_argument("--smooth", metavar="METHOD", help="one-euro, exponential, savitzky-golay")
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
    from contextlib import ExitStack

    from tqdm import tqdm

    from facebehavior.analysis import AnalyzedFrame, Analyzer, Recorder, open_overlay
    from facebehavior.analysis.analyzer import nothing_usable
    from facebehavior.analysis.finishing import Finish, finish, outputs, write_record
    from facebehavior.analysis.overlay_files import check_overlay
    from facebehavior.analysis.pipeline import quick_switching
    from facebehavior.analysis.thumbnails import Thumbnails
    from facebehavior.cli.memory import RecordInMemory
    from facebehavior.cli.problems import report_problems
    from facebehavior.cli.table import PrintedTable, own_tasks
    from facebehavior.errors import BadInput, FaceBehaviorError
    from facebehavior.faces.detectors import open_detector
    from facebehavior.faces.media import find_sources
    from facebehavior.files import check_writable
    from facebehavior.records import check_held

    optional = {"person": arguments.people} | {
        name: getattr(arguments, name) for name in ("landmarks", "embedding", "compound")
    }
    check_held(arguments.output, [name for name, wanted in optional.items() if wanted])
    if arguments.overlay:
        check_overlay(arguments.overlay, find_sources(arguments.inputs).sources)
    asked = Finish(
        arguments.smooth,
        arguments.baseline,
        arguments.min_face_px,
        arguments.min_confidence,
        arguments.events,
        arguments.summary,
        arguments.report,
    )
    for path in outputs(asked):
        check_writable(path)
    if arguments.workers != 1:
        return _run_in_processes(arguments, asked.needed)
    if arguments.anonymize and not (arguments.overlay or arguments.report):
        raise FaceBehaviorError(
            "--anonymize hides faces in --overlay and --report: give one of them"
        )
    thumbnails = Thumbnails(anonymous=arguments.anonymize) if arguments.report else None
    problems: list[BadInput] = []
    frames = faces = 0
    with ExitStack() as opened:
        opened.enter_context(quick_switching())
        detector = opened.enter_context(open_detector(arguments.detector, arguments.detector_model))
        analyzer = Analyzer(
            arguments.model,
            detector=detector,
            runtime=arguments.runtime,
            gallery=arguments.gallery or ("" if arguments.people else None),
        )
        recorder = Recorder(
            analyzer.model,
            landmarks=arguments.landmarks,
            compound=arguments.compound,
            embedding=arguments.embedding,
        )
        whole = RecordInMemory(recorder.schema) if asked.needed else None
        records = whole or (
            recorder.open(arguments.output, _work(arguments))
            if arguments.output
            else PrintedTable(own_tasks(analyzer.model.metadata))
        )
        drawing = (
            open_overlay(arguments.overlay, anonymous=arguments.anonymize)
            if arguments.overlay
            else None
        )
        bar = opened.enter_context(tqdm(unit="frame", disable=None, leave=False))
        opened.enter_context(records)
        if drawing is not None:
            opened.enter_context(drawing)
        done = None if drawing is not None else _done(records)
        for group in analyzer.groups(arguments.inputs, done=done):
            problems += [item for item in group if isinstance(item, BadInput)]
            analyzed = [item for item in group if isinstance(item, AnalyzedFrame)]
            frames += len(analyzed)
            faces += sum(len(frame.faces) for frame in analyzed)
            records.write(recorder.rows(analyzed))
            for frame in analyzed:
                if drawing is not None:
                    drawing.write(frame)
                if thumbnails is not None:
                    thumbnails.see(frame)
            bar.update(len(analyzed))
        if not frames and done is None:
            raise nothing_usable(problems)
    if whole is not None:
        thresholds = analyzer.model.metadata.action_unit_thresholds
        table = finish(whole.table(), asked, thresholds, thumbnails)
        if arguments.output:
            write_record(table, arguments.output)
    if arguments.gallery and analyzer.gallery is not None:
        analyzer.gallery.save(arguments.gallery)
    names = (arguments.output, arguments.overlay, arguments.gallery, *outputs(asked))
    written = [name for name in names if name]
    where = f"; written: {', '.join(written)}" if written else ""
    print(f"frames: {frames}, faces: {faces}{where}", file=sys.stderr)
    return report_problems(problems)


def _work(arguments: argparse.Namespace) -> str:
    """Tell what is analysed and how: a run that was stopped goes on where both are the same.

    An overlay is made from the first frame on, and people are known by all that has been seen of
    them, so that with either everything is done again.
    """
    if arguments.overlay or arguments.people or arguments.gallery:
        return ""
    named = ("inputs", "detector", "detector_model")
    return repr([(name, getattr(arguments, name)) for name in named])


def _done(records: object) -> tuple[str, int] | None:
    """Give the source and frame that a stopped run has come to, and say so."""
    done: tuple[str, int] | None = getattr(records, "done", None)
    if done is not None:
        print(f"going on behind frame {done[1]} of {done[0]}", file=sys.stderr)
    return done


def _run_in_processes(arguments: argparse.Namespace, finished: bool) -> int:
    """Analyse several files at the same time; the rows are those of one after the other."""
    from contextlib import ExitStack

    from tqdm import tqdm

    from facebehavior.analysis import Analyzer, Recorder
    from facebehavior.analysis.analyzer import nothing_usable
    from facebehavior.analysis.parallel import Settings, analyze_in_processes
    from facebehavior.cli.problems import report_problems
    from facebehavior.cli.table import PrintedTable, own_tasks
    from facebehavior.errors import BadInput, FaceBehaviorError

    people = arguments.people or arguments.gallery
    if arguments.workers < 1 or finished or arguments.overlay or people:
        raise FaceBehaviorError(
            "--workers should be 1 or more, and goes with none of --overlay, --people, --gallery, "
            "--smooth, --baseline, --min-..., --events, --summary and --report"
        )
    wanted = ("landmarks", "compound", "embedding")
    chosen = {name: getattr(arguments, name) for name in wanted}
    settings = Settings(
        arguments.model, arguments.detector, arguments.detector_model, arguments.runtime, **chosen
    )
    problems: list[BadInput] = []
    frames = faces = 0
    with ExitStack() as opened:
        with Analyzer(arguments.model, runtime=arguments.runtime) as analyzer:
            recorder = Recorder(analyzer.model, **chosen)
            tasks = own_tasks(analyzer.model.metadata)
        records = (
            recorder.open(arguments.output, _work(arguments))
            if arguments.output
            else PrintedTable(tasks)
        )
        bar = opened.enter_context(tqdm(unit="frame", disable=None, leave=False))
        opened.enter_context(records)
        done = _done(records)
        for part in analyze_in_processes(arguments.inputs, settings, arguments.workers, done):
            problems += part.problems
            frames, faces = frames + part.frames, faces + part.faces
            for batch in part.batches():
                records.write(batch)
            bar.update(part.frames)
        if not frames and done is None:
            raise nothing_usable(problems)
    where = f"; written: {arguments.output}" if arguments.output else ""
    print(f"frames: {frames}, faces: {faces}{where}", file=sys.stderr)
    return report_problems(problems)
