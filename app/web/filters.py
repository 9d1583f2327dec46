"""How numbers, times and names are written for people."""

from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask, url_for

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
    """Give the templates of `app` these filters and functions."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    for function in (size, clock, seconds, iso, stem, ending, rate):
        app.add_template_filter(function)
    app.jinja_env.globals.update(
        words={status.value: word for status, word in WORDS.items()},
        version=VERSION,
        asset=_asset_in(Path(app.static_folder or "static")),
    )


def size(number: int) -> str:
    """Write bytes: 840 B, 84 KB, 1.3 MB, 18.4 GB."""
    value, unit = float(number), _UNITS[0]
    for unit in _UNITS:
        if value < 1000 or unit == _UNITS[-1]:
            break
        value /= 1000
    return f"{value:.0f} {unit}" if unit in ("B", "KB") or value >= 100 else f"{value:.1f} {unit}"


def clock(value: float | None) -> str:
    """Write a duration or position as players do: 0:05, 12:03, 1:42:09."""
    if value is None:
        return "–"
    minutes, second = divmod(int(value), 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02}:{second:02}" if hour else f"{minute}:{second:02}"


def position(value: float | None) -> str:
    """Write where a frame stands, to the hundredth: 0:14.25, 1:42:09.00."""
    if value is None:
        return ""
    # Cut, not rounded: rounded up, it would name a moment before the frame is shown.
    hundredths = int(value * 100)
    return f"{clock(hundredths // 100)}.{hundredths % 100:02}"


def seconds(value: float | None) -> str:
    """Write how long something took: 84 ms, 2.4 s, 3 min."""
    if value is None:
        return ""
    if value < 1:
        return f"{value * 1000:.0f} ms"
    return f"{value:.1f} s" if value < 60 else f"{value / 60:.0f} min"


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


def _asset_in(folder: Path) -> Any:
    @lru_cache(maxsize=256)
    def version(name: str) -> str:
        return sha256((folder / name).read_bytes()).hexdigest()[:12]

    def asset(name: str) -> str:
        """Return the address of a static file; it changes with its content, so browsers may keep it."""
        return url_for("static", filename=name, v=version(name))

    return asset
