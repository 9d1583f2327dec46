"""Made-up facts of a video, as a decoder would tell them."""

from typing import Any

from app.media.facts import Probe


def probe_of(width: int = 1920, height: int = 1080, **facts: Any) -> Probe:
    """A plain H.264 video of this size; what a test is about it says itself."""
    plain = {
        "kind": "video",
        "container": "mov",
        "media_type": "video/mp4",
        "codec": "h264",
        "pixel_format": "yuv420p",
        "coded_width": width,
        "coded_height": height,
        "frame_rate": 25.0,
    }
    return Probe(width=width, height=height, **{**plain, **facts})
