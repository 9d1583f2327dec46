"""Decode packets of one stream, and tell damage from a shortage of memory."""

from mmap import mmap

import av.error
from av.video.frame import VideoFrame

from app.media.errors import DamagedSource
from app.media.limits import Limits
from app.media.packets import Packet
from app.media.source import VideoSource, decoder_options

# A frame with what belongs to it: 16 bits, colour at full size, motion.
_BYTES_PER_PIXEL = 8


class PacketDecoder:
    """The decoder of a source's stream. Raises DamagedSource when the stream's header is damaged."""

    def __init__(self, source: VideoSource, limits: Limits) -> None:
        self._context = source.stream.codec_context
        self._context.options = decoder_options(limits)
        # One thread: several jobs share few cores, automatic threads need several times the memory, and with several
        # a damaged frame can come out without a word (measured; with err_detect=explode it is rare, but not never).
        self._context.thread_count = 1
        # Opened before skip_frame is ever set: dav1d reads it once, when it opens, and would keep it.
        try:
            self._context.open(strict=False)
        except av.error.MemoryError as err:
            raise MemoryError from err
        except av.error.FFmpegError as err:
            raise DamagedSource("The video's codec header is damaged; not one frame can be decoded.") from err

    @property
    def codec(self) -> str:
        return self._context.name

    def forget(self) -> None:
        """Be ready for packets from another place."""
        self._context.flush_buffers()

    def decode_only_references(self, is_wanted: bool) -> None:
        """Leave out frames that no other depends on, or decode everything again."""
        self._context.skip_frame = "NONREF" if is_wanted else "DEFAULT"

    def decode(self, packet: Packet) -> list[VideoFrame] | None:
        """Decode one packet; None where it is damaged, and the next may be sound. Raises MemoryError."""
        try:
            return self._context.decode(packet)
        except av.error.MemoryError as err:
            raise MemoryError from err
        except av.error.FFmpegError:
            self._check_memory()
            return None

    def drain(self) -> list[VideoFrame]:
        """Take the frames that the decoder still holds and make it ready for more. Raises MemoryError."""
        try:
            frames = self._context.decode(None)
        except av.error.MemoryError as err:
            raise MemoryError from err
        except av.error.FFmpegError:
            frames = []
        self._context.flush_buffers()
        return frames

    def _check_memory(self) -> None:
        """Raise MemoryError where there is no room for another frame: decoders call that damage, too."""
        try:
            mmap(-1, max(1, self._pixels) * _BYTES_PER_PIXEL).close()
        except OSError as err:
            raise MemoryError from err

    @property
    def _pixels(self) -> int:
        return self._context.width * self._context.height
