"""How many jobs of each output this machine can do: measured, on a file, in decoders like those of the service."""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.config import Settings
from app.errors import InvalidRequest
from app.jobs.options.wish import SourceFacts
from app.jobs.outputs import OUTPUTS, check_source
from app.media.errors import MediaError
from app.media.facts import Probe
from app.media.limits import Limits
from app.media.requests.base import Box, Request
from app.media.text.figures import write_length, write_size
from app.models import Output
from app.one_file import DEFAULT_WIDTH, check_is_file, open_decoder, unreadable
from app.processes import processor_count
from app.sample_clip import write_sample_clip
from app.trial import Trials
from app.usage import available_bytes, processor_quota

_HOUR_SECONDS = 3600
# What is encoded as long as it plays comes last: it gets the time that the others leave.
_ORDER = sorted(Output, key=lambda output: output is Output.RENDITION)
_NO_TIME = "took longer than there was time: allow it more --seconds"


@dataclass(frozen=True, slots=True)
class Room:
    """How many jobs find room at once, and what sets the limit."""

    seats: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What was measured of one output. What was not measured is None, and `note` says why."""

    output: Output
    seconds: float | None = None
    cpu_seconds: float | None = None
    peak_bytes: int | None = None
    at_once: int | None = None
    jobs_per_hour: int | None = None
    note: str = ""


def estimate(options: argparse.Namespace) -> int:
    """Measure every output and print it with the number of seats to choose. Raises InvalidRequest and MediaError."""
    settings = Settings.read()
    if not options.seconds > 0:
        raise InvalidRequest("--seconds must be more than 0.", field="--seconds")
    with tempfile.TemporaryDirectory(prefix="vtm-") as folder:
        source = options.file or write_sample_clip(Path(folder) / "sample.mp4")
        check_is_file(source)
        probe = _probe(settings, source)
        until = time.monotonic() + options.seconds
        trials = Trials(source, Limits(**settings.decoder_limits), Path(folder), until=until)
        free_bytes = available_bytes()
        try:
            lines = list(_measure_all(trials, settings, source, probe))
        finally:
            trials.close()
    peaks = [line.peak_bytes for line in lines if line.peak_bytes]
    room = room_for(max(peaks, default=1), free_bytes, settings)
    _print(source, probe, free_bytes, lines, room, as_json=options.json)
    return 0


def room_for(peak_bytes: int, free_bytes: int, settings: Settings) -> Room:
    """Return how many jobs that need so much memory have room at once, at least one."""
    processors = processor_count()
    by_processors = Room(processors, f"as many as there are processors ({processors})")
    limits = [by_processors]
    if (quota := processor_quota()) is not None:
        limits.append(Room(max(1, int(quota)), f"as many processors as this container may use ({quota:g})"))
    limits.append(Room(free_bytes // peak_bytes, f"as much as memory allows: {write_size(free_bytes)} are free"))
    if settings.seats:
        limits.append(Room(settings.seats, f"as SEATS says ({settings.seats})"))
    least = min(limits, key=lambda room: room.seats)
    return least if least.seats else Room(1, f"{least.reason}, though one job is more than that")


def _probe(settings: Settings, source: Path) -> Probe:
    with open_decoder(settings) as decoder:
        try:
            with source.open("rb") as file:
                return decoder.probe(file)
        except OSError as err:
            raise unreadable(source, err) from err


def _measure_all(trials: Trials, settings: Settings, source: Path, probe: Probe) -> Iterator[Line]:
    facts = SourceFacts(filename=source.name, size_bytes=source.stat().st_size, duration_seconds=probe.duration_seconds)
    for output in _ORDER:
        try:
            check_source(output, probe.kind)
            # Only a thumbnail must be told how large it is to be.
            wish = OUTPUTS[output].read({"width": DEFAULT_WIDTH} if output is Output.THUMBNAIL else {})
            request = OUTPUTS[output].build(wish.options, facts, Box(width=wish.width, height=wish.height))
            yield _measure(trials, settings, output, request)
        except (InvalidRequest, MediaError) as err:
            yield Line(output=output, note=err.message)


def _measure(trials: Trials, settings: Settings, output: Output, request: Request) -> Line:
    if (alone := trials.alone(request)) is None:
        return Line(output=output, note=_NO_TIME)
    count = room_for(max(1, alone.peak_bytes), available_bytes(), settings).seats
    rate = trials.together(request, count)
    return Line(
        output=output,
        **asdict(alone),
        at_once=count,
        jobs_per_hour=None if rate is None else int(rate * _HOUR_SECONDS),
        note=_NO_TIME if rate is None else "",
    )


def _print(source: Path, probe: Probe, free_bytes: int, lines: list[Line], room: Room, *, as_json: bool) -> None:
    if as_json:
        told: dict[str, Any] = {
            "source": {"name": source.name, **probe.to_json()},
            "processors": processor_count(),
            "free_bytes": free_bytes,
            "outputs": [asdict(line) for line in lines],
            "seats": asdict(room),
        }
        sys.stdout.write(f"{json.dumps(told, indent=2)}\n")
        return
    length = f", {write_length(probe.duration_seconds)}" if probe.duration_seconds else ""
    name = source.name.encode(errors="replace").decode()
    sys.stdout.write(f"{name}: {probe.width} × {probe.height}, {probe.codec}{length}\n\n")
    head = ("output", "alone", "processor", "memory", "at once", "an hour")
    rows = [head, *(_cells(line) for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    for row in rows:
        sys.stdout.write("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n")
    for line in lines:
        if line.note:
            sys.stdout.write(f"{line.output}: {line.note}\n")
    sys.stdout.write(f"\nSeats: {room.seats}, {room.reason}.\n")


def _cells(line: Line) -> tuple[str, ...]:
    return (
        str(line.output),
        "–" if line.seconds is None else f"{line.seconds:.3f} s",
        "–" if line.cpu_seconds is None else f"{line.cpu_seconds:.3f} s",
        "–" if line.peak_bytes is None else write_size(line.peak_bytes),
        "–" if line.at_once is None else str(line.at_once),
        "–" if line.jobs_per_hour is None else f"{line.jobs_per_hour:,}",
    )
