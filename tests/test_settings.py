from pathlib import Path
from typing import Annotated

import pytest
import yaml
from pydantic import Field, model_validator

from facebehavior.errors import FaceBehaviorError
from facebehavior.settings import Count, Section, Share, checked, merged, read_yaml


class Tool(Section):
    weight: Share = 0.5
    colour: str = "red"


class Workshop(Section):
    name: str
    hands: Count = 1
    spare: Tool | None = None
    tools: Annotated[dict[str, Tool], Field(min_length=1)]

    @model_validator(mode="after")
    def _enough_hands(self) -> "Workshop":
        if len(self.tools) > self.hands:
            raise ValueError(f"expected a hand for each tool, found {self.hands}")
        return self


TOOLS = {"saw": {"weight": 0.2}}


def write(path: Path, content: object) -> Path:
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
    return path


def test_what_is_not_given_has_its_default() -> None:
    workshop = checked(Workshop, {"name": "mine", "tools": TOOLS}, "here")
    assert workshop == Workshop(name="mine", tools={"saw": Tool(weight=0.2, colour="red")})
    with pytest.raises(ValueError, match="frozen"):
        workshop.hands = 3


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ({"name": "a", "tool": TOOLS}, r"unknown key 'tool'; did you mean 'tools'\? known: name, "),
        (
            {"name": "a", "tools": {"saw": {"wieght": 1}}},
            r"unknown key 'tools.saw.wieght'; did you mean 'weight'\? known: weight, colour$",
        ),
        (
            {"name": "a", "tools": TOOLS, "spare": {"color": "red"}},
            "unknown key 'spare.color'; did you mean 'colour'",
        ),
        ({"tools": TOOLS}, "the key 'name' is missing"),
        ({"name": "a"}, "the key 'tools' is missing"),
        ({"name": "a", "tools": {"saw": {"weight": 1.5}}}, r"tools\.saw\.weight: .* found 1\.5"),
        ({"name": "a", "tools": {}}, "tools: .* found {}"),
        ({"name": "a", "tools": TOOLS, "hands": 0}, "hands: .* found 0"),
        ({"name": "a", "tools": {"saw": {}, "axe": {}}}, "expected a hand for each tool, found 1"),
        ({"name": "a", "tools": [1]}, r"tools: .* found \[1\]"),
    ],
)
def test_a_mistake_is_one_line_that_begins_with_its_place(
    content: dict[str, object], named: str
) -> None:
    with pytest.raises(FaceBehaviorError, match=f"^here: .*{named}") as caught:
        checked(Workshop, content, "here")
    assert "\n" not in str(caught.value)
    assert "Value error" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (None, "expected a YAML configuration"),
        ("a: [1, 2", "expected YAML"),
        ("- 1\n- 2\n", "expected keys and values, found list"),
        ("", "expected keys and values, found NoneType"),
        ("a: {b: 1}\nc: 2\na: {d: 3}\n", r"the key 'a' twice \(line 3\); keep one"),
        ("a:\n  - {b: 1, c: 2, b: 1}\n", r"the key 'b' twice \(line 2\)"),
        ("a: {1: x, 1: y}\n", "the key '1' twice"),
    ],
)
def test_a_file_that_holds_no_settings_is_one_line(
    tmp_path: Path, content: str | None, named: str
) -> None:
    path = tmp_path / "a.yaml"
    if content is not None:
        path.write_text(content)
    with pytest.raises(FaceBehaviorError, match=named) as caught:
        read_yaml(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_an_anchor_brings_along_may_be_given_again(tmp_path: Path) -> None:
    text = "a: {b: &b {c: 1, d: 2}, e: &e {<<: *b, d: 3}}\nf: {<<: *e, c: 4, '1': 5, 1: 6}\n"
    found = read_yaml(write(tmp_path / "a.yaml", text))
    assert found["a"] == {"b": {"c": 1, "d": 2}, "e": {"c": 1, "d": 3}}
    assert found["f"] == {"c": 4, "d": 3, "1": 5, 1: 6}


def test_bytes_that_are_no_text_are_one_line(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xff\xfe\x00rubbish")
    with pytest.raises(FaceBehaviorError, match="expected a YAML configuration"):
        read_yaml(tmp_path / "a.yaml")


def test_keys_are_laid_over_those_of_the_file_it_is_based_on(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    write(tmp_path / "first.yaml", {"a": 1, "deep": {"b": [1, 2], "c": {"d": 3, "e": 4}}})
    write(tmp_path / "inner" / "second.yaml", {"based_on": "../first.yaml", "deep": {"b": [9]}})
    third = {"based_on": "inner/second.yaml", "deep": {"c": {"e": None}, "f": 5}}
    found = read_yaml(write(tmp_path / "third.yaml", third))
    assert found == {"a": 1, "deep": {"b": [9], "c": {"d": 3, "e": None}, "f": 5}}


def test_merging_changes_neither_side() -> None:
    base, over = {"a": {"b": 1}}, {"a": {"c": 2}}
    assert merged(base, over) == {"a": {"b": 1, "c": 2}}
    assert base == {"a": {"b": 1}}
    assert over == {"a": {"c": 2}}
    assert merged({"a": {"b": 1}}, {"a": 3}) == {"a": 3}
    assert merged({"a": 3}, {"a": {"b": 1}}) == {"a": {"b": 1}}


def test_a_file_that_is_based_on_itself_is_an_error(tmp_path: Path) -> None:
    write(tmp_path / "a.yaml", {"based_on": "b.yaml"})
    write(tmp_path / "b.yaml", {"based_on": "a.yaml"})
    with pytest.raises(FaceBehaviorError, match="leads back"):
        read_yaml(tmp_path / "a.yaml")
    write(tmp_path / "c.yaml", {"based_on": "nowhere.yaml"})
    with pytest.raises(FaceBehaviorError, match=r"nowhere\.yaml"):
        read_yaml(tmp_path / "c.yaml")
