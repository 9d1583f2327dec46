"""The fields of each output's form, in one table: how each is called, filled in and explained."""

from dataclasses import replace

from app.jobs.names import TITLES
from app.models import Output
from app.web.forms.fields import Field, Form, Kind

_FITS = (("fit", "Fit"), ("fill", "Fill"), ("pad", "Pad"), ("stretch", "Stretch"))
_PICTURES = (("jpg", "JPEG"), ("webp", "WebP"), ("avif", "AVIF"), ("png", "PNG"))
_ACCURACY = Field(
    name="accuracy",
    label="Which frames",
    kind=Kind.CHOICE,
    choices=(("exact", "Exact ones"), ("keyframe", "Keyframes, many times as fast"), ("auto", "Whichever serve")),
    is_advanced=True,
)
_POSITION = Field(
    name="t",
    label="Position",
    placeholder="poster",
    hint="Seconds, 01:23.5 or 10%. Empty: where the poster is.",
    default="",
    is_position=True,
    only="video",
)


def _number(name: str, label: str, *, unit: str = "", **options: object) -> Field:
    return Field(name=name, label=label, kind=Kind.NUMBER, is_half=True, unit=unit, **options)  # type: ignore[arg-type]


def _format(*choices: tuple[str, str], hint: str = "") -> Field:
    return Field(name="format", label="Format", kind=Kind.CHOICE, choices=choices or _PICTURES, hint=hint)


_THUMBNAIL = Form(
    output=Output.THUMBNAIL,
    title=TITLES[Output.THUMBNAIL],
    says="One moment as a picture, or many",
    deed="Make thumbnail",
    is_for_images=True,
    fields=(
        _POSITION,
        _number("width", "Width", unit="px"),
        _number("height", "Height", unit="px"),
        Field(
            name="fit",
            label="Fit",
            kind=Kind.PICK,
            choices=_FITS,
            default="fit",
            hint="Fit keeps all of the picture, fill crops it, pad adds bars, stretch bends it. It is never enlarged.",
        ),
        Field(name="format", label="Format", kind=Kind.CHOICE, choices=_PICTURES, default="jpg"),
        _number("count", "Number", default="", is_advanced=True, only="video", hint="Evenly spread over the video."),
        Field(
            name="formats",
            label="Formats",
            placeholder="avif, jpg",
            default="",
            is_advanced=True,
            is_half=True,
            hint="Several, with commas.",
        ),
        Field(
            name="positions",
            label="Positions",
            placeholder="0:05, 50%, 1:20",
            default="",
            is_advanced=True,
            only="video",
            hint="Several moments, with commas between.",
        ),
        replace(_ACCURACY, default="exact", only="video"),
        Field(
            name="background",
            label="Background",
            placeholder="#ffffff",
            default="",
            is_advanced=True,
            hint="Where the picture is transparent or padded.",
        ),
        Field(name="enlarge", label="May be larger than the video is", kind=Kind.SWITCH, default="", is_advanced=True),
        Field(
            name="animated",
            label="Keep it moving, as WebP",
            kind=Kind.SWITCH,
            default="",
            is_advanced=True,
            only="image",
        ),
    ),
)
_CONTACT_SHEET = Form(
    output=Output.CONTACT_SHEET,
    title=TITLES[Output.CONTACT_SHEET],
    says="The whole video on one picture",
    deed="Make contact sheet",
    fields=(
        _number("columns", "Columns"),
        _number("rows", "Rows"),
        _number("width", "Width", unit="px"),
        Field(
            name="format",
            label="Format",
            kind=Kind.CHOICE,
            is_half=True,
            choices=(("jpg", "JPEG"), ("webp", "WebP"), ("png", "PNG")),
        ),
        Field(name="header", label="Name, size and length above", kind=Kind.SWITCH),
        Field(name="timecodes", label="Time on each tile", kind=Kind.SWITCH),
        Field(name="title", label="Title", placeholder="The file's name", is_advanced=True),
        _number("margin", "Margin", unit="px", placeholder="automatic", default="", is_advanced=True),
        _number("gap", "Gap", unit="px", placeholder="automatic", default="", is_advanced=True),
        Field(name="background", label="Background", kind=Kind.COLOUR, is_half=True, is_advanced=True),
        Field(name="foreground", label="Lettering", kind=Kind.COLOUR, is_half=True, is_advanced=True),
        _ACCURACY,
    ),
)

