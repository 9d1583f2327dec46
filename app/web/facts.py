"""What was found in a file, in words."""

from app.media.facts import Probe, Sound, UntrustedAnswer
from app.media.text.figures import write_length, write_rate, write_size
from app.media.text.formats import codec_name, container_name
from app.models import VideoJob

_TURNS = {
    2: "mirrored",
    3: "turned by 180°",
    4: "mirrored upside down",
    5: "mirrored and turned by 90°",
    6: "turned by 90°",
    7: "mirrored and turned by 90°",
    8: "turned by 270°",
}


def video_facts(video: VideoJob) -> list[tuple[str, str]]:
    """List what was found in the file, in words."""
    facts: list[tuple[str, str]] = []
    probe = probe_of(video)
    if probe is not None:
        facts += _picture_facts(probe)
        if probe.sound is not None:
            facts.append(("Sound", _sound(probe.sound)))
    elif video.width:
        # Its file is not kept any more, and with it went what else was known.
        facts += [("Shown as", f"{video.width} × {video.height}"), ("Codec", codec_name(video.codec or ""))]
        if video.duration_seconds:
            facts.append(("Length", write_length(video.duration_seconds)))
    if video.source is not None:
        facts.append(("Size", write_size(video.source.size_bytes)))
    return facts


def _picture_facts(probe: Probe) -> list[tuple[str, str]]:
    codec = codec_name(probe.codec)
    facts = [("Shown as", f"{probe.width} × {probe.height}")]
    if (probe.coded_width, probe.coded_height) != (probe.width, probe.height):
        facts.append(("Stored as", f"{probe.coded_width} × {probe.coded_height}{_pixel_shape(probe)}"))
    if probe.duration_seconds:
        facts.append(("Length", f"{write_length(probe.duration_seconds)} ({probe.duration_seconds:.3f} s)"))
    if rate := write_rate(probe.frame_rate or 0):
        facts.append(("Frame rate", rate))
    facts.append(("Codec", codec if probe.kind == "image" else f"{codec} in {container_name(probe.media_type)}"))
    if probe.orientation in _TURNS:
        facts.append(("Orientation", _TURNS[probe.orientation]))
    if probe.is_interlaced:
        facts.append(("Scan", "interlaced"))
    facts.append(("Colour", f"{'HDR' if probe.is_hdr else 'SDR'}, {probe.bit_depth} bits, {probe.pixel_format}"))
    return facts


def _pixel_shape(probe: Probe) -> str:
    return "" if probe.sar == "1" else f", pixels {probe.sar.replace('/', ':')}"


def _sound(sound: Sound) -> str:
    words = [codec_name(sound.codec)]
    if sound.channels:
        words.append({1: "mono", 2: "stereo"}.get(sound.channels, f"{sound.channels} channels"))
    if sound.sample_rate:
        words.append(f"{sound.sample_rate / 1000:g} kHz")
    return ", ".join(words)


def probe_of(video: VideoJob) -> Probe | None:
    """Return what was found in a video's file, as far as this version can read it."""
    if video.source is None or video.source.probe is None:
        return None
    try:
        return Probe.from_json(video.source.probe)
    except UntrustedAnswer:
        return None  # written by another version of this program; the page shows what the row knows
