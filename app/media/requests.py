"""What can be asked of a decoder: plain values, so that those who only ask need not load a decoder."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Self

from app.media.geometry import Fit

# Told how far a task is, from 0 to 1.
Report = Callable[[float], None]


def no_report(_fraction: float) -> None:
    """Progress that nobody asked for."""


class ImageFormat(StrEnum):
    """The formats of still pictures; the value is the file's ending."""

    JPG = "jpg"
    PNG = "png"
    WEBP = "webp"

    @property
    def media_type(self) -> str:
        return "image/jpeg" if self is ImageFormat.JPG else f"image/{self.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ThumbnailRequest:
    """One picture of one moment.

    `position` is as `timecode.parse_position` reads it. `duration_seconds` is what a percentage is taken of, known
    from the probe. A missing side follows from the ratio.
    """

    position: str
    width: int | None = None
    height: int | None = None
    fit: Fit = Fit.FIT
    image_format: ImageFormat = ImageFormat.JPG
    is_exact: bool = True
    duration_seconds: float | None = None

    def of(self, duration_seconds: float | None) -> Self:
        """Return the same wish for a source of this duration."""
        return replace(self, duration_seconds=duration_seconds)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        fit, image_format = Fit(data["fit"]), ImageFormat(data["image_format"])
        return cls(**{**data, "fit": fit, "image_format": image_format})
