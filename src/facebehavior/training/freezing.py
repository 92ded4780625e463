"""Which parts of a network a run changes."""

from collections.abc import Collection

from torch import nn

from facebehavior.network import FaceBehaviorNet


def freeze(network: FaceBehaviorNet, trained: str, learned: Collection[str]) -> None:
    """Take the gradients away from what is not trained, in place.

    Args:
        network: of the run.
        trained: `all`, `last_block` or `heads`; see `configuration.Optimisation`.
        learned: heads that are trained; the others are left as they are.
    """
    if trained != "all":
        network.backbone.requires_grad_(False)
    if trained == "last_block":
        for part in network.backbone.last_block():
            part.requires_grad_(True)
    for name, head in network.heads.items():
        head.requires_grad_(name in learned)


def teach(network: nn.Module) -> None:
    """Put a network into training mode, but for the statistics of the parts that are frozen."""
    network.train()
    for part in network.modules():
        own = list(part.parameters(recurse=False))
        if own and not any(parameter.requires_grad for parameter in own):
            part.eval()
