"""The sound of a video, carried over to its overlay."""

import logging
from typing import Self, cast

import av
from av.audio.stream import AudioStream
from av.container import OutputContainer

from facebehavior.errors import FaceBehaviorError
from facebehavior.faces.media.opening import opened_media

_log = logging.getLogger(__name__)

CODEC = "aac"
"""What every player of MP4 understands; the sound is encoded anew."""


class Sound:
    """Encodes the first sound track of a video into another, at its own times.

    Args:
        source: path of the video.
        container: of the other, before its first picture is written.
        rate: samples a second of the source; the nearest that the codec has is written.
    """

    def __init__(self, source: str, container: OutputContainer, rate: int) -> None:
        self._source = source
        self._container = container
        self._stream = cast("AudioStream", container.add_stream(CODEC, rate=_nearest(rate)))

    @classmethod
    def of(cls, source: str, container: OutputContainer) -> Self | None:
        """Give the sound of a video; None where it has none or it cannot be read."""
        try:
            with opened_media(source) as opened:
                if not opened.streams.audio:
                    return None
                rate = opened.streams.audio[0].rate
        except (av.FFmpegError, OSError, ValueError):
            return None
        return cls(source, container, rate) if rate else None

    def copy(self) -> None:
        """Encode and write the whole sound; damaged parts of it are left out, and told of.

        Raises:
            FaceBehaviorError: the sound cannot be encoded.
        """
        damaged = 0
        resampler = av.AudioResampler(format="fltp", layout="stereo", rate=self._stream.rate)
        try:
            with opened_media(self._source) as opened:
                for packet in opened.demux(audio=0):
                    try:
                        frames = packet.decode()
                    except av.FFmpegError:
                        damaged += 1
                        continue
                    for frame in frames:
                        for part in resampler.resample(frame):
                            self._container.mux(self._stream.encode(part))
            for part in resampler.resample(None):
                self._container.mux(self._stream.encode(part))
            self._container.mux(self._stream.encode(None))
        except av.FFmpegError as error:
            raise FaceBehaviorError(
                f"{self._source}: its sound cannot be carried over ({error})"
            ) from error
        if damaged:
            _log.warning("%s: %d damaged pieces of its sound are left out", self._source, damaged)


def _nearest(rate: int) -> int:
    """Give the rate of the codec that is nearest to one."""
    known = av.Codec(CODEC, "w").audio_rates or [rate]
    return min(known, key=lambda one: (abs(one - rate), one))
