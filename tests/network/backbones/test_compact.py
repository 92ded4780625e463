import torch

from facebehavior.network import FaceBehaviorNet, NetworkConfiguration


def test_usual_size_fits_into_eleven_megabytes() -> None:
    network = FaceBehaviorNet(NetworkConfiguration())
    numbers = sum(weight.numel() for weight in network.state_dict().values())
    assert 2.7e6 < numbers < 2.85e6
    assert 4 * numbers < 11.5e6


def test_last_maps_keep_a_resolution_of_eight() -> None:
    network = FaceBehaviorNet(NetworkConfiguration(width=4))
    backbone = network.backbone
    maps = backbone.get_submodule("stages")(
        backbone.get_submodule("stem")(torch.zeros(1, 1, 64, 64))
    )
    assert maps.shape == (1, 32, 8, 8)
