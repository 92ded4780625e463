from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from facebehavior.errors import FaceBehaviorError
from facebehavior.training.configuration import Configuration, expanded, read_configuration

MINIMAL = {"name": "toy", "label_sets": [{"name": "a", "sources": [{"shards": "somewhere"}]}]}


def write(folder: Path, content: object) -> Path:
    (folder / "toy.yaml").write_text(yaml.safe_dump(content))
    return folder / "toy.yaml"


def test_changes_on_the_command_line_reach_nested_keys_and_list_items(tmp_path: Path) -> None:
    changes = [
        "optimisation.epochs=3",
        "label_sets.0.sources.0.split=train",
        "network.heads=[affect]",
        "seed=7",
    ]
    configuration = read_configuration(write(tmp_path, MINIMAL), changes)
    assert configuration.optimisation.epochs == 3
    assert configuration.label_sets[0].sources[0].split == "train"
    assert configuration.network.heads == ("affect",)
    assert configuration.seed == 7


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ({**MINIMAL, "optimization": {}}, "'optimization'; did you mean 'optimisation'"),
        ({**MINIMAL, "network": {"widht": 3}}, r"'network.widht'; did you mean 'width'"),
        (
            {"name": "a", "label_sets": [{"name": "a", "sources": [{"shard": "b"}]}]},
            "did you mean 'shards'",
        ),
        ({"name": "a"}, "'label_sets' is missing"),
        ({**MINIMAL, "label_sets": []}, "label_sets"),
        ({**MINIMAL, "optimisation": {"epochs": -1}}, r"optimisation.epochs: .* found -1"),
        ({**MINIMAL, "seed": -1}, "seed: .* found -1"),
        ({**MINIMAL, "name": " "}, "name: expected a name of printable characters"),
        ({**MINIMAL, "network": {"heads": ["identiti"]}}, "'identiti'"),
        ([1, 2], "keys and values, found list"),
    ],
)
def test_mistakes_are_one_line_that_names_them(tmp_path: Path, content: object, named: str) -> None:
    with pytest.raises(FaceBehaviorError, match=named) as caught:
        read_configuration(write(tmp_path, content))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("change", ["epochs", "=3", "label_sets.5.name=b", "name.first=a"])
def test_a_change_that_leads_nowhere_is_an_error(tmp_path: Path, change: str) -> None:
    with pytest.raises(FaceBehaviorError):
        read_configuration(write(tmp_path, MINIMAL), [change])


@pytest.mark.parametrize("value", ["{width: 4, width: 8}", "[1, 2"])
def test_a_change_that_is_no_yaml_is_told_as_such(tmp_path: Path, value: str) -> None:
    with pytest.raises(FaceBehaviorError, match="expected a value in YAML") as caught:
        read_configuration(write(tmp_path, MINIMAL), [f"network={value}"])
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_yaml_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: [1,\nb: }")
    with pytest.raises(FaceBehaviorError, match="expected YAML"):
        read_configuration(tmp_path / "a.yaml")
    with pytest.raises(FaceBehaviorError, match="missing"):
        read_configuration(tmp_path / "missing.yaml")


@given(st.integers(0, 1000), st.floats(1e-6, 1.0))
def test_the_hash_and_the_content_survive_yaml(seed: int, rate: float) -> None:
    content = {**MINIMAL, "seed": seed, "optimisation": {"learning_rate": rate}}
    configuration = Configuration.model_validate(content)
    again = Configuration.model_validate(
        yaml.safe_load(yaml.safe_dump(configuration.model_dump(mode="json")))
    )
    assert again == configuration
    assert again.hash() == configuration.hash()
    assert Configuration.model_validate({**content, "seed": seed + 1}).hash() != again.hash()


def test_environment_variables_are_filled_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FACES_HERE", "pictures")
    assert expanded("${FACES_HERE}/a") == Path("pictures/a")
    with pytest.raises(FaceBehaviorError, match="FACES_NOT_HERE is not set"):
        expanded("${FACES_NOT_HERE}/a")


def test_the_recipes_are_valid() -> None:
    recipes = sorted(Path(__file__).parents[2].glob("recipes/*.yaml"))
    assert recipes
    for recipe in recipes:
        # Whoever trains by the recipe of a packaged model must not bear its name by accident.
        assert read_configuration(recipe).name.removeprefix("my-") == recipe.stem


def test_each_run_of_the_packaged_model_goes_on_from_the_one_before() -> None:
    folder = Path(__file__).parents[2] / "recipes/packaged"
    runs = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"]
    read = [read_configuration(folder / f"{run}.yaml") for run in runs]
    assert {one.name for one in read} == {"facebehavior-small"}
    assert [one.version for one in read] == [str(number) for number in range(2, 11)]
    started = [one.start_from for one in read]
    before = [f"${{{run.upper()}}}" for run in runs[:-1]]
    # The eighth goes on from the mean of two.
    assert started == [None, *before[:6], tuple(before[5:7]), before[7]]
