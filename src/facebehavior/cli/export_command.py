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
    parser.add_argument(
        "--int8",
        action="store_true",
        help="convolutions in 8 bits: a quarter of the size, and often quicker; measure it",
    )


def run(arguments: argparse.Namespace) -> int:
    """Export the best weights of a run and check them against the network they come from."""
    from facebehavior.cli.needs import PACKAGES, need

    need(*PACKAGES, extra="train", to="export")
    from pathlib import Path

    from facebehavior.training import export_run, export_small

    if arguments.int8:
        differences = export_small(Path(arguments.run_folder), Path(arguments.output))
        named = ", ".join(f"{name} {value:.3f}" for name, value in differences.items())
        print(f"{arguments.output}: written; mean differences from single precision: {named}")
        return 0
    difference = export_run(Path(arguments.run_folder), Path(arguments.output))
    print(f"{arguments.output}: written; differs from the network by at most {difference:.1e}")
    return 0
