"""What happened, in a sentence."""

from typing import Any

import pytest

from app.events.sentences import sentence

VIDEO: dict[str, Any] = {"type": "video", "filename": "holiday.mp4", "progress": 0.0, "error": None}
OUTPUT: dict[str, Any] = {**VIDEO, "type": "thumbnail", "output": "thumbnail", "width": 320, "height": 180}


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ("job.queued", "The intake of holiday.mp4 is in the queue."),
        ("job.started", "The intake of holiday.mp4 has been started."),
        ("job.progressed", "The intake of holiday.mp4 is 0 % done."),
        ("job.completed", "The intake of holiday.mp4 is ready."),
        ("job.failed", "The intake of holiday.mp4 failed: no reason is known."),
        ("job.cancelled", "The intake of holiday.mp4 was cancelled."),
        ("job.expired", "The intake of holiday.mp4 was removed, as it was set to be."),
        ("job.of_a_later_version", "The intake of holiday.mp4 has changed."),
    ],
)
def test_every_event_has_a_sentence(event: str, said: str) -> None:
    assert sentence(event, VIDEO) == said


def test_an_output_is_called_by_its_kind_and_size() -> None:
    said = sentence("job.completed", OUTPUT)

    assert said == "The thumbnail, 320 × 180, of holiday.mp4 is ready."


def test_kinds_of_two_words_are_read_as_two() -> None:
    said = sentence("job.completed", {**OUTPUT, "output": "contact_sheet"})

    assert said == "The contact sheet, 320 × 180, of holiday.mp4 is ready."


@pytest.mark.parametrize(("progress", "percent"), [(0.25, 25), (0.999, 100), (1, 100), (0.004, 0)])
def test_progress_is_said_in_percent(progress: float, percent: int) -> None:
    said = sentence("job.progressed", {**VIDEO, "progress": progress})

    assert said == f"The intake of holiday.mp4 is {percent} % done."


def test_a_failure_says_why() -> None:
    error = {"code": "not_a_video", "message": "This is not a video.", "is_retryable": False}

    said = sentence("job.failed", {**VIDEO, "error": error})

    assert said == "The intake of holiday.mp4 failed: This is not a video."


@pytest.mark.parametrize("name", ["{what}", "{0}", "100 %", "%s", "{name.__class__}", "a\\b"])
def test_a_name_is_only_ever_a_name(name: str) -> None:
    said = sentence("job.completed", {**VIDEO, "filename": name})

    assert said == f"The intake of {name} is ready."


def test_a_reason_is_only_ever_a_reason() -> None:
    error = {"code": "x", "message": "{name} {why} {0}", "is_retryable": False}

    said = sentence("job.failed", {**VIDEO, "error": error})

    assert said == "The intake of holiday.mp4 failed: {name} {why} {0}"
