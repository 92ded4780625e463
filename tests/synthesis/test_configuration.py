from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests.synthesis.small import as_dictionary, few_pictures

from facebehavior.errors import FaceBehaviorError
from facebehavior.settings import checked
from facebehavior.synthesis import read_configuration, shipped
from facebehavior.synthesis.configuration import ALL_LABELS, SHIPPED
from facebehavior.synthesis.domains import Domain
from facebehavior.synthesis.plan import plan_split


def written(folder: Path, *keys: str, value: object) -> Path:
    """Write the small configuration with one nested key changed."""
    content: Any = as_dictionary(few_pictures())
    place = content
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    path = folder / "mine.yaml"
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    return path


def test_the_configurations_that_are_shipped_can_all_be_read() -> None:
    names = shipped()
    assert {"synthetic_small", "synthetic_study"} <= set(names)
    assert {"synthetic_study_du", "synthetic_study_sculpted"} <= set(names)
    for name in names:
        configuration = read_configuration(name)
        assert configuration.name == name
        assert read_configuration(SHIPPED / f"{name}.yaml") == configuration


def test_a_configuration_comes_back_from_its_own_keys() -> None:
    for name in shipped():
        configuration = read_configuration(name)
        assert type(configuration).model_validate(as_dictionary(configuration)) == configuration


@pytest.mark.parametrize(
    ("keys", "value", "named"),
    [
        (("picture_sise",), 64, "'picture_sise'; did you mean 'picture_size'"),
        (("domains", "studio", "jaw"), 3, r"'domains\.studio\.jaw'; did you mean 'yaw'"),
        (("databases", "test", "reveal"), [], "did you mean 'reveals'"),
        (
            ("databases", "test", "splits", "test", "picture"),
            3,
            r"'databases\.test\.splits\.test\.picture'; did you mean 'pictures'",
        ),
        (("generator", "kid"), "du", r"'generator\.kid'; did you mean 'kind'"),
        (("action_units",), "openface", "'arkit' or 'facshuman', found 'openface'"),
        (("generator", "kind"), "random", "'du', 'perturbed' or 'sculpted', found 'random'"),
        (("generator", "noise"), 1.2, r"generator\.noise: .* found 1\.2"),
        (("generator", "seed"), -1, r"generator\.seed: .* found -1"),
        (("seed",), -3, "seed: .* found -3"),
        (("databases", "test", "reveals"), ["expression", "smile"], "'attributes'.* found 'smile'"),
        (("databases", "test", "reveals"), [], "databases.test.reveals"),
        (("databases", "test", "domain"), "moon", "unknown domain 'moon'; known: studio, street"),
        (("databases", "test", "splits"), {}, "databases.test.splits"),
        (("databases",), {}, "databases"),
        (("databases", "test", "faces"), {"expressions": 0.5}, "sum to 1, found 0.5"),
        (("databases", "test", "faces"), {"random": 0.5}, "sum to 1, found 1.5"),
        (("databases", "test", "faces"), {"expressions": 2, "random": -1}, "found"),
        (
            ("databases", "test", "splits", "test"),
            {"pictures": 3},
            "a split needs either people or people_of",
        ),
        (
            ("databases", "test", "splits", "test"),
            {"pictures": 3, "people": 2, "people_of": "test"},
            "a split needs either people or people_of",
        ),
        (("databases", "test", "splits", "test", "pictures"), 0, "pictures: .* found 0"),
        (("databases", "test", "splits", "test", "people"), 0, "people: .* found 0"),
        (
            ("databases", "test", "splits", "new"),
            {"pictures": 3, "people_of": "tset"},
            "found 'tset'; known: test",
        ),
        (
            ("databases", "test", "splits", "new"),
            {"pictures": 3, "people_of": "new"},
            "found 'new'; known: test",
        ),
        (("databases", "../test"), {"domain": "studio"}, "databases"),
        (("picture_size",), 16, "picture_size: .* found 16"),
        (
            ("domains", "studio", "blur"),
            [1.0, 0.5],
            r"blur: expected a range .* found \[1\.0, 0\.5",
        ),
        (("domains", "studio", "noise"), [-1.0, 0.5], "noise: expected 0 to 255"),
        (("domains", "studio", "jpeg"), [0, 90], "jpeg: expected 1 to 100"),
        (("domains", "studio", "jpeg"), [90, 101], "jpeg: expected 1 to 100"),
        (("domains", "studio", "focal_length"), [5, 50], "focal_length: expected 10 to 400"),
        (("domains", "studio", "face"), [0.2, 0.9], "face: expected 0.08 to 0.6"),
        (("domains", "studio", "resolution"), [0.0, 1.0], "resolution: expected 0.05 to 1"),
        (("domains", "studio", "yaw"), 120, "yaw: .* found 120"),
        (("domains", "studio", "backgrounds"), ["forest"], "found 'forest'"),
        (("domains", "studio", "backgrounds"), [], "backgrounds"),
        (("domains", "studio", "hand"), 2, "hand: .* found 2"),
    ],
)
def test_a_mistake_is_one_line_that_names_it(
    tmp_path: Path, keys: tuple[str, ...], value: object, named: str
) -> None:
    with pytest.raises(FaceBehaviorError, match=named) as caught:
        read_configuration(written(tmp_path, *keys, value=value))
    assert str(caught.value).startswith(str(tmp_path / "mine.yaml"))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["../test", "a/b", "test-a", "", "no space"])
def test_names_that_are_no_safe_folders_are_refused(tmp_path: Path, name: str) -> None:
    split = {"people": 2, "pictures": 2}
    database = {"domain": "studio", "reveals": ["pose"], "splits": {"test": split}}
    with pytest.raises(FaceBehaviorError, match="expected a database's name of letters"):
        read_configuration(written(tmp_path, "databases", name, value=database))
    with pytest.raises(FaceBehaviorError, match="expected a split's name of letters"):
        read_configuration(written(tmp_path, "databases", "test", "splits", name, value=split))


