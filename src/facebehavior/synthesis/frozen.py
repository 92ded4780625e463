"""The databases that models are judged on, frozen: their labels must never change.

`configurations/frozen.json` holds the SHA-256 of the labels of each. A test compares them with
what is planned today, so that no later model is judged on an easier test without anybody noticing.

    python -m facebehavior.synthesis.frozen

prints the checksums as they are now.
"""

import json
from collections.abc import Mapping

from facebehavior.synthesis.configuration import SHIPPED, read_configuration
from facebehavior.synthesis.labelling import checksum
from facebehavior.synthesis.making import configuration_hash
from facebehavior.synthesis.plan import plan_split

FILE = SHIPPED / "frozen.json"

FROZEN: Mapping[str, tuple[str, ...]] = {
    "synthetic_study": (
        "test/test",
        "test_covered/test",
        "test_small/test",
        "test_turned/test",
        "expression/test",
        "action_units/test",
        "affect/test",
        "identity/validation",
        "identity/test_same_people",
        "identity/test_new_people",
        "few_shot/train",
    ),
    "synthetic_study_du": ("test/test", "expression/test", "action_units/test", "affect/test"),
    "synthetic_study_sculpted": ("test/test", "expression/test"),
    "synthetic_study_confirmation": ("test/test",),
}
"""The frozen splits of each configuration, as database/split."""


def recorded() -> dict[str, dict[str, str]]:
    """Give the checksums that stand in the package."""
    found: dict[str, dict[str, str]] = json.loads(FILE.read_text())
    return found


def computed() -> dict[str, dict[str, str]]:
    """Plan the frozen databases and give the checksums of configurations and labels."""
    found = {}
    for name, splits in FROZEN.items():
        configuration = read_configuration(name)
        sums = {}
        for place in splits:
            plans = plan_split(configuration, *place.split("/"))
            sums[place] = checksum(plans, styled=True)
        found[name] = {"configuration": configuration_hash(configuration), **sums}
    return found


if __name__ == "__main__":
    print(json.dumps(computed(), indent=1))
