"""Make databases of rendered heads whose every label is known.

CONFIG is a YAML file or the name of a configuration that comes with the package, such as
synthetic_small. Started again, it goes on where it was.

Examples:
  facebehavior synthesize synthetic_small -o synthetic
  facebehavior synthesize synthetic_small --preview sheet.png
  facebehavior synthesize synthetic_study -o study --assets makehuman --sculpts facshuman
  facebehavior synthesize synthetic_small --video clip.mp4
"""

import argparse
import sys
from pathlib import Path

NAME = "synthesize"
SUMMARY = "make databases of rendered heads whose every label is known"

PACKAGES = ("numba", "pydantic")
"""What the extra `synthesis` installs; the package anny is asked for by itself."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("configuration", metavar="CONFIG", help="a YAML file or a shipped name")
    parser.add_argument("-o", "--output", help="folder for the databases")
    parser.add_argument(
        "--assets", metavar="FOLDER", help="MakeHuman's system assets: skins, hair, brows, teeth"
    )
    parser.add_argument(
        "--sculpts", metavar="FOLDER", help="FACSHuman's targets: one sculpt an action unit"
    )
    parser.add_argument(
        "--only",
        nargs="+",
        default=[],
        metavar="DATABASE",
        help="databases to make or preview (all)",
    )
    parser.add_argument("--workers", type=int, default=1, help="processes (%(default)s)")
    parser.add_argument("--preview", metavar="FILE", help="write a contact sheet (.png, .jpg)")
    parser.add_argument(
        "--video", metavar="FILE", help="write a clip of a moving head (.mp4), and its truth"
    )
    parser.add_argument(
        "--seconds", type=float, default=12.0, help="length of the clip (%(default)s)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Make what was asked for: databases, a contact sheet, a clip."""
    from facebehavior.cli.needs import need

    need(*PACKAGES, extra="synthesis", to="synthesize heads")
    from facebehavior.errors import FaceBehaviorError
    from facebehavior.synthesis import (
        Materials,
        read_configuration,
        synthesize,
        write_preview,
        write_video,
    )

    if not (arguments.output or arguments.preview or arguments.video):
        raise FaceBehaviorError("expected a folder (-o), --preview or --video, found none of them")
    if arguments.only and not (arguments.output or arguments.preview):
        raise FaceBehaviorError("--only names databases to make or preview; a clip shows none")
    configuration = read_configuration(arguments.configuration)
    materials = Materials(_folder(arguments.assets), _folder(arguments.sculpts))
    if materials.sculpts is not None and not configuration.uses_sculpts:
        print(
            f"facebehavior: {configuration.name} makes its action units of ARKit's shapes: "
            "--sculpts is not used",
            file=sys.stderr,
        )
    if arguments.preview:
        write_preview(configuration, materials, Path(arguments.preview), arguments.only)
        print(f"{arguments.preview}: contact sheet written")
    if arguments.video:
        frames = write_video(configuration, materials, Path(arguments.video), arguments.seconds)
        print(f"{arguments.video}: {frames} frames written, their truth beside it")
    if arguments.output:
        made = synthesize(
            configuration,
            Path(arguments.output),
            materials,
            databases=arguments.only,
            workers=arguments.workers,
        )
        for one in made:
            print(
                f"{arguments.output}/{one.database}: {one.pictures} pictures, {one.people} people"
            )
        example = f"{arguments.output}/{made[0].database}"
        print(f"next: facebehavior prepare synthetic {example} -o shards/{made[0].database}")
    return 0


def _folder(name: str | None) -> Path | None:
    return None if name is None else Path(name).expanduser()
