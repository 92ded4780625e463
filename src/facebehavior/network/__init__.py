"""Backbones, heads, the network made of them, and its way into and out of model files."""

from facebehavior.network.backbones import BACKBONES
from facebehavior.network.configuration import NetworkConfiguration
from facebehavior.network.export import export_model
from facebehavior.network.face_behavior_net import FaceBehaviorNet, Logits
from facebehavior.network.halving import halve
from facebehavior.network.loading import known_heads, load_network, load_trunk
from facebehavior.network.quantising import quantise

__all__ = [
    "BACKBONES",
    "FaceBehaviorNet",
    "Logits",
    "NetworkConfiguration",
    "export_model",
    "halve",
    "known_heads",
    "load_network",
    "load_trunk",
    "quantise",
]
