from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from facebehavior.errors import FaceBehaviorError
from facebehavior.network import NetworkConfiguration
from facebehavior.network.backbones.mobilenet_v2 import MobileNetV2


def backbone(channels: int = 3, seed: int = 0) -> MobileNetV2:
    torch.manual_seed(seed)
    return MobileNetV2(
        NetworkConfiguration(
            backbone="mobilenet_v2",
            width=32,
            input_size=32,
            channels=channels,  # type: ignore[arg-type]
        )
    )


@pytest.fixture(scope="module")
def imagenet() -> dict[str, Tensor]:
    """Random weights with the names and shapes of an ImageNet file."""
    weights = backbone(seed=5).state_dict()
    classifier = {
        "classifier.1.weight": torch.zeros(10, 1280),
        "classifier.1.bias": torch.zeros(10),
    }
    return {**weights, **classifier}


def test_names_and_shapes_are_torchvisions() -> None:
    weights = backbone().state_dict()
    assert len(weights) == 314 - 2  # all but the classifier's
    shapes = {name: tuple(weight.shape) for name, weight in weights.items()}
    assert shapes["features.0.0.weight"] == (32, 3, 3, 3)
    assert shapes["features.0.1.running_mean"] == (32,)
    assert shapes["features.1.conv.0.0.weight"] == (32, 1, 3, 3)
    assert shapes["features.1.conv.1.weight"] == (16, 32, 1, 1)
    assert shapes["features.2.conv.0.0.weight"] == (96, 16, 1, 1)
    assert shapes["features.2.conv.1.0.weight"] == (96, 1, 3, 3)
    assert shapes["features.2.conv.2.weight"] == (24, 96, 1, 1)
    assert shapes["features.2.conv.3.num_batches_tracked"] == ()
    assert shapes["features.17.conv.2.weight"] == (320, 960, 1, 1)
    assert shapes["features.18.0.weight"] == (1280, 320, 1, 1)
    assert shapes["features.18.1.bias"] == (1280,)
    parameters = sum(parameter.numel() for parameter in backbone().parameters())
    assert parameters == 3_504_872 - 1_281_000  # torchvision's, without the classifier


@pytest.mark.parametrize("ending", [".pth", ".safetensors"])
def test_weights_of_a_file_are_taken_over(
    imagenet: dict[str, Tensor], tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"weights{ending}"
    torch.save(imagenet, path) if ending == ".pth" else save_file(imagenet, path)
    loaded = backbone()
    loaded.load_imagenet_weights(path)
    for name, weight in loaded.state_dict().items():
        assert torch.equal(weight, imagenet[name]), name


def test_grey_network_answers_as_the_colour_one_to_a_grey_picture(
    imagenet: dict[str, Tensor], tmp_path: Path
) -> None:
    path = tmp_path / "weights.safetensors"
    save_file(imagenet, path)
    colour, grey = backbone(3).eval(), backbone(1).eval()
    colour.load_imagenet_weights(path)
    grey.load_imagenet_weights(path)
    face = torch.randn(1, 1, 32, 32, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(grey(face), colour(face.expand(1, 3, 32, 32)), rtol=1e-4, atol=1e-5)


def test_weights_of_another_network_are_refused_by_name(
    imagenet: dict[str, Tensor], tmp_path: Path
) -> None:
    path = tmp_path / "weights.pth"
    lacking = {name: w for name, w in imagenet.items() if name != "features.3.conv.3.weight"}
    torch.save(lacking, path)
    with pytest.raises(FaceBehaviorError, match=r"lacks features\.3\.conv\.3\.weight"):
        backbone().load_imagenet_weights(path)
    torch.save({**imagenet, "layer1.0.conv1.weight": torch.zeros(1)}, path)
    with pytest.raises(FaceBehaviorError, match="has the unknown layer1"):
        backbone().load_imagenet_weights(path)
    torch.save({**imagenet, "features.18.1.bias": torch.zeros(3)}, path)
    with pytest.raises(FaceBehaviorError, match=r"shape \(1280,\), found \(3,\)"):
        backbone().load_imagenet_weights(path)


def test_widths_are_rounded_to_eights_and_never_much_down() -> None:
    narrow = MobileNetV2(NetworkConfiguration(backbone="mobilenet_v2", width=24, channels=3))
    sizes = {weight.shape[0] for weight in narrow.state_dict().values() if weight.ndim == 4}
    assert all(size % 8 == 0 for size in sizes)
    assert narrow.feature_count == 1280
