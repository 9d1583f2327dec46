"""What is in a source: read once when it arrives, kept, and never asked of the file again."""

from fractions import Fraction

from av.audio.stream import AudioStream

from app.media.decoding.frames import FrameFinder
from app.media.decoding.packets import PacketReader
from app.media.decoding.source import VideoSource
from app.media.facts import Probe, Sound
from app.media.limits import Limits
from app.media.pictures.render import frame_orientation, shown_size
from app.media.pictures.tonemap import is_hdr
from app.media.sniff import Kind


def probe_video(source: VideoSource, finder: FrameFinder, limits: Limits) -> Probe:
    """Return the facts of an open video; one frame is decoded, which proves that it can be.

    Raises DamagedSource when not one frame decodes.
    """
    frame = finder.find(Fraction(0), exact=False).frame
    context = source.stream.codec_context
    shown = shown_size(frame, source.sar)
    duration = source.duration or _scan_duration(source, limits)
    return Probe(
        kind=Kind.VIDEO.value,
        container=source.container.format.name,
        media_type=_media_type(source),
        codec=context.codec.canonical_name,
        pixel_format=frame.format.name,
        width=shown.width,
        height=shown.height,
        coded_width=frame.width,
        coded_height=frame.height,
        sar=str(source.sar),
        orientation=frame_orientation(frame).value,
        frame_rate=_rate(source.stream.average_rate or source.stream.guessed_rate),
        duration_seconds=round(float(duration), 6) if duration else None,
        start_seconds=round(float(source.start), 6),
        bit_depth=max((component.bits for component in frame.format.components), default=8),
        is_hdr=is_hdr(frame),
        is_interlaced=bool(frame.interlaced_frame),
        sound=_sound(source),
    )


def _scan_duration(source: VideoSource, limits: Limits) -> Fraction | None:
    """Read every packet's times, decoding nothing, where the header does not tell the duration."""
    end: Fraction | None = None
    for number, packet in enumerate(PacketReader(source).from_start()):
        if number >= limits.scanned_packets:
            return None
        ticks = packet.pts if packet.pts is not None else packet.dts
        if ticks is not None:
            end = max(end or Fraction(0), (ticks + (packet.duration or 0)) * source.time_base - source.origin)
        else:
            end = (source.ticks_of_frame(number + 1)) * source.time_base
    return end


def _media_type(source: VideoSource) -> str:
    return source.sniffed.media_type or "video/" + source.container.format.name.split(",")[0]


def _rate(rate: Fraction | None) -> float | None:
    return round(float(rate), 3) if rate else None


def _sound(source: VideoSource) -> Sound | None:
    for stream in source.container.streams.audio:
        if isinstance(stream, AudioStream) and stream.codec_context is not None:
            context = stream.codec_context
            return Sound(
                codec=context.codec.canonical_name, channels=context.channels, sample_rate=context.sample_rate or 0
            )
    return None