_POSTER = Form(
    output=Output.POSTER,
    title=TITLES[Output.POSTER],
    says="Another frame to stand for the video",
    deed="Make poster",
    fields=(
        replace(_POSITION, placeholder="the best there is", hint="Seconds, 01:23.5 or 10%. Empty: pick anew."),
        _number("width", "Largest side", unit="px"),
        replace(_format(), is_half=True),
        _number("count", "Candidates", default="", is_advanced=True, hint="How many, where no position is given."),
    ),
)
_STORYBOARD = Form(
    output=Output.STORYBOARD,
    title=TITLES[Output.STORYBOARD],
    says="Small pictures for a player's time range",
    deed="Make storyboard",
    fields=(
        _number("columns", "Columns"),
        _number("rows", "Rows at most"),
        _number("width", "Width of a tile", unit="px"),
        _number(
            "interval_seconds",
            "Interval",
            unit="s",
            placeholder="automatic",
            default="",
            hint="Between two tiles.",
        ),
        Field(
            name="indexes",
            label="For",
            kind=Kind.CHOICE,
            choices=(
                ("vtt", "Players on the web"),
                ("vtt, json", "Players on the web, and programs"),
                ("vtt, json, hls", "These, and HLS players"),
                ("vtt, json, hls, bif", "These, and Roku"),
            ),
        ),
        _number("count", "Tiles in all", placeholder="automatic", default="", is_advanced=True),
        replace(_format(), is_half=True, is_advanced=True),
        _ACCURACY,
    ),
)
_PREVIEW = Form(
    output=Output.PREVIEW,
    title=TITLES[Output.PREVIEW],
    says="A short silent loop",
    deed="Make preview",
    fields=(
        Field(
            name="format",
            label="Format",
            kind=Kind.PICK,
            choices=(("webp", "WebP"), ("gif", "GIF"), ("mp4", "MP4"), ("webm", "WebM")),
        ),
        _number("segments", "Moments", placeholder="5", default=""),
        _number("seconds", "Length of each", unit="s", placeholder="1", default=""),
        _number("width", "Width", unit="px"),
        _number("height", "Height", unit="px", placeholder="automatic", default=""),
        Field(
            name="start",
            label="Beginning",
            placeholder="0:12.5 or 10%",
            default="",
            is_advanced=True,
            is_position=True,
            hint="One stretch instead: then the moments above stay empty.",
        ),
        _number("duration", "Length", unit="s", placeholder="5", default="", is_advanced=True),
        _number("fps", "Frames a second", placeholder="automatic", default="", is_advanced=True),
        _number("loop", "Repeats", placeholder="for ever", default="", is_advanced=True),
        Field(name="fit", label="Fit", kind=Kind.PICK, choices=_FITS, is_advanced=True),
    ),
)
_RENDITION = Form(
    output=Output.RENDITION,
    title=TITLES[Output.RENDITION],
    says="The video again, lighter or for other players",
    deed="Make rendition",
    fields=(
        Field(
            name="preset",
            label="Size",
            kind=Kind.PICK,
            choices=(("720p", "720p"), ("480p", "480p"), ("source", "As it is")),
            default="720p",
        ),
        Field(
            name="container",
            label="Format",
            kind=Kind.CHOICE,
            choices=(("mp4", "MP4: H.264, plays everywhere"), ("webm", "WebM: VP9, smaller"), ("ogg", "Ogg: Theora")),
        ),
        Field(name="audio", label="With sound", kind=Kind.SWITCH),
        _number("width", "Width at most", unit="px", default="", is_advanced=True),
        _number("height", "Height at most", unit="px", default="", is_advanced=True),
        _number("bitrate_kbps", "Bit rate", unit="kb/s", default="", is_advanced=True),
        _number("crf", "Quality", default="", is_advanced=True, hint="Instead of a bit rate; lower is better."),
        _number("fps", "Frames a second at most", default="", is_advanced=True),
        _number("lines", "Shorter side at most", unit="px", default="", is_advanced=True),
    ),
)
_PLAYER_KIT = Form(
    output=Output.PLAYER_KIT,
    title=TITLES[Output.PLAYER_KIT],
    says="Poster, storyboard, sheet and preview together",
    deed="Make player kit",
    fields=(
        Field(name="poster", label="Poster", kind=Kind.SWITCH, default="true"),
        Field(name="storyboard", label="Storyboard", kind=Kind.SWITCH, default="true"),
        Field(name="contact_sheet", label="Contact sheet", kind=Kind.SWITCH, default="true"),
        Field(name="preview", label="Preview", kind=Kind.SWITCH, default="true"),
        Field(name="archive", label="All of it in one archive, too", kind=Kind.SWITCH, default="true"),
    ),
)

FORMS: tuple[Form, ...] = (_THUMBNAIL, _POSTER, _STORYBOARD, _CONTACT_SHEET, _PREVIEW, _RENDITION, _PLAYER_KIT)
