"""Rendered heads whose every label is known, written as databases."""

from facebehavior.synthesis.configuration import Configuration, read_configuration, shipped
from facebehavior.synthesis.making import Made, synthesize
from facebehavior.synthesis.photographer import Materials, Photographer
from facebehavior.synthesis.preview import write_preview
from facebehavior.synthesis.video import write_video

__all__ = [
    "Configuration",
    "Made",
    "Materials",
    "Photographer",
    "read_configuration",
    "shipped",
    "synthesize",
    "write_preview",
    "write_video",
]
