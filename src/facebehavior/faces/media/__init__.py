"""Photographs, videos and folders as streams of frames."""

from facebehavior.faces.media.frames import Frame, LostFrame
from facebehavior.faces.media.images import decode_image, read_image
from facebehavior.faces.media.opening import PIXEL_LIMIT
from facebehavior.faces.media.sources import Source, SourceList, find_sources, read_frames
from facebehavior.faces.media.videos import (
    VideoInformation,
    read_every_frame,
    read_video,
    video_information,
)

__all__ = [
    "PIXEL_LIMIT",
    "Frame",
    "LostFrame",
    "Source",
    "SourceList",
    "VideoInformation",
    "decode_image",
    "find_sources",
    "read_every_frame",
    "read_frames",
    "read_image",
    "read_video",
    "video_information",
]
