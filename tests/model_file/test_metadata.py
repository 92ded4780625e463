import json
from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest
from tests.tiny_models import tiny_metadata

from facebehavior.errors import FaceBehaviorError
from facebehavior.faces.alignment import CropParameters
from facebehavior.labels import ACTION_UNIT_COLUMNS, EXPRESSIONS
from facebehavior.model_file import MatchThreshold, ModelMetadata
from facebehavior.model_file.metadata import FORMAT_VERSION

MEASURED: dict[str, Any] = {
    "threshold": 0.4,
    "false_match_rate": 0.05,
    "false_non_match_rate": 0.06,
    "pairs": 1234,
    "measured_on": "lfw",
}


def _changed(**changes: object) -> str:
    values = json.loads(tiny_metadata().to_json())
    values.update(changes)
    return json.dumps(values)


@pytest.mark.parametrize("heads", [("expression",), ("affect", "expression"), ("action_units",)])
def test_json_round_trip_gives_equal_metadata_and_the_same_text(heads: tuple[str, ...]) -> None:
    metadata = tiny_metadata(heads, "rgb", mean=(1, 2, 3), scale=(0.1, 1 / 3, 64))
    again = ModelMetadata.from_json(metadata.to_json())
    assert again == metadata
    assert again.to_json() == metadata.to_json()
    assert again.scale == (0.1, 1 / 3, 64.0)


def test_json_does_not_depend_on_the_order_in_which_values_are_given() -> None:
    heads = ("expression", "action_units")
    first, second = tiny_metadata(heads), tiny_metadata(heads[::-1])
    thresholds = dict(reversed(list(first.action_unit_thresholds.items())))
    second = replace(
        second, action_unit_thresholds=thresholds, network={"width": 1, "backbone": "none"}
    )
    assert first.to_json() == second.to_json()
    assert list(second.heads) == list(heads)


def test_values_are_copied_and_cannot_be_reassigned() -> None:
    network = {"width": 1, "stages": (2, 3)}
    metadata = tiny_metadata(network=network)
    network["width"] = 9
    assert metadata.network == {"width": 1, "stages": [2, 3]}
    with pytest.raises(FrozenInstanceError):
        metadata.name = "other"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"heads": {}}, "at least one head"),
        ({"heads": {"mood": ("good",)}}, "found 'mood'"),
        ({"heads": {"expression": EXPRESSIONS[::-1]}}, "this order"),
        ({"heads": {"expression": EXPRESSIONS[:6]}}, "this order"),
        ({"mean": (1.0, 2.0, 3.0)}, "mean should have 1 values"),
        ({"scale": ()}, "scale should have 1 values"),
        ({"scale": (0.0,)}, "greater than 0"),
        ({"mean": (float("nan"),)}, "mean should be finite"),
        ({"crop": CropParameters(8, "rgb")}, "mean should have 3 values"),
        ({"action_unit_thresholds": {}}, "lacks au01"),
        ({"action_unit_thresholds": {"au11": 0.5}}, "found 'au11'"),
        ({"action_unit_thresholds": dict.fromkeys(ACTION_UNIT_COLUMNS, 1.5)}, "from 0 to 1"),
        ({"action_unit_thresholds": dict.fromkeys(ACTION_UNIT_COLUMNS, float("nan"))}, "0 to 1"),
        ({"calibration": {"expression_temperature": float("inf")}}, "should be finite"),
        ({"network": {"width": float("nan")}}, "JSON"),
        ({"network": {"width": object()}}, "JSON"),
        ({"format_version": FORMAT_VERSION + 1}, "install a newer facebehavior"),
        ({"format_version": 0}, "whole number from 1"),
    ],
)
def test_values_that_no_model_can_have_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(FaceBehaviorError, match=message) as caught:
        replace(tiny_metadata(), **changes)
    assert "\n" not in str(caught.value)


