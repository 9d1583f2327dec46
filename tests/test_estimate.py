"""`python -m app estimate`: what this machine can do, measured in real decoders."""

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from app import estimate
from app.cli import FAILED, OK, main
from app.config import Settings
from app.estimate import room_for
from app.models import Output
from app.processes import processor_count
from app.usage import available_bytes, pids_below
from tests.clips import make_clip

MIB = 1024**2


@pytest.fixture
def clip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return make_clip(tmp_path / "clip.mp4")


def tell(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """Run the command and return what it tells."""
    assert main(["estimate", *arguments, "--json"]) == OK
    return dict(json.loads(capsys.readouterr().out))


@pytest.mark.processes
def test_every_output_is_measured(clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = tell(capsys, clip.name, "--seconds", "60")

    lines = {line["output"]: line for line in told["outputs"]}
    assert set(lines) == set(Output)
    assert [line["note"] for line in lines.values()] == [""] * len(Output)
    assert all(line["seconds"] > 0 and line["jobs_per_hour"] > 0 for line in lines.values())
    assert all(line["cpu_seconds"] > 0 and line["peak_bytes"] > 20 * MIB for line in lines.values())
    assert lines["rendition"]["cpu_seconds"] > lines["thumbnail"]["cpu_seconds"]
    assert told["source"]["name"] == "clip.mp4"


@pytest.mark.processes
def test_people_read_a_table(clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["estimate", clip.name, "--seconds", "20"])

    head, _empty, columns, *rows = capsys.readouterr().out.splitlines()
    assert code == OK
    assert head == "clip.mp4: 192 × 96, h264, 0:02"
    assert columns.split() == ["output", "alone", "processor", "memory", "at", "once", "an", "hour"]
    assert {row.split()[0] for row in rows[: len(Output)]} == set(Output)
    assert rows[-1].startswith("Seats: ")


@pytest.mark.processes
def test_there_is_an_end_to_it(capsys: pytest.CaptureFixture[str]) -> None:
    before = set(pids_below())
    told = tell(capsys, "--seconds", "0.5")

    rendition = next(line for line in told["outputs"] if line["output"] == "rendition")
    assert rendition["seconds"] is None
    assert "--seconds" in rendition["note"]
    assert told["source"]["width"] == 1280
    assert set(pids_below()) <= before


def test_of_a_picture_only_stills_are_measured(clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Image.new("RGB", (64, 48), (200, 30, 30)).save(clip.with_name("red.png"))

    told = tell(capsys, "red.png")

    measured = {line["output"] for line in told["outputs"] if line["jobs_per_hour"]}
    assert measured == {"thumbnail", "poster"}
    assert "this is a picture" in next(line["note"] for line in told["outputs"] if line["output"] == "preview")


@pytest.mark.parametrize("arguments", [["gone.mp4"], ["clip.mp4", "--seconds", "0"], ["clip.mp4", "--seconds", "nan"]])
def test_what_cannot_be_measured_is_said(clip: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    code = main(["estimate", *arguments])

    assert code == FAILED
    assert capsys.readouterr().err.startswith(("gone.mp4 is not a file", "--seconds must be more than 0"))


def test_a_file_that_is_no_video_is_said_to_be_none(clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clip.write_text("not a video")

    code = main(["estimate", clip.name])

    assert (code, len(capsys.readouterr().err.splitlines())) == (FAILED, 1)


@pytest.mark.parametrize(
    ("peak_mib", "free_mib", "seats", "expected", "reason"),
    [
        (100, 100_000, 0, None, "processors"),
        (100, 100_000, 1, 1, "SEATS says (1)"),
        (400, 500, 64, 1, "memory allows"),
        (400, 100, 0, 1, "one job is more than that"),
    ],
)
def test_the_seats_are_as_many_as_the_scarcest_thing_allows(
    peak_mib: int, free_mib: int, seats: int, expected: int | None, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(estimate, "processor_quota", lambda: None)

    room = room_for(peak_mib * MIB, free_mib * MIB, Settings(seats=seats))

    assert room.seats == (expected or processor_count())
    assert reason in room.reason


def test_a_container_is_held_to_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimate, "processor_quota", lambda: 0.5)

    room = room_for(MIB, 100_000 * MIB, Settings())

    assert (room.seats, "container" in room.reason) == (1, processor_count() > 1)


def test_what_can_be_taken_is_less_than_there_is() -> None:
    total = next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemTotal:"))

    assert 0 < available_bytes() < int(total.split()[1]) * 1024
