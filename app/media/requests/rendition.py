"""Renditions: the whole video once more, smaller or for other players."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar

from app.media.limits import MIB, Limits
from app.media.requests.base import Request

# A film at 4K takes a second of two processors for a few frames; twelve hours are enough for a long one.
_RENEWALS = 360
# Two hours at 16 Mb/s.
_FILM_BYTES = 16 * 1024 * MIB


class Container(StrEnum):
    """Kinds of film, and with them the codecs: H.264 and AAC, VP9 and Opus, Theora and Vorbis."""

    MP4 = "mp4"
    WEBM = "webm"
    OGG = "ogg"

    @property
    def ending(self) -> str:
        return "ogv" if self is Container.OGG else self.value


# Constant quality where neither that nor a bit rate is asked.
USUAL_CRF: Mapping[Container, int] = MappingProxyType({Container.MP4: 22, Container.WEBM: 32})


@dataclass(frozen=True, slots=True, kw_only=True)
class RenditionRequest(Request):
    """One film. It is never larger than the source, and never faster.

    `lines` is the most the shorter side has (720 for 720p), `width` and `height` are the most the sides have. Of
    `bitrate_kbps` and `crf` (constant quality, lower is better) one is set.
    """

    task: ClassVar[str] = "rendition"

    container: Container = Container.MP4
    lines: int | None = None
    width: int | None = None
    height: int | None = None
    fps: float | None = None
    bitrate_kbps: int | None = None
    crf: int | None = None
    audio: bool = True

    def allowed(self, limits: Limits) -> Limits:
        """Return what it may take: as long as it goes on, many times what a picture may, and a film's room on disk."""
        return replace(
            limits,
            renewals=_RENEWALS,
            cpu_seconds=limits.cpu_seconds * (1 + _RENEWALS),
            output_bytes=max(limits.output_bytes, _FILM_BYTES),
        )