def test_thresholds_without_an_action_unit_head_are_refused() -> None:
    with pytest.raises(FaceBehaviorError, match="found 'au12'"):
        tiny_metadata(("expression",), action_unit_thresholds={"au12": 0.5})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "as JSON"),
        ("[1]", "JSON object"),
        ("{}", "format_version"),
        (_changed(format_version=FORMAT_VERSION + 1, future=1), "install a newer facebehavior"),
        (_changed(licences="x"), "nearest known is 'licence'"),
        (_changed(name=3), "name should be a text"),
        (_changed(heads=["expression"]), "heads should be an object"),
        (_changed(heads={"expression": 7}), "wrong kind"),
        (_changed(mean=1.0), "mean should be a list"),
        (_changed(mean=["x"]), "wrong kind"),
        (_changed(crop={"size": 8}), "size, colour and template"),
        (_changed(action_unit_thresholds={"au01": "x"}), "lacks au02|wrong kind"),
        (_changed(calibration={"expression_temperature": None}), "wrong kind"),
        (_changed(verification=0.5), "wrong kind"),
        (_changed(verification={"threshold": 0.5}), "wrong kind"),
        (_changed(verification=dict(MEASURED, pairs=0)), "a count"),
        (_changed(format_version=2, calibration={"match_pairs": "many"}), "wrong kind"),
    ],
)
def test_text_that_is_no_metadata_is_refused_in_one_line(text: str, message: str) -> None:
    with pytest.raises(FaceBehaviorError, match=message) as caught:
        ModelMetadata.from_json(text)
    assert "\n" not in str(caught.value)


def test_a_missing_field_is_named() -> None:
    values = json.loads(tiny_metadata().to_json())
    del values["licence"]
    with pytest.raises(FaceBehaviorError, match="lacks licence"):
        ModelMetadata.from_json(json.dumps(values))


def test_what_is_untrained_is_kept_and_must_be_an_output_learnt_by_itself() -> None:
    heads = ("expression", "action_units")
    metadata = tiny_metadata(heads, untrained=("au14", "au23"))
    assert ModelMetadata.from_json(metadata.to_json()).untrained == ("au14", "au23")
    for name in ("happiness", "attr_young", "au3"):
        with pytest.raises(FaceBehaviorError, match=f"found '{name}'"):
            tiny_metadata(heads, untrained=(name,))


def test_a_file_of_the_first_format_says_nothing_of_untrained_outputs() -> None:
    values = json.loads(tiny_metadata().to_json())
    del values["untrained"]
    old = ModelMetadata.from_json(json.dumps(values | {"format_version": 1}))
    assert (old.untrained, old.format_version) == ((), 1)
    assert ModelMetadata.from_json(old.to_json()) == old
    with pytest.raises(FaceBehaviorError, match="lacks untrained"):
        ModelMetadata.from_json(json.dumps(values | {"format_version": 2}))


def test_a_match_threshold_is_kept_with_the_data_that_it_was_measured_on() -> None:
    measured = MatchThreshold(**MEASURED)
    metadata = tiny_metadata(("embedding",), verification=measured)
    assert ModelMetadata.from_json(metadata.to_json()) == metadata
    assert json.loads(metadata.to_json())["verification"]["measured_on"] == "lfw"
    with pytest.raises(FaceBehaviorError, match="'embedding', which the model lacks"):
        tiny_metadata(("expression",), verification=measured)


def test_a_file_of_the_second_format_has_its_match_threshold_in_the_calibration() -> None:
    values = json.loads(tiny_metadata(("expression", "embedding")).to_json())
    del values["verification"]
    old = {f"match_{n}": float(v) for n, v in MEASURED.items() if n != "measured_on"}
    values |= {"calibration": {"expression_temperature": 1.5, **old}, "format_version": 2}
    read = ModelMetadata.from_json(json.dumps(values))
    assert read.verification == MatchThreshold(0.4, 0.05, 0.06, 1234, None)
    assert read.calibration == {"expression_temperature": 1.5}
    assert ModelMetadata.from_json(read.to_json()) == read
    values["calibration"] = {}
    assert ModelMetadata.from_json(json.dumps(values)).verification is None


@pytest.mark.parametrize(
    "changes",
    [
        {"threshold": 1.5},
        {"threshold": float("nan")},
        {"false_match_rate": -0.1},
        {"false_non_match_rate": "low"},
        {"pairs": 0},
        {"pairs": 2.5},
        {"measured_on": 7},
    ],
)
def test_a_match_threshold_that_nobody_measured_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(FaceBehaviorError, match=next(iter(changes))):
        MatchThreshold(**(MEASURED | changes))
