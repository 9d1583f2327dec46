"""The fields of each output's form, in one table: how each is called, filled in and explained."""

from dataclasses import replace
from typing import Any

from app.jobs.names import KIT_PARTS, TITLES
from app.models import Output
from app.web.forms.fields import Choices, Field, Form, Kind

_FITS: Choices = (("fit", "Fit"), ("fill", "Fill"), ("pad", "Pad"), ("stretch", "Stretch"))
_PICTURES: Choices = (("jpg", "JPEG"), ("webp", "WebP"), ("avif", "AVIF"), ("png", "PNG"))
_AUTOMATIC = "automatic"


def _text(name: str, label: str, **more: Any) -> Field:
    return Field(name=name, label=label, **more)


def _number(name: str, label: str, unit: str = "", **more: Any) -> Field:
    return Field(name=name, label=label, kind=Kind.NUMBER, is_half=True, unit=unit, **more)


def _position(name: str, label: str, **more: Any) -> Field:
    return Field(name=name, label=label, is_position=True, **more)


def _choice(name: str, label: str, choices: Choices, **more: Any) -> Field:
    return Field(name=name, label=label, kind=Kind.CHOICE, choices=choices, **more)


def _pick(name: str, label: str, choices: Choices, **more: Any) -> Field:
    return Field(name=name, label=label, kind=Kind.PICK, choices=choices, **more)


def _switch(name: str, label: str, **more: Any) -> Field:
    return Field(name=name, label=label, kind=Kind.SWITCH, **more)


def _colour(name: str, label: str) -> Field:
    return Field(name=name, label=label, kind=Kind.COLOUR, is_half=True)


_FORMAT = _choice("format", "Format", _PICTURES, is_half=True)
_ACCURACY = _choice(
    "accuracy",
    "Which frames",
    (("exact", "Exact ones"), ("keyframe", "Keyframes, many times as fast"), ("auto", "Whichever serve")),
)

