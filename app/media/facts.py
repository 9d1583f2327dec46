"""What the media library tells about a source and about what it made: plain values that travel as JSON.

They come out of a jailed process that may have been taken over by the file it was reading. So `from_json` believes
nothing: every value is of the declared type and of sane size, or UntrustedAnswer is raised.
"""

import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self, get_args, get_origin, get_type_hints

_MAX_TEXT = 500
# Files of one task: a thousand positions and some to spare.
_MAX_ITEMS = 1200
# What ffmpeg counts sides, rates and channels in, and what an INTEGER of every database holds.
_MAX_WHOLE = 2**31 - 1
# Files grow larger: what a BIGINT holds, and a float exactly.
_MAX_BYTES = 2**53


class UntrustedAnswer(Exception):
    """Raised when a decoder process answered something that no honest one would."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Base of values that are read from an untrusted answer."""

    def to_json(self) -> dict[str, Any]:
        """Return plain values that JSON can hold; `from_json` reads them back."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Read what `to_json` wrote. Raises UntrustedAnswer for a missing, unknown or ill-typed value."""
        if not isinstance(data, Mapping) or set(data) != {field.name for field in fields(cls)}:
            raise UntrustedAnswer(f"{cls.__name__}: not the fields of an honest answer")
        hints = get_type_hints(cls)
        return cls(**{name: _checked(hints[name], value, f"{cls.__name__}.{name}") for name, value in data.items()})


def _checked(hint: Any, value: object, where: str) -> Any:
    if get_origin(hint) is tuple:
        if not isinstance(value, list | tuple) or len(value) > _MAX_ITEMS:
            raise UntrustedAnswer(f"{where}: not the list of an honest answer")
        return tuple(_checked(get_args(hint)[0], item, where) for item in value)
    for kind in get_args(hint) or (hint,):
        if issubclass(kind, Facts) and isinstance(value, Mapping):
            return kind.from_json(value)
        # JSON writes whole seconds without a point.
        is_of_kind = type(value) is kind or (kind is float and type(value) is int)
        if is_of_kind and _is_sane(value, kind, _MAX_BYTES if where.endswith("_bytes") else _MAX_WHOLE):
            return float(value) if kind is float else value  # type: ignore[arg-type]
    raise UntrustedAnswer(f"{where}: not a value of an honest answer")


def _is_sane(value: object, kind: type, most: int) -> bool:
    if isinstance(value, str):
        # Names of formats and files: file systems and databases stumble over what cannot be printed.
        return len(value) <= _MAX_TEXT and value.isprintable()
    if isinstance(value, int) and kind is not float:
        return 0 <= value <= most
    # Neither infinite nor a whole number too large for a float; "not a number" is not smaller than anything.
    return not isinstance(value, int | float) or abs(value) <= sys.float_info.max


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound(Facts):
    """The first sound stream of a source."""

    codec: str
    channels: int
    sample_rate: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe(Facts):
    """Facts of one source. `width` and `height` are pixels as displayed, `orientation` is EXIF's number."""

    kind: str
    container: str
    media_type: str
    codec: str
    pixel_format: str
    width: int
    height: int
    coded_width: int
    coded_height: int
    sar: str = "1"
    orientation: int = 1
    frame_rate: float | None = None
    duration_seconds: float | None = None
    start_seconds: float = 0.0
    bit_depth: int = 8
    is_hdr: bool = False
    is_interlaced: bool = False
    sound: Sound | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Product(Facts):
    """A file that was made, re-opened and found to be what was asked.

    `name` is what it is to be called; its bytes are `size_bytes` from `offset_bytes` on among the decoder's results.
    `role` says what it is for (`models.Role` has the words). Of a still, `rung` says how its frame was found;
    `note` says what a person should know of it: why a candidate was rejected; `code` says it in a word that stays.
    """

    name: str
    role: str
    media_type: str
    offset_bytes: int
    size_bytes: int
    sha256: str
    width: int | None = None
    height: int | None = None
    position_seconds: float | None = None
    duration_seconds: float | None = None
    rung: str | None = None
    is_blank: bool = False
    score: float | None = None
    note: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made(Facts):
    """What a task made; `notes` are sentences on what was done otherwise than asked."""

    products: tuple[Product, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake(Facts):
    """What intake gives: the facts of the source, and the stills that may stand for it, the best one first."""

    probe: Probe
    products: tuple[Product, ...]
    notes: tuple[str, ...] = ()

    @property
    def poster(self) -> Product:
        return self.products[0]
