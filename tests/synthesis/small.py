"""A configuration of a few small pictures, made from the shipped `synthetic_small`."""

from typing import Any

from facebehavior.synthesis import Configuration, read_configuration

COUNTS = {"expression": (2, 14), "action_units": (2, 9), "test": (3, 10)}
"""People and pictures of each database."""


def few_pictures(**changes: object) -> Configuration:
    """Give the configuration, with some of its uppermost keys changed."""
    content = as_dictionary(read_configuration("synthetic_small"))
    content |= {"name": "few", "picture_size": 64}
    for name, (people, pictures) in COUNTS.items():
        split = "test" if name == "test" else "train"
        content["databases"][name]["splits"] = {split: {"people": people, "pictures": pictures}}
    return Configuration.model_validate(content | changes)


def as_dictionary(configuration: Configuration) -> dict[str, Any]:
    """Give the keys and values that a configuration is read from, without those left out."""
    return configuration.model_dump(mode="json", exclude_none=True)
