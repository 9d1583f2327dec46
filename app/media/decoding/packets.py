"""Read packets of one video stream from the right place on. Nothing is decoded here.

A seek is a wish: containers without an index land somewhere near, with or without a keyframe, before or after the
time asked. What is promised here is kept by looking at the packets that really come.
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import chain, count
from typing import TypeAlias

import av.error
from av.packet import Packet as AnyPacket
from av.video.stream import VideoStream

from app.media.decoding.source import VideoSource

# Generic for the type checker only; the class itself cannot be subscripted.
Packet: TypeAlias = "AnyPacket[VideoStream]"

# How far a seek steps back at first when it landed after the wanted time; doubled each time.
_STEP_BACK_SECONDS = Fraction(1)
# Packets read past the wanted time in streams that carry no DTS; H.264 and HEVC reorder at most 16.
_REORDER_PACKETS = 32


class PacketReader:
    """Reads packets of the source's stream; times are ticks of its `time_base`."""

    def __init__(self, source: VideoSource) -> None:
        self._source = source

    def ticks(self, at: Fraction) -> int:
        """Return the stream's clock at `at` seconds from the origin, never before its first frame."""
        source = self._source
        return max(int((at + source.origin) // source.time_base), source.start_ticks)

    def time(self, packet: Packet) -> int | None:
        """Return when the frame of a packet is shown; where packets do not tell, when it is decoded."""
        return packet.pts if self._source.has_pts else packet.dts

    def from_keyframe(self, target: int, *, margin_seconds: Fraction = Fraction(0)) -> Iterator[Packet]:
        """Yield packets from a keyframe with PTS ≤ target − margin on, or all where there is none."""
        target -= int(margin_seconds / self._source.time_base)
        step = int(_STEP_BACK_SECONDS / self._source.time_base)
        at = target
        while self._source.is_seekable and at > self._source.start_ticks and self._seek(at):
            packets = self._packets()
            first = next(packets, None)
            if at == target and first is not None and self._is_lost_keyframe(first, at):
                at = (first.dts or 0) - 1
                continue
            keyframe = next((packet for packet in chain((first,), packets) if self._is_keyframe(packet)), None)
            if keyframe is not None and self._is_up_to(keyframe, target):
                yield keyframe
                yield from packets
                return
            if keyframe is not None and keyframe.dts is not None and keyframe.dts <= at and self._source.has_index:
                # It is decoded in time but shown too late: the one before it is meant.
                at = keyframe.dts - 1
            else:
                at, step = at - step, step * 2
        yield from self.from_start()

    def from_start(self) -> Iterator[Packet]:
        """Yield every packet of the stream."""
        start = self._source.start_ticks
        if self._source.is_seekable and self._seek(min(0, start)):
            packets = self._packets()
            first = next(packets, None)
            # Where a clock wraps or begins below zero, a seek to the start can land behind it.
            if first is not None and self._is_up_to(first, start):
                yield first
                yield from packets
                return
        self._source.rewind()
        yield from self._packets()

    def last_keyframe(self, target: int) -> "Packet | None":
        """Return the last keyframe with PTS ≤ target, or the first one where there is none."""
        last: Packet | None = None
        for packet in up_to(self.from_keyframe(target), target):
            if self._is_keyframe(packet) and (last is None or self._is_up_to(packet, target)):
                last = packet
                if self._source.has_index:
                    break
        return last

    def _is_lost_keyframe(self, packet: Packet, at: int) -> bool:
        """Tell whether the index calls a packet a keyframe that is none to look at: the one before it is meant."""
        return self._source.has_index and not packet.is_keyframe and packet.dts is not None and packet.dts <= at

    def _is_keyframe(self, packet: "Packet | None") -> bool:
        return packet is not None and packet.is_keyframe and self.time(packet) is not None

    def _is_up_to(self, packet: Packet, target: int) -> bool:
        time = self.time(packet)
        return time is not None and time <= target

    def _packets(self) -> Iterator[Packet]:
        packets = self._source.container.demux(self._source.stream)
        for number in count():
            try:
                packet = next(packets, None)
            except av.error.FFmpegError:
                # Cut off or damaged beyond this point: what was read so far is what there is.
                return
            if packet is None or (packet.size == 0 and packet.dts is None):
                return
            if packet.size == 0:
                # Theora writes nothing where nothing changes: the frame before goes on.
                continue
            if packet.dts is None and not self._source.is_seekable:
                packet.dts = self._source.ticks_of_frame(number)
            yield packet

    def _seek(self, ticks: int) -> bool:
        try:
            self._source.container.seek(ticks, stream=self._source.stream)
        except av.error.FFmpegError:
            return False
        return True


def up_to(packets: Iterable[Packet], target: int) -> Iterator[Packet]:
    """Yield packets until none that is still to come can have a PTS ≤ target."""
    beyond = 0
    for packet in packets:
        yield packet
        if packet.pts is not None and packet.pts > target:
            beyond += 1
        if (packet.dts is not None and packet.dts > target) or beyond > _REORDER_PACKETS:
            return
