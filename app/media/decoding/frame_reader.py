"""Read frames: what the packets of a source decode to, in the order in which it is shown."""

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from itertools import chain

from av.video.frame import VideoFrame

from app.media.decoding.packet_decoder import PacketDecoder
from app.media.decoding.packets import Packet, PacketReader
from app.media.decoding.runs import ShowingOrder
from app.media.decoding.source import VideoSource
from app.media.errors import SourceTooLarge
from app.media.limits import Limits


class FrameReader:
    """The packets of one open source and their decoder. Not thread-safe; a source has one.

    `most_packets` is how many it decodes in one go, None for as many as there are.
    """

    def __init__(
        self,
        source: VideoSource,
        limits: Limits,
        *,
        threads: int = 1,
        is_strict: bool = True,
        most_packets: int | None = None,
    ) -> None:
        self._source = source
        self._limits = limits
        self._most_packets = most_packets
        self.packets = PacketReader(source)
        self.decoder = PacketDecoder(source, limits, threads=threads, is_strict=is_strict)

    def reopen(self, *, is_strict: bool) -> None:
        """Open the source anew, with a decoder on one thread."""
        self._source.reopen()
        self.decoder = PacketDecoder(self._source, self._limits, is_strict=is_strict)

    def frames(self, packets: Iterable[Packet], note_damage: Callable[[], None] = lambda: None) -> Iterator[VideoFrame]:
        """Yield what packets decode to, then what the decoder still holds; of each damaged packet `note_damage` hears.

        Raises SourceTooLarge after too many packets.
        """
        self.decoder.forget()
        for number, packet in enumerate(packets):
            if number == self._most_packets:
                raise SourceTooLarge(f"No usable frame came within {self._most_packets} packets.")
            frames = self.decoder.decode(packet)
            if frames is None:
                note_damage()
            yield from frames or ()
        yield from self.decoder.drain() or ()

    def in_order(
        self, packets: Iterator[Packet], note_damage: Callable[[], None] = lambda: None
    ) -> Iterator[tuple[VideoFrame, bool]]:
        """Yield frames with the time when they are shown as PTS, and whether they lean on damage.

        For packets that tell no PTS. Raises SourceTooLarge as `frames` does.
        """
        entry = next(packets, None)
        if entry is None:
            return
        order = ShowingOrder(delay=self._delay(entry))

        def note() -> None:
            order.note_damage()
            note_damage()

        for frame in self.frames(order.number(chain((entry,), packets)), note):
            frame.pts = order.note(frame)
            yield frame, order.leans_on_damage

    @property
    def margin(self) -> Fraction:
        """Return for how many seconds after a seek packets tell wrong times: program streams do."""
        return Fraction(1) if self._source.container.format.name == "mpeg" else Fraction(0)

    def _delay(self, entry: Packet) -> int:
        """Return how much later than it is decoded the first frame is shown."""
        if entry.dts is None:
            return 0
        if not self._source.is_seekable:
            return -entry.dts
        return entry.pts - entry.dts if self._source.has_pts and entry.pts is not None else 0
