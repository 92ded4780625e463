"""List the packaged models, tell all about one, or check that its file is as released.

Examples:
  facebehavior models list
  facebehavior models info ferplus
  facebehavior models verify
"""

import argparse

NAME = "models"
SUMMARY = "list, describe and verify models"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    actions = parser.add_subparsers(dest="action", metavar="list|info|verify", required=True)
    actions.add_parser("list", help="the packaged models")
    info = actions.add_parser("info", help="what a model says about itself")
    info.add_argument("model", nargs="?", help="name or path (the default model)")
    check = actions.add_parser("verify", help="check a packaged model's file against its hash")
    check.add_argument("model", nargs="?", help="name (all of them)")


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked for."""
    return {"list": _list, "info": _info, "verify": _verify}[arguments.action](arguments)


def _list(arguments: argparse.Namespace) -> int:  # noqa: ARG001 - every action takes them
    from facebehavior.model_file import packaged_models

    for name, model in packaged_models().items():
        default = " (default)" if model.default else ""
        print(f"{name}{default}: {model.summary}")
    return 0


def _info(arguments: argparse.Namespace) -> int:
    import json

    from facebehavior.model_file import FaceModel, find_model

    path = find_model(arguments.model)
    model = FaceModel(path)
    content = json.loads(model.metadata.to_json())
    content |= {"file": str(path), "sha256": model.sha256, "runtime": model.runtime}
    if "embedding" in content["heads"]:
        # Its numbers have no names that say anything.
        content["heads"]["embedding"] = len(content["heads"]["embedding"])
    print(json.dumps(content, indent=2, sort_keys=True))
    return 0


def _verify(arguments: argparse.Namespace) -> int:
    from facebehavior.model_file import packaged_models, verify

    names = [arguments.model] if arguments.model else list(packaged_models())
    for name in names:
        verify(name)
        print(f"{name}: as released")
    return 0
