from typing import Literal

import pytest
import torch

from facebehavior.network.backbones.small import Small
from facebehavior.network.configuration import NetworkConfiguration


def small(normalisation: Literal["batch", "group"]) -> Small:
    torch.manual_seed(0)
    configuration = NetworkConfiguration(backbone="small", width=8, normalisation=normalisation)
    return Small(configuration)


@pytest.mark.parametrize("size", [32, 48, 64])
def test_any_size_gives_the_same_number_of_features(size: int) -> None:
    network = small("group")
    assert network(torch.zeros(2, 1, size, size)).shape == (2, network.feature_count)


def test_features_tell_where_something_is() -> None:
    network = small("group").eval()
    above, below = torch.zeros(1, 1, 48, 48), torch.zeros(1, 1, 48, 48)
    above[..., 8:12, 20:28] = 1.0
    below[..., 36:40, 20:28] = 1.0
    with torch.inference_mode():
        # The same bright spot elsewhere: means over the whole picture could hardly tell it.
        first, second = (
            network(face).reshape(-1, 3, 3).mean(dim=(0, 2)) for face in (above, below)
        )
    assert (first[0] - second[0]).abs() > 1e-3
    assert (first - second).abs().max() > 3 * (first.mean() - second.mean()).abs()


def test_group_normalisation_does_not_mix_faces() -> None:
    network = small("group").train()
    faces = torch.rand(4, 1, 48, 48, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(network(faces)[:2], network(faces[:2]))