_THUMBNAIL = Form(
    output=Output.THUMBNAIL,
    title=TITLES[Output.THUMBNAIL],
    says="One moment as a picture, or many",
    deed="Make thumbnail",
    is_for_images=True,
    fields=(
        _position(
            "t",
            "Position",
            placeholder="poster",
            hint="Seconds, 1:23.5 or 10%. Empty: where the poster is.",
            only="video",
        ),
        _number("width", "Width", "px"),
        _number("height", "Height", "px"),
        _pick(
            "fit",
            "Fit",
            _FITS,
            default="fit",
            hint="Fit keeps all of the picture, fill crops it, pad adds bars, stretch bends it. It is never enlarged.",
        ),
        # The usual one is not said: beside several formats it would be one too many.
        _choice("format", "Format", (("", "JPEG"), *_PICTURES[1:])),
    ),
    more=(
        _number("count", "Number", only="video", hint="Evenly spread over the video."),
        _text("formats", "Formats", placeholder="avif, jpg", is_half=True, hint="Several, with commas."),
        _text(
            "positions",
            "Positions",
            placeholder="0:05, 50%, 1:20",
            only="video",
            hint="Several moments, with commas between.",
        ),
        replace(_ACCURACY, default="exact", only="video"),
        _text("background", "Background", placeholder="#ffffff", hint="Where the picture is transparent or padded."),
        _switch("enlarge", "May be larger than the video is"),
        _switch("animated", "Keep it moving, as WebP", only="image"),
    ),
)
_POSTER = Form(
    output=Output.POSTER,
    title=TITLES[Output.POSTER],
    says="Another frame to stand for the video",
    deed="Make poster",
    fields=(
        _position("t", "Position", placeholder="the best there is", hint="Seconds, 1:23.5 or 10%. Empty: pick anew."),
        _number("width", "Largest side", "px"),
        _FORMAT,
    ),
    more=(_number("count", "Candidates", default="", hint="How many, where no position is given."),),
)
_STORYBOARD = Form(
    output=Output.STORYBOARD,
    title=TITLES[Output.STORYBOARD],
    says="Small pictures for a player's time range",
    deed="Make storyboard",
    fields=(
        _number("columns", "Columns"),
        _number("rows", "Rows at most"),
        _number("width", "Width of a tile", "px"),
        _number("interval_seconds", "Interval", "s", placeholder=_AUTOMATIC, hint="Between two tiles."),
        _choice(
            "indexes",
            "For",
            (
                ("vtt", "Players on the web"),
                ("vtt, json", "Players on the web, and programs"),
                ("vtt, json, hls", "These, and HLS players"),
                ("vtt, json, hls, bif", "These, and Roku"),
            ),
        ),
    ),
    more=(_number("count", "Tiles in all", placeholder=_AUTOMATIC), _FORMAT, _ACCURACY),
)
_CONTACT_SHEET = Form(
    output=Output.CONTACT_SHEET,
    title=TITLES[Output.CONTACT_SHEET],
    says="The whole video on one picture",
    deed="Make contact sheet",
    fields=(
        _number("columns", "Columns"),
        _number("rows", "Rows"),
        _number("width", "Width", "px"),
        replace(_FORMAT, choices=(("jpg", "JPEG"), ("webp", "WebP"), ("png", "PNG"))),
        _switch("header", "Name, size and length above"),
        _switch("timecodes", "Time on each tile"),
    ),
    more=(
        _text("title", "Title", placeholder="The file's name"),
        _number("margin", "Margin", "px", placeholder=_AUTOMATIC, default=""),
        _number("gap", "Gap", "px", placeholder=_AUTOMATIC, default=""),
        _colour("background", "Background"),
        _colour("foreground", "Lettering"),
        _ACCURACY,
    ),
)
_PREVIEW = Form(
    output=Output.PREVIEW,
    title=TITLES[Output.PREVIEW],
    says="A short silent loop",
    deed="Make preview",
    fields=(
        _pick("format", "Format", (("webp", "WebP"), ("gif", "GIF"), ("mp4", "MP4"), ("webm", "WebM"))),
        _number("segments", "Moments", placeholder="5", default=""),
        _number("seconds", "Length of each", "s", placeholder="1", default=""),
        _number("width", "Width", "px"),
        _number("height", "Height", "px", placeholder=_AUTOMATIC),
    ),
    more=(
        _position(
            "start",
            "Beginning",
            placeholder="0:12.5 or 10%",
            hint="One stretch instead: then the moments above stay empty.",
        ),
        _number("duration", "Length", "s", placeholder="5"),
        _number("fps", "Frames a second", placeholder=_AUTOMATIC, default=""),
        _number("loop", "Repeats", placeholder="for ever", default=""),
        _pick("fit", "Fit", _FITS),
    ),
)
_RENDITION = Form(
    output=Output.RENDITION,
    title=TITLES[Output.RENDITION],
    says="The video again, lighter or for other players",
    deed="Make rendition",
    fields=(
        _pick("preset", "Size", (("720p", "720p"), ("480p", "480p"), ("source", "As it is")), default="720p"),
        _choice(
            "container",
            "Format",
            (("mp4", "MP4: H.264, plays everywhere"), ("webm", "WebM: VP9, smaller"), ("ogg", "Ogg: Theora")),
        ),
        _switch("audio", "With sound"),
    ),
    more=(
        _number("width", "Width at most", "px"),
        _number("height", "Height at most", "px"),
        _number("bitrate_kbps", "Bit rate", "kb/s"),
        _number("crf", "Quality", default="", hint="Instead of a bit rate; lower is better."),
        _number("fps", "Frames a second at most"),
        _number("lines", "Shorter side at most", "px"),
    ),
)
_PLAYER_KIT = Form(
    output=Output.PLAYER_KIT,
    title=TITLES[Output.PLAYER_KIT],
    says="Poster, storyboard, sheet and preview together",
    deed="Make player kit",
    fields=(
        *(_switch(part, TITLES[part], default="true") for part in KIT_PARTS),
        _switch("archive", "All of it in one archive, too"),
    ),
)

FORMS: tuple[Form, ...] = (_THUMBNAIL, _POSTER, _STORYBOARD, _CONTACT_SHEET, _PREVIEW, _RENDITION, _PLAYER_KIT)
