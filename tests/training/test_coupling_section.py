from pathlib import Path

import pytest
import yaml

from facebehavior.errors import FaceBehaviorError
from facebehavior.training.configuration import (
    Configuration,
    checked_configuration,
    read_configuration,
)
from facebehavior.training.coupling_section import Coupling

MINIMAL = {"name": "toy", "label_sets": [{"name": "a", "sources": [{"shards": "somewhere"}]}]}
RECIPES = Path(__file__).parents[2] / "recipes" / "coupling"


def checked(coupling: object) -> Configuration:
    return checked_configuration({**MINIMAL, "coupling": coupling}, "toy.yaml")


def section(coupling: object) -> Coupling:
    found = checked(coupling).coupling
    assert found is not None
    return found


def test_only_what_is_named_is_switched_on() -> None:
    assert checked(None).coupling is None
    found = section({"distribution_matching": {}})
    assert found.co_annotation is None
    assert found.soft_co_annotation is None
    assert found.distribution_matching is not None
    assert (found.distribution_matching.weight, found.distribution_matching.form) == (0.1, "kl")


@pytest.mark.parametrize(
    ("preset", "parts"),
    [
        ("default", {"posterior_co_annotation": {}}),
        ("soft_and_matching", {"soft_co_annotation": {}, "distribution_matching": {}}),
    ],
)
def test_a_preset_is_its_parts_with_their_defaults(preset: str, parts: dict[str, object]) -> None:
    expected = section(parts).model_dump(exclude={"preset"})
    assert section({"preset": preset}).model_dump(exclude={"preset"}) == expected


def test_the_papers_preset_is_as_printed_and_gives_way_to_what_is_named() -> None:
    paper = section({"preset": "paper"})
    soft, matched = paper.soft_co_annotation, paper.distribution_matching
    assert soft is not None
    assert matched is not None
    assert (paper.weighting, paper.warm_up, paper.table) == ("binary", 0.0, "du2014")
    assert (soft.weight, soft.temperature, soft.unannotated, soft.without_active) == (
        1.0,
        1.0,
        "counted_as_zero",
        "uniform",
    )
    assert (matched.weight, matched.form, matched.fixed, matched.neutral) == (
        1.0,
        "one_sided",
        "none",
        "kept",
    )
    changed = section(
        {"preset": "paper", "soft_co_annotation": None, "distribution_matching": {"weight": 0.5}}
    )
    assert changed.soft_co_annotation is None
    assert changed.distribution_matching is not None
    assert changed.distribution_matching.weight == 0.5
    assert changed.distribution_matching.form == "one_sided"


@pytest.mark.parametrize("preset", ["default", "soft_and_matching", "paper"])
def test_a_section_written_out_and_read_again_is_the_same(preset: str) -> None:
    first = checked({"preset": preset, "soft_co_annotation": None, "control": "marginal"})
    content = yaml.safe_load(yaml.safe_dump(first.model_dump(mode="json")))
    assert checked_configuration(content, "again") == first
    assert first.hash() != checked(None).hash()


@pytest.mark.parametrize(
    ("coupling", "named"),
    [
        ({}, "without coupling, leave the section out"),
        ({"distribution_maching": {}}, "did you mean 'distribution_matching'"),
        ({"distribution_matching": {"wieght": 1}}, "did you mean 'weight'"),
        ({"soft_co_annotation": {"temprature": 1}}, "did you mean 'temperature'"),
        ({"co_annotation": {"to_units": True}}, "did you mean 'to_action_units'"),
        ({"preset": "papr"}, "'papr'"),
        ({"learned_table": {}}, "expected co_annotation"),
        ({"soft_co_annotation": {}, "learned_table": {}}, "beside learned_table"),
        ({"preset": "default", "learned_table": {"prior": 2}}, "prior"),
        ({"preset": "default", "learned_table": {"rate": 0}}, "rate"),
        ({"distribution_matching": {"form": "kld"}}, "'kld'"),
        ({"soft_co_annotation": {"temperature": 0}}, "temperature"),
        ({"distribution_matching": {"leak": 1.5}}, "leak"),
        ([1], r"coupling"),
    ],
)
def test_mistakes_are_one_line_that_names_them(coupling: object, named: str) -> None:
    with pytest.raises(FaceBehaviorError, match=named) as caught:
        checked(coupling)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("where", ["coupling", "further_couplings"])
def test_no_table_is_learned_where_gradients_are_scaled(where: str) -> None:
    learned: dict[str, object] = {"posterior_co_annotation": {}, "learned_table": {}}
    pair = [{"first": "identity", "second": "attributes", **learned}]
    content = {**MINIMAL, where: learned if where == "coupling" else pair}
    for precision in ("bf16-mixed", "16-true"):
        checked_configuration({**content, "run": {"precision": precision}}, "toy.yaml")
    for precision in ("16", "16-mixed"):
        with pytest.raises(FaceBehaviorError, match="no table can be learned; give bf16-mixed"):
            checked_configuration({**content, "run": {"precision": precision}}, "toy.yaml")


def test_changes_on_the_command_line_reach_the_coupling() -> None:
    changes = ["coupling.distribution_matching.weight=0.2", "coupling.soft_co_annotation=null"]
    found = read_configuration(RECIPES / "both.yaml", changes).coupling
    assert found is not None
    assert found.soft_co_annotation is None
    assert found.distribution_matching is not None
    assert found.distribution_matching.weight == 0.2


def test_the_recipes_are_the_arms_of_a_study() -> None:
    found = {path.stem: read_configuration(path) for path in sorted(RECIPES.glob("*.yaml"))}
    assert {name: one.name for name, one in found.items()} == {name: name for name in found}
    parts = (
        "co_annotation",
        "soft_co_annotation",
        "distribution_matching",
        "posterior_co_annotation",
    )
    switched_on = {
        name: tuple(getattr(one.coupling, part, None) is not None for part in parts)
        for name, one in found.items()
    }
    both = (False, True, True, False)
    nothing = (False, False, False, False)
    assert switched_on == {
        "single_task_expression": nothing,
        "single_task_action_units": nothing,
        "single_task_affect": nothing,
        "uncoupled": nothing,
        "co_annotation": (True, False, False, False),
        "soft_co_annotation": (False, True, False, False),
        "distribution_matching": (False, False, True, False),
        "posterior": (False, False, False, True),
        "learned": (False, False, False, True),
        "both": both,
        "empirical": both,
        "deranged": both,
        "marginal": both,
        "paper": both,
    }
    # What is not named is what the recipe underneath says.
    assert found["single_task_affect"].network.width == found["uncoupled"].network.width
    assert found["single_task_affect"].network.heads == ("affect",)
    assert len(found["single_task_affect"].label_sets) == 1


def test_a_configuration_cannot_be_based_on_itself_or_on_nothing(tmp_path: Path) -> None:
    for name, base in (("a", "b"), ("b", "a"), ("c", "missing")):
        content = {**MINIMAL, "based_on": f"{base}.yaml"}
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(content))
    with pytest.raises(FaceBehaviorError, match="leads back"):
        read_configuration(tmp_path / "a.yaml")
    with pytest.raises(FaceBehaviorError, match=r"missing\.yaml"):
        read_configuration(tmp_path / "c.yaml")
