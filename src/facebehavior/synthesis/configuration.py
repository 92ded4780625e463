"""What databases to make: read from YAML, checked when read."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import Field, field_validator, model_validator

from facebehavior.errors import FaceBehaviorError
from facebehavior.settings import Count, Section, Seed, Share, checked, read_yaml
from facebehavior.synthesis.domains import Domain

Label = Literal[
    "expression",
    "action_units",
    "intensities",
    "affect",
    "compound",
    "identity",
    "attributes",
    "people",
    "pose",
]
"""Kinds of labels a database can reveal; `people` are gender, age band and skin tone."""

ALL_LABELS: tuple[Label, ...] = get_args(Label)
SHIPPED = Path(__file__).with_name("configurations")
"""The folder of the configurations that come with the package."""


class Generator(Section):
    """Where the action units of an expression come from.

    Attributes:
        kind: `du` (the table of Du et al. 2014), `perturbed` (a seeded variation of it) or
            `sculpted` (FACSHuman's whole-face sculpts; their action units are not known).
        seed: of the variation.
        noise: rate at which an action unit is active that does not belong to the expression.
    """

    kind: Literal["du", "perturbed", "sculpted"] = "perturbed"
    seed: Seed = 0
    noise: Share = 0.03


class Faces(Section):
    """Shares of the kinds of faces in a split.

    Attributes:
        expressions: faces of the 7 expressions, equally often.
        random: faces with random action units; their expression is null.
        compounds: faces of the 15 compound expressions; their expression is null.
    """

    expressions: Share = 1.0
    random: Share = 0.0
    compounds: Share = 0.0

    @model_validator(mode="after")
    def _whole(self) -> "Faces":
        total = self.expressions + self.random + self.compounds
        if abs(total - 1.0) > 1e-6:
            raise ValueError(f"faces: expected shares that sum to 1, found {total:g}")
        return self


class Split(Section):
    """One part of a database.

    Attributes:
        pictures: how many.
        people: how many; they occur in no other split or database.
        people_of: the split of this database whose people are shown again, instead of `people`.
        reveals: the labels, where they differ from the database's.
        faces: the kinds of faces, where they differ from the database's.
    """

    pictures: Count
    people: Count | None = None
    people_of: str | None = None
    reveals: tuple[Label, ...] | None = None
    faces: Faces | None = None

    @model_validator(mode="after")
    def _one_source(self) -> "Split":
        if (self.people is None) == (self.people_of is None):
            raise ValueError("a split needs either people or people_of")
        return self


class Database(Section):
    """One database.

    Attributes:
        domain: name of the circumstances under which its pictures are taken.
        reveals: the labels that its manifest holds; the truth beside it holds all.
        faces: the kinds of faces.
        generator: where action units come from, where it differs from the configuration's.
        splits: by name.
    """

    domain: str
    reveals: Annotated[tuple[Label, ...], Field(min_length=1)]
    faces: Faces = Faces()
    generator: Generator | None = None
    splits: Annotated[dict[str, Split], Field(min_length=1)]


class Configuration(Section):
    """A set of databases of synthetic heads.

    Attributes:
        name: of the set.
        seed: of everything random.
        picture_size: width and height in pixels.
        action_units: `facshuman` or `arkit`, see `geometry.action_units`.
        generator: where action units come from.
        domains: circumstances by name.
        databases: by name; the order does not matter, and null leaves one of `based_on` out.
    """

    name: str
    seed: Seed = 0
    picture_size: Annotated[int, Field(ge=32, le=1024)] = 128
    action_units: Literal["arkit", "facshuman"] = "arkit"
    generator: Generator = Generator()
    domains: Annotated[dict[str, Domain], Field(min_length=1)]
    databases: Annotated[dict[str, Database], Field(min_length=1)]

    @field_validator("databases", mode="before")
    @classmethod
    def _without_null(cls, databases: object) -> object:
        if not isinstance(databases, Mapping):
            return databases
        return {name: database for name, database in databases.items() if database is not None}

    @model_validator(mode="after")
    def _connected(self) -> "Configuration":
        for name, database in self.databases.items():
            _check_name("database", name)
            if database.domain not in self.domains:
                raise ValueError(
                    f"databases.{name}.domain: unknown domain {database.domain!r}; "
                    f"known: {', '.join(self.domains)}"
                )
            for split_name, split in database.splits.items():
                _check_name("split", split_name)
                place = f"databases.{name}.splits.{split_name}"
                _check_people(place, split, database.splits)
                faces = split.faces or database.faces
                if faces.compounds and self.generator_of(name).kind == "sculpted":
                    raise ValueError(
                        f"{place}: expected no compound faces, of which there are no sculpts, "
                        f"found a share of {faces.compounds:g}; set faces.compounds to 0"
                    )
        return self

    def generator_of(self, database: str) -> Generator:
        """Give the generator of a database."""
        return self.databases[database].generator or self.generator

    @property
    def uses_sculpts(self) -> bool:
        """Whether FACSHuman's folder is needed."""
        kinds = {self.generator_of(name).kind for name in self.databases}
        return self.action_units == "facshuman" or "sculpted" in kinds


def _check_name(what: str, name: str) -> None:
    """Allow only names that are safe as folders and cannot run together in people's names."""
    if not re.fullmatch(r"[A-Za-z0-9_]+", name):
        raise ValueError(f"expected a {what}'s name of letters, digits and _, found {name!r}")


def _check_people(place: str, split: Split, splits: Mapping[str, Split]) -> None:
    if split.people_of is None:
        return
    own = [name for name, other in splits.items() if other.people_of is None]
    if split.people_of not in own:
        raise ValueError(
            f"{place}.people_of: expected a split with people of its own, found "
            f"{split.people_of!r}; known: {', '.join(own)}"
        )


def read_configuration(name: str | Path) -> Configuration:
    """Read a configuration of databases.

    A file may begin from another beside it with the key `based_on`. Its own keys then replace or
    extend those, section by section.

    Args:
        name: a shipped configuration's name, such as `synthetic_small`, or a YAML file.

    Raises:
        FaceBehaviorError: there is no such file, or it is not a configuration.
    """
    path = _find(name)
    return checked(Configuration, read_yaml(path), str(path))


def shipped() -> list[str]:
    """List the names of the configurations that come with the package."""
    return sorted(path.stem for path in SHIPPED.glob("*.yaml"))


def _find(name: str | Path) -> Path:
    path = Path(name)
    if path.suffix in {".yaml", ".yml"}:
        return path
    if str(name) not in shipped():
        nearest = get_close_matches(str(name), shipped(), n=1, cutoff=0.0)[0]
        raise FaceBehaviorError(
            f"expected a YAML file or a configuration of {', '.join(shipped())}, found {name!s}; "
            f"did you mean {nearest}?"
        )
    return SHIPPED / f"{name}.yaml"
