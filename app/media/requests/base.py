"""What all requests are: frozen values that travel to a decoder process as JSON."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from enum import Enum, StrEnum
from types import NoneType, UnionType
from typing import Any, ClassVar, Self, Union, get_args, get_origin, get_type_hints

from app.media.limits import Limits

# Told how far a task is, from 0 to 1.
Report = Callable[[float], None]


def no_report(_fraction: float) -> None:
    """Progress that nobody asked for."""


class ImageFormat(StrEnum):
    """The formats of still pictures; the value is the file's ending."""

    JPG = "jpg"
    PNG = "png"
    WEBP = "webp"
    AVIF = "avif"


class Accuracy(StrEnum):
    """Which frame stands for a position."""

    EXACT = "exact"  # the one that a player shows at that time
    KEYFRAME = "keyframe"  # the keyframe at or before it: many times as fast
    AUTO = "auto"  # keyframes where they lie close enough to tell the positions apart, exact frames elsewhere


class Fit(StrEnum):
    """How a picture meets a box of another shape."""

    FIT = "fit"  # keep the ratio, inside the box, nothing cropped
    FILL = "fill"  # keep the ratio, cover the box, the rest cropped
    PAD = "pad"  # keep the ratio, inside, bars to exactly the box
    STRETCH = "stretch"  # ignore the ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A size in pixels and how a picture meets it. A missing side follows from the ratio."""

    width: int | None = None
    height: int | None = None
    fit: Fit = Fit.FIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Base of what is asked of a decoder for one output.

    `duration_seconds` is what percentages are taken of, known from the probe.
    """

    task: ClassVar[str]

    duration_seconds: float | None = None

    def of(self, duration_seconds: float | None) -> Self:
        """Return the same request for a source of this duration."""
        return replace(self, duration_seconds=duration_seconds)

    def allowed(self, limits: Limits) -> Limits:
        """Return what may be spent on it, where `limits` are those of any request."""
        return limits

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote, after JSON made lists of tuples and words of members."""
        return _read(cls, data)  # type: ignore[no-any-return]


def _read(hint: Any, value: Any) -> Any:
    if get_origin(hint) in (Union, UnionType):
        (kind,) = (kind for kind in get_args(hint) if kind is not NoneType)
        return None if value is None else _read(kind, value)
    if get_origin(hint) is tuple:
        return tuple(_read(get_args(hint)[0], item) for item in value)
    if is_dataclass(hint):
        hints = get_type_hints(hint)
        return hint(**{field.name: _read(hints[field.name], value[field.name]) for field in fields(hint)})  # type: ignore[operator]
    return hint(value) if isinstance(hint, type) and issubclass(hint, Enum) else value
