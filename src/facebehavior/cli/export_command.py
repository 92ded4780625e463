"""Export a finished training run as a model file: one ONNX file with all that is needed to use it.

Example: facebehavior export runs/ferplus -o model.onnx
"""

import argparse

NAME = "export"
SUMMARY = "turn a training run into a model file"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("run_folder", metavar="RUN", help="folder of a finished run")
    parser.add_argument("-o", "--output", required=True, help="the model file, ending in .onnx")


def run(arguments: argparse.Namespace) -> int:
    """Export the best weights of a run and check them against the network they come from."""
    from facebehavior.cli.needs import PACKAGES, need

    need(*PACKAGES, extra="train", to="export")
    from pathlib import Path

    from facebehavior.training import export_run

    difference = export_run(Path(arguments.run_folder), Path(arguments.output))
    print(f"{arguments.output}: written; differs from the network by at most {difference:.1e}")
    return 0
