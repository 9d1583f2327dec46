"""Decode packets of one stream, and tell damage from a shortage of memory."""

from itertools import chain, repeat
from mmap import mmap
from typing import cast

import av.error
from av.codec.context import CodecContext
from av.packet import Packet as AnyPacket
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from app.media.decoding.packets import Packet
from app.media.decoding.source import VideoSource, decoder_options
from app.media.errors import DamagedSource
from app.media.limits import Limits

# A frame with what belongs to it: 16 bits, colour at full size, motion.
_BYTES_PER_PIXEL = 8


# Codecs that two threads decode faster; more than two gain nothing that could be measured. Above this size each
# thread's frames take more memory than it saves time.
_THREADED = frozenset(("h264", "hevc", "vp9", "libdav1d"))
_MAX_THREADS = 2
_THREADED_PIXELS = 4096 * 2304
# An H.264 frame tells of its damage when it comes out. With several threads it may come out while another one is still
# at it, and then nobody is told; so each is held back by more frames than are being worked on. Those that others lean
# on are shown at most this much later than decoded, in streams that reorder as deeply as any encoder does.
_H264_DEPTH = 4
# An H.264 filler, with a start code and with a length before it alike: there is nothing to decode.
_H264_NOTHING = cast(Packet, AnyPacket(b"\0\0\0\1\x0c"))


class PacketDecoder:
    """The decoder of a source's stream, on one thread unless more are allowed and of use.

    With several threads damage is told late, at another packet than the damaged one, but no later than by `drain`.
    A strict one refuses what it finds damaged, where it would say nothing of it otherwise.
    Raises DamagedSource when the stream's header is damaged.
    """

    def __init__(self, source: VideoSource, limits: Limits, *, threads: int = 1, is_strict: bool = True) -> None:
        self._is_transparent = source.transparent_decoder is not None
        self._context = _open_transparent(source) or source.stream.codec_context
        is_fit = self._context.name in _THREADED and self._pixels <= _THREADED_PIXELS
        self.threads = min(threads, _MAX_THREADS) if is_fit else 1
        # HEVC never marks a frame as damaged, and several threads keep what they met to themselves.
        self.is_strict = is_strict and (self.threads > 1 or self._context.name == "hevc")
        options = decoder_options(limits)
        if self.is_strict:
            options["err_detect"] = "explode"
        if self._holds_back:
            options["has_b_frames"] = str(_H264_DEPTH + self.threads)
        self._context.options = options
        self._context.thread_count = self.threads
        self._context.thread_type = "FRAME"
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

    def decode(self, packet: "Packet | None") -> list[VideoFrame] | None:
        """Decode one packet; None where it is damaged, and the next may be sound. No packet: what is left.

        Raises MemoryError.
        """
        try:
            frames = self._context.decode(packet)
        except av.error.MemoryError as err:
            raise MemoryError from err
        except av.error.FFmpegError:
            self._check_memory()
            return None
        if self._is_transparent:
            # These decoders give one frame for a packet, at once, and do not say which are keyframes.
            for frame in frames:
                frame.key_frame = packet is not None and packet.is_keyframe  # type: ignore[misc]
        return frames

    @property
    def _holds_back(self) -> bool:
        return self.threads > 1 and self._context.name == "h264"

    def drain(self) -> list[VideoFrame] | None:
        """Take the frames that the decoder still holds and make it ready for more; None where one is damaged.

        Raises MemoryError.
        """
        self.decode_only_references(self._holds_back)
        # Each of several threads gets nothing to do, which it begins only when it is done with what it has.
        last = [*repeat(_H264_NOTHING, self.threads if self._holds_back else 0), None]
        outcomes = [self.decode(packet) for packet in last]
        self.decode_only_references(False)
        self._context.flush_buffers()
        frames = [outcome for outcome in outcomes if outcome is not None]
        return list(chain.from_iterable(frames)) if len(frames) == len(outcomes) else None

    def _check_memory(self) -> None:
        """Raise MemoryError where there is no room for another frame: decoders call that damage, too."""
        try:
            mmap(-1, max(1, self._pixels) * _BYTES_PER_PIXEL).close()
        except OSError as err:
            raise MemoryError from err

    @property
    def _pixels(self) -> int:
        return self._context.width * self._context.height


def _open_transparent(source: VideoSource) -> VideoCodecContext | None:
    """Return a decoder of its own for a stream whose usual one would lose the transparency."""
    if source.transparent_decoder is None:
        return None
    context = cast(VideoCodecContext, CodecContext.create(source.transparent_decoder, "r"))
    # Only to know how large frames are before there is one.
    context.width, context.height = source.stream.codec_context.width, source.stream.codec_context.height
    return context
