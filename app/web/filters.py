"""How numbers, times and names are written for people."""

from datetime import datetime

from flask import Flask

from app.models import Status
from app.version import VERSION

WORDS = {
    Status.QUEUED: "Queued",
    Status.PROCESSING: "Processing",
    Status.COMPLETED: "Completed",
    Status.FAILED: "Failed",
    Status.CANCELLED: "Cancelled",
    Status.EXPIRED: "Expired",
}
_UNITS = ("B", "KB", "MB", "GB", "TB")


def install(app: Flask) -> None:
    """Give the templates of `app` these filters and words."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    for function in (size, iso, stem, ending):
        app.add_template_filter(function)
    app.jinja_env.globals.update(
        words={status.value: word for status, word in WORDS.items()},
        version=VERSION,
    )


def size(number: int) -> str:
    """Write bytes: 840 B, 84 KB, 1.3 MB, 18.4 GB."""
    value, unit = float(number), _UNITS[0]
    for unit in _UNITS:
        digits = 0 if unit in ("B", "KB") or value >= 99.95 else 1
        if round(value, digits) < 1000 or unit == _UNITS[-1]:
            break
        value /= 1000
    return f"{value:.{digits}f}".removesuffix(".0") + f" {unit}"


def clock(value: float | None) -> str:
    """Write a duration or position as players do: 0:05, 12:03, 1:42:09."""
    if value is None:
        return "–"
    minutes, second = divmod(int(value), 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02}:{second:02}" if hour else f"{minute}:{second:02}"


def length(value: float | None) -> str:
    """Write how long a video is: 0.4 s, and from a second on as players do."""
    return f"{value:.1f} s" if value is not None and value < 0.95 else clock(None if value is None else round(value))


def position(value: float | None) -> str:
    """Write where a frame stands, to the hundredth: 0:14.25, 1:42:09.00."""
    if value is None:
        return ""
    # Rounded up: cut, it would name a moment before the frame is shown. Positions are told to the microsecond, and
    # what lies beyond is the float's own noise.
    hundredths = -(-round(value * 1_000_000) // 10_000)
    return f"{clock(hundredths // 100)}.{hundredths % 100:02}"


def seconds(value: float | None) -> str:
    """Write how long something took: 84 ms, 2.4 s, 3 min."""
    if value is None:
        return ""
    if round(value * 1000) < 1000:
        return f"{value * 1000:.0f} ms"
    return f"{value:.1f} s" if round(value, 1) < 60 else f"{value / 60:.0f} min"


def rate(value: float) -> str:
    """Write a frame rate without idle zeros: 25, 29.97."""
    return f"{value:.3f}".rstrip("0").rstrip(".")


def iso(value: datetime) -> str:
    """Write a moment for the `datetime` attribute of `<time>`."""
    return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def stem(name: str) -> str:
    """Return a file name without its ending; with `ending` it is the whole again."""
    return name[: len(name) - len(ending(name))]


def ending(name: str) -> str:
    """Return what must stay readable when a file name is cut: its ending, or nothing."""
    head, dot, tail = name.rpartition(".")
    return f".{tail}" if dot and head and 0 < len(tail) <= 8 else ""
