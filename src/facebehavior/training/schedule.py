"""The learning rate and the averaging of weights, both functions of the step alone."""

import math

import torch
from torch import nn


def learning_rate(step: int, steps: int, peak: float, warm_up: float) -> float:
    """Rise linearly over the first share of the steps, then fall along a half cosine to 0.

    Args:
        step: steps done, from 0.
        steps: steps in all.
        peak: the largest learning rate.
        warm_up: share of the steps in which it rises.
    """
    rising = round(warm_up * steps)
    if step < rising:
        return peak * (step + 1) / rising
    return peak * 0.5 * (1.0 + math.cos(math.pi * (step - rising) / max(1, steps - rising)))


@torch.no_grad()
def update_average(average: nn.Module, network: nn.Module, decay: float, step: int) -> None:
    """Move the averaged weights towards the network's.

    The decay grows from 0 over the first steps, so that the random start is soon forgotten; the
    statistics of batch normalisation are averaged like weights, counters are copied.

    Args:
        average: changed in place.
        network: a network with the same weights by name.
        decay: the largest decay.
        step: steps done, from 1.
    """
    decay = min(decay, step / (step + 10.0))
    ours, theirs = average.state_dict(), network.state_dict()
    floating = [name for name, value in ours.items() if value.is_floating_point()]
    torch._foreach_lerp_([ours[n] for n in floating], [theirs[n] for n in floating], 1.0 - decay)
    for name in ours.keys() - set(floating):
        ours[name].copy_(theirs[name])
