"""How numbers, times and names are written for people."""

from datetime import datetime

from flask import Flask

from app.jobs.counting import count_text
from app.media.text.figures import write_clock, write_size
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


def install(app: Flask) -> None:
    """Give the templates of `app` these filters and words."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.add_template_filter(write_size, "size")
    app.add_template_filter(count_text, "counted")
    for function in (iso, stem, ending, waited):
        app.add_template_filter(function)
    app.jinja_env.globals.update(
        words={status.value: word for status, word in WORDS.items()},
        version=VERSION,
    )


def position(value: float | None) -> str:
    """Write where a frame stands, to the hundredth: 0:14.25, 1:42:09.00."""
    if value is None:
        return ""
    # Rounded up: cut, it would name a moment before the frame is shown. Positions are told to the microsecond, and
    # what lies beyond is the float's own noise.
    hundredths = -(-round(value * 1_000_000) // 10_000)
    return f"{write_clock(hundredths // 100)}.{hundredths % 100:02}"


def seconds(value: float | None) -> str:
    """Write how long something took: 84 ms, 2.4 s, 3 min."""
    if value is None:
        return ""
    if round(value * 1000) < 1000:
        return f"{value * 1000:.0f} ms"
    if round(value, 1) < 60:
        return f"{value:.1f} s"
    return f"{value / 60:.0f} min" if value < 90 * 60 else f"{value / 3600:.0f} h"


def waited(value: float) -> str:
    """Write how long something has waited, in whole seconds, minutes or hours: 19 s, 3 min, 2 h."""
    return seconds(max(1.0, round(value))).replace(".0 s", " s")


def left(value: float) -> str:
    """Write how long something will take yet, no more exactly than it is known: about 40 s left."""
    if value < 55:
        return f"about {max(5, round(value / 5) * 5)} s left"
    if value < 55 * 60:
        return f"about {max(1, round(value / 60))} min left"
    return f"about {max(1, round(value / 3600))} h left"


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
