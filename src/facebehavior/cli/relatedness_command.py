"""Estimate how probable each action unit is with each expression, from labelled images.

The images must be labelled with both. Take them from the training split, or from a set that no
network is trained on.

Example: facebehavior relatedness shards/affwild2 -o W.json --split train --heat-map W.png
"""

import argparse

NAME = "relatedness"
SUMMARY = "estimate p(action unit | expression) from labelled images"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "manifests", nargs="+", metavar="MANIFEST", help="manifest files, or folders of shards"
    )
    parser.set_defaults(listed="manifests")
    parser.add_argument("-o", "--output", required=True, help="the table, ending in .json")
    parser.add_argument("--split", help="the split to take (all rows)")
    parser.add_argument(
        "--pair",
        choices=("expression-action-units", "identity-attributes"),
        default="expression-action-units",
        help="the two tasks (%(default)s)",
    )
    parser.add_argument("--min-count", type=int, help="fewer joint images give 0")
    parser.add_argument("--min-weight", type=float, help="smaller values give 0")
    parser.add_argument(
        "--shrinkage", type=float, help="images with the base rate that are added to each class"
    )
    parser.add_argument(
        "--unrelated",
        action="append",
        metavar="LABEL",
        help="a label whose row is zero, in place of neutral; may be given several times",
    )
    parser.add_argument("--heat-map", metavar="FILE.png", help="draw the table too")


def run(arguments: argparse.Namespace) -> int:
    """Estimate; write the table, and tell how much is related."""
    from dataclasses import replace

    from facebehavior.cli.manifests import read_manifests
    from facebehavior.errors import FaceBehaviorError
    from facebehavior.files import check_output
    from facebehavior.relatedness import (
        FOR_EXPRESSIONS,
        FOR_IDENTITIES,
        expression_relatedness,
        identity_relatedness,
        save_relatedness,
    )

    check_output(arguments.output, [".json"], arguments.manifests)
    if arguments.heat_map is not None:
        check_output(arguments.heat_map, [".png"], arguments.manifests)
    estimate, rules = {
        "expression-action-units": (expression_relatedness, FOR_EXPRESSIONS),
        "identity-attributes": (identity_relatedness, FOR_IDENTITIES),
    }[arguments.pair]
    given = {
        "min_count": arguments.min_count,
        "min_weight": arguments.min_weight,
        "shrinkage": arguments.shrinkage,
        "unrelated": None if arguments.unrelated is None else tuple(arguments.unrelated),
    }
    rules = replace(rules, **{name: value for name, value in given.items() if value is not None})
    manifest = read_manifests(arguments.manifests, arguments.split)
    table = estimate(manifest, rules)
    if not table.related.any():
        raise FaceBehaviorError(
            f"no pair is related by these {len(manifest)} rows: a cell needs {rules.min_count} "
            "images with both labels; give more images, lower --min-count, or name fewer with "
            "--unrelated"
        )
    if arguments.heat_map is not None:
        from facebehavior.relatedness.picture import draw_relatedness

        draw_relatedness(table, arguments.heat_map)
    save_relatedness(table, arguments.output)
    print(
        f"{arguments.output}: {int(table.related.sum())} related pairs, "
        f"{int(table.prototypical.sum())} of them prototypical, from {len(manifest)} rows"
    )
    return 0
