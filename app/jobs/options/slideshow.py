"""Options of slideshows: which pictures and posts, how long each, and how large."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from app.errors import InvalidRequest
from app.jobs.options.fields import Decimal, InvalidOptions, OptionSchema, Whole, Word
from app.jobs.options.json_text import read_json
from app.jobs.options.posts import MOST_UPLOADS, PostSchema, Reference, shown_time
from app.media.requests.base import Fit
from app.media.requests.slide import Ground, Post, SlideRequest, Theme
from app.media.slideshow.composer import Composition, Container, Transition

MOST_SLIDES = 100
MAX_TIMELINE_BYTES = 2 * 1024 * 1024
# Of all posts together: what a hundred cards can show several times over.
MOST_CHARACTERS = 200_000
_LEAST_SIDE, _MOST_SIDE = 64, 1920
_FITS = (Fit.PAD, Fit.FILL)
_NO_LIST = f"slides must be a list of 1 to {MOST_SLIDES} slides."
_ONE_OF = "A slide is one of image (a picture's number in the library), upload (a file that came along) or post."


class EvenSide(Whole):
    """A side in pixels that video can have: colours are stored for two pixels at a time."""

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__(name, _LEAST_SIDE, _MOST_SIDE, of=" of pixels", **options)
        self._name = name

    def _validated(self, value: Any) -> int:
        side = super()._validated(value)
        if side % 2:
            raise ValidationError(f"{self._name} must be even, not {side}: video has no odd sides.")
        return side


class SlideSchema(OptionSchema):
    """One slide: a picture, or a post."""

    error_messages = {"type": _ONE_OF}  # noqa: RUF012  (marshmallow's form)

    image = Whole("image", 1, 999_999_999)
    upload = Whole("upload", 0, MOST_UPLOADS - 1)
    post = fields.Nested(PostSchema, error_messages={"null": "post must be an object."})

    @validates_schema
    def _is_one_thing(self, data: Mapping[str, Any], **_kwargs: Any) -> None:
        if len(data) != 1:
            raise ValidationError(_ONE_OF)


class SlideshowSchema(OptionSchema):
    """A whole slideshow."""

    slides = fields.List(
        fields.Nested(SlideSchema, error_messages={"null": _ONE_OF}),
        required=True,
        error_messages={"invalid": _NO_LIST, "null": _NO_LIST, "required": f"slides is missing: {_NO_LIST}"},
    )
    seconds = Decimal("seconds", 0.5, 30, load_default=3.0)
    width = EvenSide("width", load_default=1280)
    height = EvenSide("height", load_default=720)
    format = Word("format", Container, load_default=Container.MP4)
    theme = Word("theme", Theme, load_default=Theme.LIGHT)
    transition = Word("transition", Transition, load_default=Transition.FADE)
    fit = Word("fit", Fit, load_default=Fit.PAD)
    background = Word("background", Ground, load_default=Ground.BLUR)

    @validates_schema
    def _has_a_fit_for_slides(self, data: Mapping[str, Any], **_kwargs: Any) -> None:
        if data["fit"] not in _FITS:
            raise ValidationError(f"fit is not one of {', '.join(_FITS)}.", "fit")


@dataclass(frozen=True, slots=True, kw_only=True)
class SlideOrder:
    """What a decoder is asked for one slide, and the files it needs: the first as the file, the others lent."""

    request: SlideRequest
    files: tuple[Reference, ...]


def read_timeline(text: str | bytes, *, uploads: int, beside: Mapping[str, Any]) -> dict[str, Any]:
    """Read options written as JSON; what it leaves out, the options `beside` it say. Raises InvalidRequest."""
    if len(text) > MAX_TIMELINE_BYTES:
        raise InvalidRequest(f"The timeline is longer than {MAX_TIMELINE_BYTES >> 20} MiB.", field="slides")
    values = read_json(text, "The timeline", field="slides")
    if not isinstance(values, dict):
        raise InvalidRequest("The timeline is not a JSON object with slides in it.", field="slides")
    return read_options({**beside, **values}, uploads=uploads)


def read_options(values: Mapping[str, Any], *, uploads: int) -> dict[str, Any]:
    """Return the canonical options, everything JSON; `uploads` is how many files came along. Raises InvalidOptions."""
    slides = values.get("slides")
    if isinstance(slides, list) and not 1 <= len(slides) <= MOST_SLIDES:
        # Before each is looked at: a million of them is no reason to read one.
        raise InvalidOptions({"slides": f"There are {len(slides)} slides; it must be 1 to {MOST_SLIDES}."})
    try:
        data = SlideshowSchema().load(values)
    except ValidationError as err:
        raise InvalidOptions(dict(_faults(err.normalized_messages(), ""))) from err  # type: ignore[no-untyped-call]
    _check_length(data["slides"])
    options = data | {word: data[word].value for word in ("format", "theme", "transition", "fit", "background")}
    _check_uploads(options, uploads)
    return dict(options)


def references_of(options: Mapping[str, Any]) -> Iterator[tuple[str, Reference]]:
    """Yield every file that the slides speak of, each with the name of its field."""
    for number, slide in enumerate(options["slides"]):
        for field, reference in _files_of(slide):
            yield f"slides[{number}].{field}", reference


def slide_orders(options: Mapping[str, Any]) -> list[SlideOrder]:
    """Return what a decoder is asked for, slide by slide; `options` are canonical."""
    return [_order(slide, options) for slide in options["slides"]]


def composition(options: Mapping[str, Any]) -> Composition:
    """Return how the slides become a video; `options` are canonical."""
    return Composition(
        width=options["width"],
        height=options["height"],
        seconds_each=options["seconds"],
        container=Container(options["format"]),
        transition=Transition(options["transition"]),
    )


def _order(slide: Mapping[str, Any], options: Mapping[str, Any]) -> SlideOrder:
    files = tuple(reference for _field, reference in _files_of(slide))
    post = slide.get("post")
    request = SlideRequest(
        width=options["width"],
        height=options["height"],
        theme=Theme(options["theme"]),
        fit=Fit(options["fit"]),
        ground=Ground(options["background"]),
        post=_post(post) if post is not None else None,
    )
    return SlideOrder(request=request, files=files)


def _post(post: Mapping[str, Any]) -> Post:
    has_avatar = "avatar" in post
    return Post(
        author=post["author"],
        handle=post["handle"],
        time=shown_time(post["time"]),
        text=post["text"],
        avatar=0 if has_avatar else None,
        pictures=tuple(range(has_avatar, has_avatar + len(post["pictures"]))),
    )


def _files_of(slide: Mapping[str, Any]) -> Sequence[tuple[str, Reference]]:
    """Return the files of a slide in the order in which a decoder gets them."""
    if "image" in slide:
        return [("image", {"video": slide["image"]})]
    if "upload" in slide:
        return [("upload", {"upload": slide["upload"]})]
    post = slide["post"]
    avatar = [("post.avatar", post["avatar"])] if "avatar" in post else []
    return [*avatar, *((f"post.pictures[{n}]", reference) for n, reference in enumerate(post["pictures"]))]


def _check_length(slides: Sequence[Mapping[str, Any]]) -> None:
    characters = sum(len(slide["post"]["text"]) for slide in slides if "post" in slide)
    if characters > MOST_CHARACTERS:
        raise InvalidOptions(
            {"slides": f"The posts have {characters} characters together; at most {MOST_CHARACTERS} are drawn."}
        )


def _check_uploads(options: Mapping[str, Any], uploads: int) -> None:
    for field, reference in references_of(options):
        wanted = reference.get("upload", -1)
        if wanted >= uploads:
            came = f"files 0 to {uploads - 1}" if uploads > 1 else ("no file", "only file 0")[uploads]
            raise InvalidOptions({field: f"{field} is upload {wanted}, but {came} came along."})


def _faults(messages: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield where each fault is and its sentence, which says in which slide."""
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            yield from _faults(inner, _below(path, key))
        return
    sentence = str(messages[0] if isinstance(messages, list) else messages).replace("{field}", path)
    slide = path.partition(".")[0]
    is_told = "[" not in slide or sentence.startswith(slide)
    yield path or "slides", sentence if is_told else f"{slide}: {sentence}"


def _below(path: str, key: object) -> str:
    if isinstance(key, int):
        return f"{path}[{key}]"
    if key in ("_schema", "value"):
        return path
    return f"{path}.{str(key)[:40]}" if path else str(key)[:40]