def test_there_are_no_sculpts_of_compound_faces(tmp_path: Path) -> None:
    generator = {"kind": "sculpted"}
    with pytest.raises(FaceBehaviorError, match=r"splits\.test: expected no compound faces"):
        read_configuration(written(tmp_path, "databases", "test", "generator", value=generator))
    with pytest.raises(FaceBehaviorError, match="expected no compound faces"):
        read_configuration(written(tmp_path, "generator", value=generator))
    read_configuration(written(tmp_path, "databases", "expression", "generator", value=generator))


def test_a_configuration_may_be_based_on_another_and_leave_databases_out(tmp_path: Path) -> None:
    base = written(tmp_path, "seed", value=5)
    mine = tmp_path / "yours.yaml"
    changes = {
        "based_on": base.name,
        "name": "yours",
        "domains": {"studio": {"yaw": 3}},
        "databases": {"test": None, "expression": {"reveals": ["affect"]}},
    }
    mine.write_text(yaml.safe_dump(changes))
    below, above = read_configuration(base), read_configuration(mine)
    assert above.name == "yours"
    assert above.seed == 5
    assert list(above.databases) == ["expression", "action_units"]
    assert above.databases["expression"].reveals == ("affect",)
    assert above.databases["expression"].splits == below.databases["expression"].splits
    assert above.databases["action_units"] == below.databases["action_units"]
    assert above.domains["studio"].yaw == 3
    assert above.domains["studio"].backgrounds == below.domains["studio"].backgrounds


def test_the_twins_of_the_study_differ_in_their_generators_alone() -> None:
    study, du = (read_configuration(name) for name in ("synthetic_study", "synthetic_study_du"))
    assert du.generator.kind == "du"
    same = {"generator": study.generator, "name": study.name}
    assert du.model_copy(update=same) == study
    sculpted = read_configuration("synthetic_study_sculpted")
    kinds = {name: sculpted.generator_of(name).kind for name in sculpted.databases}
    assert kinds == {"expression": "sculpted", "test": "sculpted"}


@pytest.mark.parametrize("name", ["synthetic_smal", "small", "synthetic"])
def test_an_unknown_name_is_answered_with_the_nearest(name: str) -> None:
    with pytest.raises(FaceBehaviorError, match=r"did you mean synthetic_\w+\?"):
        read_configuration(name)


def test_what_needs_the_sculpts_says_so() -> None:
    assert not read_configuration("synthetic_small").uses_sculpts
    for name in ("synthetic_study", "synthetic_study_du", "synthetic_study_sculpted"):
        assert read_configuration(name).uses_sculpts


def test_the_confirmation_is_the_test_of_the_study_with_other_people() -> None:
    study, again = (
        read_configuration(name) for name in ("synthetic_study", "synthetic_study_confirmation")
    )
    assert set(again.databases) == {"test"}
    assert again.seed != study.seed
    assert again.generator == study.generator
    assert again.domains == study.domains
    first, second = (plan_split(one, "test", "test")[0].person for one in (study, again))
    assert first.body != second.body


def test_the_study_is_what_was_asked_for() -> None:
    study = read_configuration("synthetic_study")
    revealed = {name: database.reveals for name, database in study.databases.items()}
    assert revealed["expression"] == ("expression",)
    assert revealed["action_units"] == ("action_units",)
    assert revealed["affect"] == ("affect",)
    assert revealed["identity"] == ("identity", "attributes")
    assert set(revealed["test"]) == set(ALL_LABELS)
    assert study.generator.kind == "perturbed"
    assert set(study.databases["identity"].splits) == {
        "train",
        "validation",
        "test_same_people",
        "test_new_people",
    }
    (joint,) = study.databases["joint"].splits.values()
    assert (joint.pictures, joint.people) == (1500, 100)
    trained = ("expression", "action_units", "affect", "identity", "test")
    assert len({study.databases[name].domain for name in trained}) == 5
    for name in ("expression", "action_units", "affect"):
        splits = study.databases[name].splits
        assert splits["test"].pictures == 1000
        assert set(splits["test"].reveals or ()) == set(ALL_LABELS)
        assert splits["validation"].pictures > 0
    assert study.databases["action_units"].faces.random == pytest.approx(1 / 3, abs=1e-3)
    assert {domain.yaw for domain in study.domains.values()} <= set(range(61))


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_range_goes_from_low_to_high(first: float, second: float) -> None:
    low, high = sorted((first, second))
    assert Domain(blur=(low, high)).blur == (low, high)
    if low < high:
        with pytest.raises(ValueError, match="from low to high"):
            Domain(blur=(high, low))


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"sun": [0.0, float("inf")]}, "sun"),
        ({"hats": float("nan")}, "hats"),
        ({"glasses": -3}, "glasses"),
        ({"warmth": [0.0, 9.0]}, "warmth: expected -1 to 1"),
        ({"exposure": [-60.0, 0.0]}, "exposure: expected -5 to 5"),
        ({"sun_azimuth": [0.0, 1e9]}, "sun_azimuth: expected 0 to 180"),
        ({"sun_elevation": [-100.0, 0.0]}, "sun_elevation: expected -90 to 90"),
        ({"contrast": [1.0, 1e6]}, "contrast: expected 0 to 5"),
        ({"hand": 0.9, "scarf": 0.9}, "sum to 1 or less"),
    ],
)
def test_what_no_picture_can_be_taken_with_is_refused(
    values: dict[str, object], named: str
) -> None:
    with pytest.raises(FaceBehaviorError, match=named):
        checked(Domain, values, "domain")
