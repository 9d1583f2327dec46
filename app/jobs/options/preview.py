"""Options of previews: which moments, how large, how fast, in which format."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, validates_schema

from app.jobs.options.fields import Decimal, OptionSchema, PositionField, Whole, Word, load
from app.jobs.options.wish import SourceFacts, Wish
from app.media.requests.base import Box, Fit
from app.media.requests.preview import MOST_FRAMES, MOST_SECONDS, MOST_SIDE, PreviewFormat, PreviewRequest
from app.models import Output

_WIDTH, _SEGMENTS, _SECONDS, _RANGE_SECONDS = 320, 5, 1.0, 5.0
_ANIMATION_FPS, _FILM_FPS = 10, 30
_MOST_LOOPS = 100


class PreviewSchema(OptionSchema):
    """Reads how a preview is wanted: segments spread over the video, or one range of it."""

    format = Word("format", PreviewFormat, load_default=PreviewFormat.WEBP)
    segments = Whole("segments", 1, 20)
    seconds = Decimal("seconds", 0.2, 10, unit="seconds")
    start = PositionField("start")
    duration = Decimal("duration", 0.2, MOST_SECONDS, unit="seconds")
    width = Whole("width", 16, MOST_SIDE, of=" of pixels")
    height = Whole("height", 16, MOST_SIDE, of=" of pixels")
    fit = Word("fit", Fit, load_default=Fit.FIT)
    fps = Whole("fps", 1, 30)
    loop = Whole("loop", 0, _MOST_LOOPS)

    @validates_schema
    def _is_one_way(self, data: Mapping[str, Any], **_kwargs: Any) -> None:
        is_range = data.keys() & {"start", "duration"}
        if is_range and data.keys() & {"segments", "seconds"}:
            raise ValidationError(
                "Either start and duration or segments and seconds say which moments, not both.", "start"
            )
        if "loop" in data and data.get("format", PreviewFormat.WEBP).is_film:
            raise ValidationError("loop is for gif and webp; a player repeats a video by itself.", "loop")

    @validates_schema
    def _is_bounded(self, data: Mapping[str, Any], **_kwargs: Any) -> None:
        total = _total_seconds(data)
        if total > MOST_SECONDS:
            raise ValidationError(
                f"seconds times segments is {total:g}; a preview has at most {MOST_SECONDS} s.", "seconds"
            )
        if data.get("fps", 1) * total > MOST_FRAMES:
            raise ValidationError(
                f"fps is too high for {total:g} s: a preview has at most {MOST_FRAMES} frames.", "fps"
            )


def read_options(values: Mapping[str, Any]) -> Wish:
    """Read the options of a preview. Raises InvalidOptions."""
    data = load(PreviewSchema(), values)
    options = {"format": data["format"].value, "fit": data["fit"].value, "fps": data.get("fps", _usual_fps(data))}
    if data.keys() & {"start", "duration"}:
        options |= {"start": data.get("start", "0"), "duration": data.get("duration", _RANGE_SECONDS)}
    else:
        options |= {"segments": data.get("segments", _SEGMENTS), "seconds": data.get("seconds", _SECONDS)}
    if not data["format"].is_film:
        options["loop"] = data.get("loop", 0)
    has_side = data.keys() & {"width", "height"}
    width = data.get("width") if has_side else _WIDTH
    return Wish(output=Output.PREVIEW, options=options, width=width, height=data.get("height"))


def preview_request(options: Mapping[str, Any], facts: SourceFacts, box: Box) -> PreviewRequest:
    """Return what a decoder is asked for, in a box of the size that was asked."""
    return PreviewRequest(
        format=PreviewFormat(options["format"]),
        segments=options.get("segments", 1),
        seconds=options.get("seconds") or options["duration"],
        start=options.get("start"),
        box=Box(width=box.width, height=box.height, fit=Fit(options["fit"])),
        fps=float(options["fps"]),
        loops=options.get("loop", 0),
        duration_seconds=facts.duration_seconds,
    )


def _total_seconds(data: Mapping[str, Any]) -> float:
    if data.keys() & {"start", "duration"}:
        return float(data.get("duration", _RANGE_SECONDS))
    return float(data.get("segments", _SEGMENTS) * data.get("seconds", _SECONDS))


def _usual_fps(data: Mapping[str, Any]) -> int:
    usual = _FILM_FPS if data["format"].is_film else _ANIMATION_FPS
    return min(usual, int(MOST_FRAMES / _total_seconds(data)))
