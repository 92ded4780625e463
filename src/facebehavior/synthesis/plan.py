"""What each picture of a database will show: drawn before anything is rendered.

A plan depends on the configuration alone, so that labels are the same whoever renders them, in
whatever order, with however many processes. Every person and every picture has an own generator,
seeded by the configuration's seed and its own name.
"""

import hashlib
from dataclasses import dataclass, replace

import numpy as np
from numpy import random
from numpy.typing import NDArray

from facebehavior.labels import COMPOUND_EXPRESSIONS, EXPRESSIONS
from facebehavior.synthesis.appearance.look import Look
from facebehavior.synthesis.appearance.palette import CLOTHES, FRAMES, HATS, LIPSTICKS
from facebehavior.synthesis.configuration import Configuration, Faces, Generator, Split
from facebehavior.synthesis.domains import Domain
from facebehavior.synthesis.geometry.action_units import EMOTION_SCULPTS
from facebehavior.synthesis.people import Person, draw_person
from facebehavior.synthesis.truth.affect import draw_affect
from facebehavior.synthesis.truth.drawing import (
    Drawn,
    draw_action_units,
    draw_random_combination,
)
from facebehavior.synthesis.truth.tables import Table, du_table, perturbed_table
from facebehavior.synthesis.world import World, draw_world

_RANDOM = "random"


@dataclass(frozen=True)
class PicturePlan:
    """Everything that decides one picture and its labels.

    Attributes:
        database, split, number: which picture it is.
        person: who is shown.
        look: how the person looks in it.
        category: the basic or compound expression, or None for random action units.
        drawn: action units; for a sculpted face only those of the noise.
        sculpt: name of the sculpt of the whole face and its strength, or None.
        affect: valence and arousal.
        world: everything around the head.
    """

    database: str
    split: str
    number: int
    person: Person
    look: Look
    category: str | None
    drawn: Drawn
    sculpt: tuple[str, float] | None
    affect: tuple[float, float]
    world: World

    @property
    def image(self) -> str:
        """Path of the picture below the database's folder."""
        return f"images/{self.split}/{self.number:06d}.jpg"


def plan_database(configuration: Configuration, database: str) -> list[PicturePlan]:
    """Plan all pictures of a database, split by split."""
    splits = configuration.databases[database].splits
    return [plan for name in splits for plan in plan_split(configuration, database, name)]


def plan_split(configuration: Configuration, database: str, name: str) -> list[PicturePlan]:
    """Plan the pictures of one split of a database."""
    settings = configuration.databases[database]
    split = settings.splits[name]
    people = _people(configuration, database, name, split)
    generator = configuration.generator_of(database)
    drawing = generator, truth_table(generator), configuration.domains[settings.domain]
    order = _seeded(configuration, "order", database, name)
    categories = _categories(split.faces or settings.faces, split.pictures, order)
    # Person after person, so that a head is shaped once.
    shown = np.sort(np.arange(split.pictures) % len(people))
    return [
        _plan_picture(
            _seeded(configuration, "picture", database, name, number),
            (database, name, number),
            people[shown[number]],
            categories[number],
            drawing,
        )
        for number in range(split.pictures)
    ]


def truth_table(generator: Generator) -> Table:
    """Give the table that a generator draws from; a sculpted face has the noise alone."""
    if generator.kind == "perturbed":
        return perturbed_table(generator.seed)
    table = du_table()
    if generator.kind == "sculpted":
        return Table(np.zeros_like(table.probabilities))
    return table


def _seeded(configuration: Configuration, *words: object) -> random.Generator:
    """Give the generator of something, by its name; a name always gives the same one."""
    name = "/".join(str(word) for word in words)
    digest = hashlib.sha256(name.encode()).digest()
    return np.random.default_rng([configuration.seed, int.from_bytes(digest[:8], "little")])


def _people(configuration: Configuration, database: str, name: str, split: Split) -> list[Person]:
    settings = configuration.databases[database]
    source = name if split.people_of is None else split.people_of
    count = settings.splits[source].people or 0
    people = []
    for number in range(count):
        who = f"{database}-{source}-{number:04d}"
        people.append(draw_person(who, number, _seeded(configuration, "person", who)))
    return people


def _categories(faces: Faces, count: int, order: random.Generator) -> list[str]:
    """Give each picture its category: those of one kind equally often, in random order."""
    compounds = round(count * faces.compounds)
    at_random = round(count * faces.random)
    basic = count - compounds - at_random
    listed = [EXPRESSIONS[number % len(EXPRESSIONS)] for number in range(basic)]
    names = tuple(COMPOUND_EXPRESSIONS)
    listed += [names[number % len(names)] for number in range(compounds)]
    listed += [_RANDOM] * at_random
    return [listed[number] for number in order.permutation(count)]


def _plan_picture(
    rng: random.Generator,
    place: tuple[str, str, int],
    person: Person,
    category: str,
    drawing: tuple[Generator, Table, Domain],
) -> PicturePlan:
    generator, table, domain = drawing
    named = None if category == _RANDOM else category
    drawn = _draw(category, generator, table, rng)
    sculpt = _sculpt(category, drawn, rng) if generator.kind == "sculpted" else None
    affect = draw_affect(named, drawn.strength, drawn.intensities, rng)
    world = draw_world(domain, rng)
    return PicturePlan(
        *place, person, _look(person, domain, rng), named, drawn, sculpt, affect, world
    )


def _draw(category: str, generator: Generator, table: Table, rng: random.Generator) -> Drawn:
    if category == _RANDOM:
        return draw_random_combination(rng)
    return draw_action_units(table.row(category), generator.noise, rng)


def _sculpt(category: str, drawn: Drawn, rng: random.Generator) -> tuple[str, float] | None:
    if category not in EMOTION_SCULPTS:
        return None
    names = EMOTION_SCULPTS[category]
    return names[int(rng.integers(len(names)))], drawn.strength


def _look(person: Person, domain: Domain, rng: random.Generator) -> Look:
    glasses = rng.random() < person.wears_glasses * domain.glasses
    hat = rng.random() < person.wears_hats * domain.hats
    makeup = rng.random() < person.wears_makeup * domain.makeup
    lipstick = makeup and rng.random() < 0.8
    plain = Look(
        gender=person.gender,
        age_band=person.age_band,
        skin_tone=person.skin_tone,
        skin_variant=person.skin_variant,
        hair=person.hair,
        hair_colour=person.hair_colour,
        receding=person.receding,
        brows=person.brows,
        brow_strength=person.brow_strength,
        lashes=person.lashes,
        iris=person.iris,
        teeth=person.teeth,
        beard=person.beard,
        sideburns=person.sideburns,
        lipstick=_index(LIPSTICKS, rng) if lipstick else None,
        eye_shadow=round(float(rng.uniform(0.2, 0.7)), 3) if makeup else 0.0,
        rouge=round(float(rng.uniform(0.1, 0.8)), 3) if makeup else 0.0,
        glasses=None,
        hat=None,
        clothes=_index(CLOTHES, rng),
    )
    return replace(
        plain,
        glasses=_index(FRAMES, rng) if glasses else None,
        hat=_index(HATS, rng) if hat else None,
    )


def _index(choices: tuple[str, ...], rng: random.Generator) -> int:
    return int(rng.integers(len(choices)))


def active_mask(plan: PicturePlan) -> NDArray[np.bool_] | None:
    """Tell which action units of a planned face are active, (17,); None of a sculpted one."""
    return None if plan.sculpt is not None else plan.drawn.active
