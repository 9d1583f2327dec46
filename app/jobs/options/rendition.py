"""Options of renditions: a preset, or how large, how fast and how good."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from marshmallow import ValidationError, validates_schema

from app.jobs.options.fields import Decimal, OptionSchema, Side, Switch, Whole, Word, load
from app.jobs.options.wish import SourceFacts, Wish
from app.media.pictures.geometry import MAX_SIDE
from app.media.requests.base import Box
from app.media.requests.rendition import USUAL_CRF, Container, RenditionRequest
from app.models import Output

# Where H.264 ends; VP9 counts to 63.
_MOST_CRF = 51
_USUAL_OGG_KBPS = 2000


class RenditionPreset(StrEnum):
    """Names for what is wanted most."""

    P720 = "720p"
    P480 = "480p"
    SOURCE = "source"


_PRESETS: Mapping[RenditionPreset, Mapping[str, Any]] = MappingProxyType(
    {
        RenditionPreset.P720: {"lines": 720, "bitrate_kbps": 2000, "fps": 30.0},
        RenditionPreset.P480: {"lines": 480, "bitrate_kbps": 1000, "fps": 30.0},
        RenditionPreset.SOURCE: {},
    }
)


class RenditionSchema(OptionSchema):
    """Reads how a rendition is wanted; what is said beside a preset counts more than the preset."""

    preset = Word("preset", RenditionPreset)
    container = Word("container", Container, load_default=Container.MP4)
    lines = Whole("lines", 16, MAX_SIDE)
    width = Side("width")
    height = Side("height")
    fps = Decimal("fps", 1, 120, unit="frames a second")
    bitrate_kbps = Whole("bitrate_kbps", 50, 50_000)
    crf = Whole("crf", 0, 63)
    audio = Switch("audio", load_default=True)

    @validates_schema
    def _is_one_way(self, data: Mapping[str, Any], **_kwargs: Any) -> None:
        container = data.get("container", Container.MP4)
        if "crf" in data and "bitrate_kbps" in data:
            raise ValidationError("Either crf or bitrate_kbps says how good it is, not both.", "crf")
        if "crf" in data and container is Container.OGG:
            raise ValidationError("crf is not for ogg; bitrate_kbps says how good it is there.", "crf")
        if data.get("crf", 0) > _MOST_CRF and container is Container.MP4:
            raise ValidationError(f"crf must be a whole number from 0 to {_MOST_CRF} for mp4.", "crf")
        if "lines" in data and data.keys() & {"width", "height"}:
            raise ValidationError("Either lines or width and height say how large, not both.", "lines")


def read_options(values: Mapping[str, Any]) -> Wish:
    """Read the options of a rendition. Raises InvalidOptions."""
    said = load(RenditionSchema(), values)
    preset = said.get("preset")
    container = said["container"]
    options = {"container": container.value, "audio": said["audio"], **_looks(said, preset, container)}
    return Wish(
        output=Output.RENDITION,
        options=options,
        width=said.get("width"),
        height=said.get("height"),
        preset=None if preset is None else preset.value,
    )


def rendition_request(options: Mapping[str, Any], facts: SourceFacts, box: Box) -> RenditionRequest:
    """Return what a decoder is asked for; `box` is the most that the sides may have."""
    return RenditionRequest(
        container=Container(options["container"]),
        lines=options.get("lines"),
        width=box.width,
        height=box.height,
        fps=options.get("fps"),
        bitrate_kbps=options.get("bitrate_kbps"),
        crf=options.get("crf"),
        audio=options["audio"],
        duration_seconds=facts.duration_seconds,
    )


def _looks(said: Mapping[str, Any], preset: RenditionPreset | None, container: Container) -> dict[str, Any]:
    """Return size, speed and quality: what was said, then the preset's, then what is usual for the container."""
    looks = {name: said[name] for name in ("lines", "fps", "bitrate_kbps", "crf") if name in said}
    unsaid = dict(_PRESETS[preset]) if preset is not None else {}
    if said.keys() & {"width", "height"}:
        unsaid.pop("lines", None)
    if looks.keys() & {"bitrate_kbps", "crf"}:
        unsaid.pop("bitrate_kbps", None)
    looks = unsaid | looks
    if not looks.keys() & {"bitrate_kbps", "crf"}:
        usual = {"bitrate_kbps": _USUAL_OGG_KBPS} if container is Container.OGG else {"crf": USUAL_CRF[container]}
        looks |= usual
    return looks
