"""From the packets of an opened video to its decoded frames, and what is done about damage."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from facebehavior.errors import BadInput

_LACKING_S = 0.5
_LACKING_SHARE = 0.01
"""A video is cut off when it ends earlier than announced by more than both of these.

Programs that write videos announce durations with that little care.
"""

_BROADCAST = frozenset({"mpeg", "mpegts"})
"""Formats made to be received with losses; they announce no duration either."""


@dataclass(frozen=True)
class LostPicture:
    """A picture that damage has taken out of a video.

    Attributes:
        stamp: when it should be shown, in the stream's units; None where the file does not tell.
    """

    stamp: int | None


class Decoding:
    """Decodes one video stream, in one pass.

    A packet that the decoder refuses, or that the file cuts off, is damage. The frames before it
    are given, and then those from the next key frame on: frames in between would be smeared by
    what is missing. In their place stand lost pictures, as many as the packets tell, which they
    do where every packet before was a frame. After the last frame an error tells of the damage.
    Packets refused before the first frame are no damage, since recordings of a broadcast begin
    anywhere. What FFmpeg bridges by itself, such as a lost stretch of a Matroska file or a
    concealed block, goes unnoticed.

    Args:
        container: the opened file; it is read from where it stands to its end.
        stream: its video stream.
        source: the file as the user named it.
    """

    def __init__(self, container: InputContainer, stream: VideoStream, source: str) -> None:
        self._container = container
        self._stream = stream
        self._source = source
        self._given = 0
        self._last_s: Fraction | float = 0.0
        self._reached_s: Fraction | float = 0.0
        self._damaged_after_s: Fraction | float | None = None
        self._waiting_for_key_frame = False
        self._packets = 0
        self._a_frame_a_packet = True
        self._lost = 0
        self._refused: list[int | None] = []

    def frames(self) -> Iterator[VideoFrame | LostPicture]:
        """Go through the frames in the order in which they are shown, and those that are lost.

        Raises:
            BadInput: after the last frame that can be decoded, if there was damage, if the file
                ends before its announced end, or if there was no frame at all.
        """
        try:
            for packet in self._container.demux():
                # PyAV closes each stream with an empty packet; AVI files have empty ones between.
                if packet.size == 0:
                    continue
                self._note_end(packet)
                if packet.stream_index == self._stream.index:
                    self._packets += 1
                    if self._waiting_for_key_frame and packet.is_keyframe:
                        yield from self._lost_pictures()
                    yield from self._noted(self._decoded(packet))
                    if self._waiting_for_key_frame and self._given > 0:
                        self._note_damage()
        except FFmpegError:
            self._note_damage()
        yield from self._noted(self._rest())
        yield from self._lost_pictures()
        self._raise_for_damage()

    def _decoded(self, packet: "Packet[Any]") -> list[VideoFrame]:
        if self._waiting_for_key_frame and not packet.is_keyframe:
            self._refused.append(packet.pts)
            return []
        self._waiting_for_key_frame = False
        if not self._is_cut_off(packet):
            with suppress(FFmpegError):
                return self._stream.decode(packet)
        rest = self._rest()
        with suppress(FFmpegError):
            self._stream.codec_context.flush_buffers()
        self._waiting_for_key_frame = True
        self._refused.append(packet.pts)
        # The decoder holds nothing back now, so that packets and frames can be compared.
        counted = self._given + len(rest) + self._lost
        self._a_frame_a_packet = counted == self._packets - 1
        return rest

    def _lost_pictures(self) -> Iterator[LostPicture]:
        """Give, at the key frame or end after damage, the packets that have given no frame."""
        refused, self._refused = self._refused, []
        if self._given == 0:
            self._packets = 1
        elif self._a_frame_a_packet:
            self._lost += len(refused)
            stamps = sorted(stamp for stamp in refused if stamp is not None)
            known = len(stamps) == len(refused)
            yield from map(LostPicture, stamps if known else [None] * len(refused))

    def _rest(self) -> list[VideoFrame]:
        """Give the frames that the decoder still holds back; it has to be flushed afterwards."""
        with suppress(FFmpegError):
            return self._stream.decode(None)
        return []

    def _noted(self, frames: list[VideoFrame]) -> Iterator[VideoFrame]:
        for frame in frames:
            self._given += 1
            if frame.pts is not None and self._stream.time_base is not None:
                self._last_s = frame.pts * self._stream.time_base
            yield frame

    def _note_end(self, packet: "Packet[Any]") -> None:
        if packet.pts is not None:
            end = (packet.pts + (packet.duration or 0)) * packet.time_base
            self._reached_s = max(self._reached_s, end)

    def _note_damage(self) -> None:
        if self._damaged_after_s is None:
            self._damaged_after_s = self._last_s

    def _is_cut_off(self, packet: "Packet[Any]") -> bool:
        return packet.is_corrupt and self._container.format.name not in _BROADCAST

    def _raise_for_damage(self) -> None:
        if self._given == 0:
            raise BadInput(
                self._source,
                "expected a video, found no frame that can be decoded; copy or convert it again",
            )
        if self._damaged_after_s is not None:
            raise BadInput(
                self._source,
                f"the video is damaged after {float(self._damaged_after_s):.2f} s; "
                f"{self._given} frames could be read, copy or convert it again for the others",
            )
        announced = _announced_end_s(self._container, self._stream)
        lacking = announced - self._reached_s
        if lacking > _LACKING_S and lacking > _LACKING_SHARE * announced:
            raise BadInput(
                self._source,
                f"the video is cut off at {float(self._reached_s):.2f} s of {announced:.2f} s; "
                f"{self._given} frames could be read, copy it again for the others",
            )


def _announced_end_s(container: InputContainer, stream: VideoStream) -> float:
    """Give when the file says that it ends, in seconds; 0 where it does not say."""
    if container.format.name in _BROADCAST:
        return 0.0
    if container.format.name == "avi" and stream.average_rate:
        # For a cut off AVI file FFmpeg shortens the duration, but not the number of frames.
        return float(stream.frames / stream.average_rate)
    if stream.duration is not None and stream.time_base is not None:
        return float((stream.duration + (stream.start_time or 0)) * stream.time_base)
    return (container.duration or 0) / 1e6
