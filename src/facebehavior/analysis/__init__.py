"""Photographs and videos in, records out: the analyser, its overlays, its check-up."""

from facebehavior.analysis.analyzed import AnalyzedFrame
from facebehavior.analysis.analyzer import Analyzer, Result
from facebehavior.analysis.matching import Comparison, Match, Matcher
from facebehavior.analysis.overlay import overlay
from facebehavior.analysis.overlay_files import open_overlay
from facebehavior.analysis.people import Gallery
from facebehavior.analysis.recording import Recorder

__all__ = [
    "AnalyzedFrame",
    "Analyzer",
    "Comparison",
    "Gallery",
    "Match",
    "Matcher",
    "Recorder",
    "Result",
    "open_overlay",
    "overlay",
]
