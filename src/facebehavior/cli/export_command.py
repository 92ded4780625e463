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
        "--name", help="of the model, in place of the name in the run's configuration"
    )
    smaller = parser.add_mutually_exclusive_group()
    smaller.add_argument(
        "--float16",
        action="store_true",
        help="weights in 16 bits: half the size, as quick, and training can go on from it",
    )
    smaller.add_argument(
        "--int8",
        action="store_true",
        help="the trunk in 8 bits: a quarter of the size, and often quicker; measure it",
    )


def run(arguments: argparse.Namespace) -> int:
    """Export the best weights of a run and check them against the network they come from."""
    from facebehavior.cli.needs import PACKAGES, need

    need(*PACKAGES, extra="train", to="export")
    import sys
    from pathlib import Path

    from facebehavior.model_file import packaged_namesake
    from facebehavior.training import export_half, export_run, export_small

    folder, path = Path(arguments.run_folder), Path(arguments.output)
    if arguments.int8:
        differences = export_small(folder, path, arguments.name)
        named = ", ".join(f"{name} {value:.3f}" for name, value in differences.items())
        print(f"{path}: written; mean differences from single precision: {named}")
    elif arguments.float16:
        difference = export_half(folder, path, arguments.name)
        print(f"{path}: written; differs from single precision by at most {difference:.1e}")
    else:
        difference = export_run(folder, path, arguments.name)
        print(f"{path}: written; differs from the network by at most {difference:.1e}")
    namesake = packaged_namesake(path)
    if namesake is not None:
        print(
            f"facebehavior: this model is called {namesake}, as a packaged model is, and is "
            "another; export it again with --name to tell them apart",
            file=sys.stderr,
        )
    return 0
