"""An opened video: which demuxer, which stream, where its time begins. Nothing is decoded here."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from fractions import Fraction
from itertools import islice
from typing import BinaryIO, Protocol, cast

import av
import av.error
from av.container import InputContainer
from av.stream import Discard, Disposition
from av.video.stream import VideoStream

from app.media.errors import DamagedSource, NoVideoStream, SourceTooLarge, UnsupportedSource
from app.media.limits import Limits
from app.media.parts import PartFile
from app.media.sniff import Kind, Sniffed, sniff

# Demuxers that read one self-contained file. No hls, dash, concat, image2, sdp, rtp, lavfi, devices.
DEMUXERS = frozenset(
    "mov matroska avi flv live_flv asf ogg mpeg mpegts mpegvideo m4v h263 h264 hevc vvc obu ivf "
    "mxf gxf nut rm dv wtv yuv4mpegpipe amv mjpeg mpjpeg".split()
)

# Decoders we accept for pictures. What is absent is obscure, and obscure decoders are where the holes are.
VIDEO_DECODERS = frozenset(
    "h264 hevc vvc vp8 vp9 libvpx libvpx-vp9 libdav1d av1 mpeg1video mpeg2video mpeg4 msmpeg4v1 msmpeg4v2 msmpeg4 "
    "msmpeg4v3 h261 h263 h263p h263i flv wmv1 wmv2 wmv3 vc1 theora mjpeg mjpegb prores dnxhd cfhd ffv1 ffvhuff "
    "huffyuv utvideo "
    "rawvideo dvvideo vp6 vp6f vp6a svq1 svq3 cinepak rv10 rv20 rv30 rv40 qtrle rpza msvideo1 png gif jpeg2000 amv "
    "v210 v408 v410 r210 dirac".split()
)

# Decoders we accept for sound: what cameras, telephones, screens and broadcasters record.
SOUND_DECODERS = frozenset(
    "aac aac_latm ac3 eac3 dca mp1float mp1 mp2 mp2float mp3 mp3float opus libopus vorbis flac alac wmav1 wmav2 "
    "wmavoice wmapro amrnb amrwb speex nellymoser adpcm_ms adpcm_ima_wav adpcm_ima_qt adpcm_swf adpcm_yamaha "
    "pcm_u8 pcm_s8 pcm_s16le pcm_s16be pcm_s24le pcm_s24be pcm_s32le pcm_s32be pcm_f32le pcm_f32be pcm_f64le "
    "pcm_f64be pcm_alaw pcm_mulaw pcm_bluray pcm_dvd qdm2 cook".split()
)

_OPTIONS = {
    "protocol_whitelist": "fd",
    "format_whitelist": ",".join(sorted(DEMUXERS)),
    "codec_whitelist": ",".join(sorted(VIDEO_DECODERS | SOUND_DECODERS)),
}

_ISO_BMFF = frozenset(("video/mp4", "video/quicktime", "video/3gpp", "audio/mp4"))
# Enough packets to see every frame that is shown before the second keyframe's neighbours.
_LEADING_PACKETS = 17
# WebM keeps transparency beside the picture, and FFmpeg's own decoders of these codecs pass over it.
_TRANSPARENT_DECODERS = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
# Elementary streams: frames one after another, with no container to say when.
_BARE_STREAMS = frozenset(("h264", "hevc", "vvc", "m4v", "h263", "mpegvideo", "obu", "mjpeg"))
_INDEXED = frozenset(("mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", "avi"))
# What their headers call the duration is the time of the end, not the length, when the first frame is late.
_TELLING_END = frozenset(("matroska,webm", "avi", "asf"))


class VideoSource:
    """One open video file with its chosen stream. Times are Fractions of seconds, positions count from `origin`."""

    def __init__(self, file: BinaryIO | PartFile, sniffed: Sniffed, limits: Limits) -> None:
        self._file = file
        self._limits = limits
        self._opened, self._reopened = ExitStack(), ExitStack()
        self.sniffed = sniffed
        self.container, self.stream = self._open(self._opened)
        self._first_time = self._find_first_time() if self._lacks_start else None

    def rewind(self) -> None:
        """Begin again at the first packet by opening the file anew.

        The first container stays open with the new one, because its stream owns the decoder.
        """
        self._reopened.close()
        self.container, self.stream = self._open(self._reopened)

    def reopen(self) -> None:
        """Open the file anew, for a decoder that is set up otherwise; the one there was is gone with its stream."""
        self.close()
        self.container, self.stream = self._open(self._opened)

    def close(self) -> None:
        self._reopened.close()
        self._opened.close()

    def _open(self, opened: ExitStack) -> tuple[InputContainer, VideoStream]:
        container = _open_container(self._file, self.sniffed, decoder_options(self._limits))
        opened.callback(container.close)
        if all(stream.type == "data" for stream in container.streams):
            # The index breaks off before it says what the streams are.
            raise _cannot_open(self.sniffed)
        chosen = _choose_stream(container, self._limits)
        if chosen.codec_context.width == 0:
            # A decoder that refuses a frame for its size forgets what the header said of it.
            with _open_container(self._file, self.sniffed, {"codec_whitelist": "none"}) as undecoded:
                _choose_stream(undecoded, self._limits)
        for other in container.streams:
            if other is not chosen:
                other.discard = Discard.all
        return container, chosen

    @property
    def _lacks_start(self) -> bool:
        """Tell whether the first frame's time is not known; what an AVI's header says of it is always zero."""
        is_unknown = self.stream.start_time is None or self.container.format.name == "avi"
        return is_unknown and self.is_seekable

    def _find_first_time(self) -> int:
        packets = islice(self.container.demux(self.stream), _LEADING_PACKETS)
        times = [packet.pts if self.has_pts else packet.dts for packet in packets]
        return min((time for time in times if time is not None), default=0)

    @property
    def time_base(self) -> Fraction:
        return self.stream.time_base or Fraction(1, 1000)

    @property
    def sar(self) -> Fraction:
        """Return the shape of a pixel: the container's word first, then the codec's (known once it has decoded)."""
        sar = self.stream.sample_aspect_ratio or self.stream.codec_context.sample_aspect_ratio
        return sar if sar and Fraction(1, 64) <= sar <= 64 else Fraction(1)

    @property
    def start_ticks(self) -> int:
        """Return the stream's clock at its first frame."""
        return self._first_time if self._first_time is not None else self.stream.start_time or 0

    @property
    def start(self) -> Fraction:
        """Return the time of the stream's first frame, as the file counts."""
        return self.start_ticks * self.time_base

    @property
    def origin(self) -> Fraction:
        """Return what the file calls the time that a player shows as 0:00.

        The earliest stream starts the clock. Sound that starts below zero (encoder priming) does not pull the
        picture with it, a picture that starts below zero does: Chromium's demuxer counts the same way. An AVI shows
        its first frame at once, whatever its times say.
        """
        if self.start < 0 or self.container.format.name == "avi" or self.container.start_time is None:
            return self.start
        return max(Fraction(0), Fraction(self.container.start_time, av.time_base))

    @property
    def transparent_decoder(self) -> str | None:
        """Return the decoder that gives frames with their transparency where the stream's own one loses it."""
        # The header's own field is told in small letters, a tag as it was written.
        is_transparent = ("alpha_mode", "1") in ((key.lower(), told) for key, told in self.stream.metadata.items())
        return _TRANSPARENT_DECODERS.get(self.stream.codec_context.name) if is_transparent else None

    @property
    def has_pts(self) -> bool:
        """Tell whether packets say when their frame is shown; AVI, ASF and bare streams only say when it is decoded.

        For MPEG-4 and MPEG-2 in AVI and ASF the parser infers the PTS rightly, for H.264 and HEVC it does not.
        """
        if self.container.format.name in ("avi", "asf"):
            return self.stream.codec_context.name not in ("h264", "hevc")
        return self.container.format.name not in _BARE_STREAMS

    @property
    def is_seekable(self) -> bool:
        return self.container.format.name not in _BARE_STREAMS

    @property
    def has_index(self) -> bool:
        """Tell whether a seek finds the last keyframe before a time; without an index it lands somewhere before it."""
        return self.container.format.name in _INDEXED

    def ticks_of_frame(self, number: int) -> int:
        """Return when frame `number` of a bare stream is shown, by its frame rate."""
        rate = self.stream.guessed_rate or Fraction(25)
        return int(number / rate / self.time_base)

    @property
    def duration(self) -> Fraction | None:
        """Return seconds from `origin` to the end as the header tells it, or None."""
        if self.container.duration is None or self.container.duration <= 0:
            return None
        seconds = Fraction(self.container.duration, av.time_base)
        if self.container.format.name in _TELLING_END:
            seconds -= self.origin
        return seconds if seconds > 0 else None


