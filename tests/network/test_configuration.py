import json

import pytest
from pydantic import ValidationError

from facebehavior.errors import FaceBehaviorError
from facebehavior.network import NetworkConfiguration


def test_survives_the_way_through_json() -> None:
    configuration = NetworkConfiguration(
        backbone="iresnet34", width=16, input_size=48, channels=3, heads=("affect",), dropout=0.1
    )
    values = json.loads(json.dumps(configuration.to_dict()))
    assert NetworkConfiguration.from_dict(values) == configuration


def test_heads_are_put_in_order() -> None:
    configuration = NetworkConfiguration(heads=("affect", "expression"))
    assert configuration.heads == ("expression", "affect")


def test_is_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        NetworkConfiguration().width = 16


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("backbone", "resnet"),
        ("width", 6),
        ("width", 0),
        ("input_size", 4),
        ("channels", 2),
        ("heads", ("expression", "expression")),
        ("heads", ("identity",)),
        ("dropout", 1.0),
        ("normalisation", "layer"),
        ("depth", 3),
    ],
)
def test_what_no_network_has_is_refused_by_name(key: str, value: object) -> None:
    values = {**NetworkConfiguration().to_dict(), key: value}
    with pytest.raises(ValidationError, match=key):
        NetworkConfiguration.model_validate(values)
    with pytest.raises(FaceBehaviorError, match=f"network {key}") as caught:
        NetworkConfiguration.from_dict(values)
    assert "\n" not in str(caught.value)


def test_unknown_backbone_names_the_known_ones() -> None:
    with pytest.raises(FaceBehaviorError, match=r"compact, compact_grid, small, .*'resnet'"):
        NetworkConfiguration.from_dict({"backbone": "resnet"})


def test_something_else_than_keys_is_refused() -> None:
    with pytest.raises(FaceBehaviorError, match="network configuration"):
        NetworkConfiguration.from_dict([1, 2])
