"""What every backbone must do, seen through the whole network."""

import pytest
import torch
from torch import Tensor

from facebehavior.errors import FaceBehaviorError
from facebehavior.network import BACKBONES, FaceBehaviorNet, NetworkConfiguration

every_backbone = pytest.mark.parametrize("backbone", BACKBONES)
every_normalisation = pytest.mark.parametrize("normalisation", ["batch", "group"])


def tiny(backbone: str = "compact", **changes: object) -> FaceBehaviorNet:
    values = {"backbone": backbone, "width": 8, "input_size": 32, "channels": 3, **changes}
    torch.manual_seed(0)
    return FaceBehaviorNet(NetworkConfiguration.model_validate(values))


def faces(count: int = 4, channels: int = 3, size: int = 32) -> Tensor:
    generator = torch.Generator().manual_seed(1)
    return torch.randn(count, channels, size, size, generator=generator)


@every_backbone
@every_normalisation
def test_gives_logits_of_every_head(backbone: str, normalisation: str) -> None:
    network = tiny(backbone, normalisation=normalisation)
    expression, action_units, affect = network(faces())[:3]
    assert (expression.shape, action_units.shape, affect.shape) == ((4, 7), (4, 17), (4, 2))
    assert network.backbone(faces()).shape == (4, network.backbone.feature_count)


@every_backbone
@every_normalisation
def test_every_parameter_gets_a_gradient(backbone: str, normalisation: str) -> None:
    # At 64 pixels the last maps of every backbone are larger than their padding.
    network = tiny(backbone, normalisation=normalisation, input_size=64, dropout=0.0)
    logits = torch.cat(network(faces(size=64))[:3], dim=1)
    (logits * torch.randn(logits.shape)).sum().backward()  # type: ignore[no-untyped-call]
    for name, parameter in network.named_parameters():
        assert parameter.grad is not None, name
        assert torch.isfinite(parameter.grad).all(), name
        assert (parameter.grad != 0).any(), name


@every_backbone
def test_weights_carry_the_whole_behaviour(backbone: str) -> None:
    network = tiny(backbone)
    network(faces())  # moves the running statistics
    torch.manual_seed(1)
    other = FaceBehaviorNet(network.configuration)
    other.load_state_dict(network.state_dict())
    network.eval(), other.eval()
    for ours, theirs in zip(network(faces())[:3], other(faces())[:3], strict=True):
        assert torch.equal(ours, theirs)


@every_backbone
@pytest.mark.parametrize("shape", [(4, 3, 31, 32), (4, 3, 32, 16), (4, 1, 32, 32), (3, 32, 32)])
def test_wrong_input_is_refused(backbone: str, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"\(B, 3, 32, 32\), found"):
        tiny(backbone)(torch.zeros(shape))


@every_backbone
@pytest.mark.parametrize("size", [16, 33, 48])
def test_grey_crops_of_other_sizes_are_read(backbone: str, size: int) -> None:
    network = tiny(backbone, input_size=size, channels=1)
    assert network(faces(2, 1, size)).affect.shape == (2, 2)


@every_backbone
def test_one_face_is_read_as_in_a_batch(backbone: str) -> None:
    network = tiny(backbone).eval()
    together, alone = network(faces()), network(faces()[2:3])
    for ours, theirs in zip(together[:3], alone[:3], strict=True):
        torch.testing.assert_close(ours[2:3], theirs, rtol=1e-4, atol=1e-5)


@every_backbone
def test_group_normalisation_does_not_mix_faces(backbone: str) -> None:
    network = tiny(backbone, normalisation="group", dropout=0.0).train()
    changed = faces().clone()
    changed[0] = 5.0
    before, after = network(faces()), network(changed)
    for ours, theirs in zip(before[:3], after[:3], strict=True):
        torch.testing.assert_close(ours[1:], theirs[1:], rtol=1e-4, atol=1e-5)
        assert not torch.allclose(ours[0], theirs[0], atol=1e-3)


def test_missing_heads_are_none_and_have_no_weights() -> None:
    network = tiny(heads=("affect",))
    expression, action_units, affect = network(faces())[:3]
    assert expression is None
    assert action_units is None
    assert affect is not None
    heads = [name for name in network.state_dict() if name.startswith("heads.")]
    assert heads == ["heads.affect.weight", "heads.affect.bias"]


def test_heads_share_the_dropped_features() -> None:
    network = tiny(dropout=0.5)
    network.eval()
    quiet = network(faces()).affect
    network.train()
    network.backbone.eval()
    assert not torch.equal(network(faces()).affect, quiet)


def test_heads_of_the_second_case_study_and_of_ones_own() -> None:
    own = {"digit": {"kind": "exclusive", "labels": ("zero", "one", "two")}}
    heads = ("attributes", "compound", "embedding")
    network = tiny(heads=heads, own_heads=own, people=6)
    logits = network(faces())
    shapes = {name: tuple(values.shape) for name, values in logits.further.items()}
    assert shapes == {
        "attributes": (4, 40),
        "compound": (4, 15),
        "embedding": (4, 512),
        "digit": (4, 3),
        "identity": (4, 6),
    }
    assert logits.expression is None
    assert logits.of("affect") is None
    assert logits.of("digit") is logits.further["digit"]
    assert logits.of("strokes") is None


def test_identity_is_the_cosine_with_each_person() -> None:
    network = tiny(heads=("embedding",), people=3, dropout=0.0).eval()
    with torch.no_grad():
        logits = network(faces())
        network.people[1] = 5 * logits.further["embedding"][2]
        cosines = network(faces()).further["identity"]
    assert cosines.abs().max() <= 1 + 1e-6
    assert cosines[2, 1] == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ({"heads": ()}, "at least one head"),
        ({"people": 3}, "by the head embedding alone"),
        ({"own_heads": {"affect": {"kind": "binary", "labels": ("a",)}}}, "has its own labels"),
        ({"own_heads": {"toy": {"kind": "ordinal", "labels": ("a",)}}}, "binary"),
    ],
)
def test_impossible_heads_are_refused(layers: dict[str, object], message: str) -> None:
    with pytest.raises(FaceBehaviorError, match=message):
        NetworkConfiguration.from_dict(layers)
