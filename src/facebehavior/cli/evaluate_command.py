"""Measure a model on prepared, labelled pictures, by the rules of a named protocol.

Example:
  facebehavior evaluate ferplus shards --protocol ferplus-majority --split validation -o report
"""

import argparse

NAME = "evaluate"
SUMMARY = "measure a model on labelled pictures"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("model", help="a packaged model's name or a model file")
    parser.add_argument("shards", help="prepared pictures: a shard or a folder of shards")
    parser.add_argument("--protocol", default="default", help="by name (%(default)s)")
    parser.add_argument("--split", help="the split to measure on (that of the protocol)")
    parser.add_argument("-o", "--output", help="folder for report.md, report.json and pictures")
    parser.add_argument(
        "--runtime",
        choices=("auto", "onnxruntime", "openvino"),
        default="onnxruntime",
        help="what runs the network (%(default)s: figures then do not depend on the processor)",
    )
    parser.add_argument("--seed", type=int, default=0, help="of the bootstrap (%(default)s)")


def run(arguments: argparse.Namespace) -> int:
    """Measure; print the report, or write it into its folder."""
    from facebehavior.databases import Shards
    from facebehavior.evaluation import evaluate, find_protocol, report_text, write_report
    from facebehavior.model_file import FaceModel, find_model

    protocol = find_protocol(arguments.protocol)
    model = FaceModel(find_model(arguments.model), runtime=arguments.runtime, threads=2)
    shards = Shards(arguments.shards)
    found = evaluate(model, shards, protocol, split=arguments.split, seed=arguments.seed)
    if arguments.output is None:
        print(report_text(found))
    else:
        write_report(found, arguments.output)
        print(f"{arguments.output}: report.md, report.json and pictures written")
    return 0
