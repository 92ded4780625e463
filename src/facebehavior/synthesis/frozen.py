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
from facebehavior.synthesis.plan import plan_database

FILE = SHIPPED / "frozen.json"

FROZEN: Mapping[str, tuple[str, ...]] = {
    "synthetic_study": (
        "test",
        "test_covered",
        "test_small",
        "expression",
        "action_units",
        "affect",
        "identity",
        "few_shot",
    ),
    "synthetic_study_du": ("test",),
    "synthetic_study_sculpted": ("test",),
}
"""The frozen databases of each configuration; those for training are among them for their test
splits."""


def recorded() -> dict[str, dict[str, str]]:
    """Give the checksums that stand in the package."""
    found: dict[str, dict[str, str]] = json.loads(FILE.read_text())
    return found


def computed() -> dict[str, dict[str, str]]:
    """Plan the frozen databases and give the checksums of configurations and labels."""
    found = {}
    for name, databases in FROZEN.items():
        configuration = read_configuration(name)
        sums = {
            database: checksum(plan_database(configuration, database), styled=True)
            for database in databases
        }
        found[name] = {"configuration": configuration_hash(configuration), **sums}
    return found


if __name__ == "__main__":
    print(json.dumps(computed(), indent=1))