@contextmanager
def open_beside(file: BinaryIO, limits: Limits, *, sniffed: Sniffed) -> Iterator[VideoSource]:
    """Open a file that another thread reads already, as `open_video` does, without disturbing that one."""
    # By offsets: inside the jail no name leads to it, and a descriptor has only one place where it stands.
    source = VideoSource(PartFile(file.fileno()), sniffed, limits)
    try:
        yield source
    finally:
        source.close()


class OpenSource(Protocol):
    """A way to open the best video stream of a file: `open_video` or `open_beside`."""

    def __call__(self, file: BinaryIO, limits: Limits, *, sniffed: Sniffed) -> AbstractContextManager[VideoSource]: ...


@contextmanager
def open_video(file: BinaryIO, limits: Limits, *, sniffed: Sniffed | None = None) -> Iterator[VideoSource]:
    """Open the best video stream of a file that is already open for reading.

    Raises UnsupportedSource, NoVideoStream, DamagedSource or SourceTooLarge.
    """
    source = VideoSource(file, sniffed or sniff(file), limits)
    try:
        yield source
    finally:
        source.close()


def decoder_options(limits: Limits) -> dict[str, str]:
    """Return what a decoder is told so that it makes no frame of many more pixels, whatever the header says.

    Decoders round sizes up and add edges, so they may have some more than what `limits` allows.
    """
    return {"max_pixels": str(limits.pixels * 5 // 4 + 131_072)}


def _open_container(file: BinaryIO | PartFile, sniffed: Sniffed, more_options: dict[str, str]) -> InputContainer:
    # By descriptor, never by name: a name can mean an address, a pattern or an option, and inside the jail
    # there is no name that could be opened.
    options = {**_OPTIONS, **more_options}
    name: str | PartFile = file if isinstance(file, PartFile) else "fd:"
    if not isinstance(file, PartFile):
        options["fd"] = str(file.fileno())
    file.seek(0)
    if sniffed.media_type in _ISO_BMFF:
        # The header tells everything but the pixel format; without this one frame is decoded just to look at it
        # (4K: 230 ms against 4 ms). Matroska needs that frame to get its timestamps right.
        options["skip_frame"] = "all"
    try:
        return av.open(cast(str, name), options=options, metadata_errors="replace")
    except av.error.MemoryError as err:
        raise MemoryError from err
    except av.error.FFmpegError as err:
        raise _cannot_open(sniffed) from err


def _cannot_open(sniffed: Sniffed) -> UnsupportedSource | DamagedSource:
    if sniffed.kind is Kind.VIDEO:
        return DamagedSource(
            "The file starts like a video, but its index is missing or broken. "
            "It was probably cut off on the way: copy it again from the original."
        )
    return UnsupportedSource(
        "This is not a video that can be opened here. MP4, MOV, WebM, MKV, AVI, MPEG, OGV, WMV and FLV can."
    )


def _choose_stream(container: InputContainer, limits: Limits) -> VideoStream:
    if len(container.streams) > limits.streams:
        raise SourceTooLarge(f"The file has {len(container.streams)} streams; at most {limits.streams} are looked at.")
    pictures = [stream for stream in container.streams.video if not _is_cover(stream)]
    known = [stream for stream in pictures if _decoder_name(stream) in VIDEO_DECODERS]
    if not pictures:
        raise NoVideoStream(_no_picture(container))
    if not known:
        raise UnsupportedSource(f"The video is coded as {_codec_label(pictures[0])}, which is not decoded here.")
    chosen = max(known, key=_preference)
    size = chosen.codec_context.width * chosen.codec_context.height
    if size > limits.pixels:
        raise SourceTooLarge(
            f"A frame is {chosen.codec_context.width} × {chosen.codec_context.height}, "
            f"more than the {limits.pixels / 1e6:.0f} megapixels that are decoded."
        )
    return chosen


def _no_picture(container: InputContainer) -> str:
    if container.streams.video:
        return "This is sound with a cover picture, and that is no video to take a thumbnail from."
    return "There is no video in this file, only sound or data."


def _preference(stream: VideoStream) -> tuple[bool, int, int]:
    """Rank as ffmpeg's av_find_best_stream does: marked default, then pixels, then the first one."""
    context = stream.codec_context
    return bool(stream.disposition & Disposition.default), context.width * context.height, -stream.index


def _is_cover(stream: VideoStream) -> bool:
    return bool(stream.disposition & (Disposition.attached_pic | Disposition.timed_thumbnails))


def _decoder_name(stream: VideoStream) -> str:
    context = stream.codec_context
    return context.codec.name if context is not None else ""


def _codec_label(stream: VideoStream) -> str:
    return _decoder_name(stream) or "an unknown codec"
