"""Train a network on prepared databases, or fine-tune a model on your own pictures.

A run lives in its folder. Started again with the same words, it goes on where it was.

Examples:
  facebehavior train recipes/ferplus.yaml -o runs/ferplus optimisation.epochs=30
  facebehavior train --from MODEL --labels pictures.csv -o runs/mine
"""

import argparse

NAME = "train"
SUMMARY = "train a network, or fine-tune a model on your own pictures"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "words",
        nargs="*",
        metavar="CONFIG.yaml | key=value",
        help="the configuration, and changes to it, such as optimisation.epochs=30",
    )
    parser.set_defaults(listed="words")
    parser.add_argument("-o", "--output", help="the run's folder (runs/NAME of the configuration)")
    parser.add_argument(
        "--from", dest="start_from", metavar="MODEL", help="a model, by name or path, to go on from"
    )
    parser.add_argument(
        "--labels",
        metavar="FILE",
        help="with --from: a CSV or Parquet file with a column image (paths beside the file) and "
        "columns of labels, such as expression, au12, valence, arousal",
    )


def run(arguments: argparse.Namespace) -> int:
    """Train; print where the run is and how good its best weights are."""
    from facebehavior.cli.needs import PACKAGES, need

    need(*PACKAGES, extra="train", to="train")
    import logging
    from pathlib import Path

    from facebehavior.cli.problems import report_problems
    from facebehavior.errors import FaceBehaviorError
    from facebehavior.training import fine_tune, read_configuration, run_training

    logging.getLogger("facebehavior.training").setLevel(logging.INFO)
    changes = [word for word in arguments.words if "=" in word]
    files = [word for word in arguments.words if "=" not in word]
    if arguments.labels is not None:
        if arguments.start_from is None or files:
            raise FaceBehaviorError("--labels goes with --from MODEL, and with no configuration")
        output = Path(arguments.output or "runs/fine-tuned")
        summary, problems = fine_tune(arguments.start_from, Path(arguments.labels), output, changes)
    else:
        if len(files) != 1:
            raise FaceBehaviorError(
                f"expected one configuration file (or --from with --labels), found {len(files)}"
            )
        if arguments.start_from is not None:
            from facebehavior.model_file import find_model

            changes.append(f"start_from={find_model(arguments.start_from)}")
        configuration = read_configuration(files[0], changes)
        output = Path(arguments.output or f"runs/{configuration.name}")
        summary, problems = run_training(configuration, output), []
    figures = ", ".join(f"{name} {value:.3f}" for name, value in summary.held_out.items())
    print(f"{output}: {summary.progress['step']} steps; held out: {figures or 'nothing'}")
    print(f"next: facebehavior export {output} -o model.onnx")
    return report_problems(problems)
