"""What may be asked of a preview; what may not names its field."""

from typing import Any

import pytest

from app.errors import InvalidRequest
from app.jobs.options.preview import preview_request, read_options
from app.jobs.options.wish import SourceFacts
from app.media.requests.base import Box, Fit
from app.media.requests.preview import PreviewFormat, PreviewRequest

FACTS = SourceFacts(filename="a.mp4", size_bytes=1, duration_seconds=60.0)


def test_what_is_left_out_has_a_default() -> None:
    wish = read_options({})

    assert wish.options == {"format": "webp", "fit": "fit", "fps": 10, "segments": 5, "seconds": 1.0, "loop": 0}
    assert (wish.width, wish.height, wish.output) == (320, None, "preview")


def test_a_range_is_read() -> None:
    wish = read_options({"start": "00:01:30", "duration": "4", "format": "mp4", "height": 90})

    assert wish.options == {"format": "mp4", "fit": "fit", "fps": 30, "start": "90", "duration": 4.0}
    assert (wish.width, wish.height) == (None, 90)


@pytest.mark.parametrize(
    "sent", [{}, {"start": "10%", "duration": 2}, {"format": "webm", "segments": 20, "seconds": 3}]
)
def test_what_was_read_is_read_again_as_the_same(sent: dict[str, Any]) -> None:
    wish = read_options(sent)

    assert read_options({**wish.options, "width": wish.width}) == wish


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"format": "avi"}, "format"),
        ({"segments": 0}, "segments"),
        ({"segments": 21}, "segments"),
        ({"segments": -1}, "segments"),
        ({"seconds": 0.1}, "seconds"),
        ({"seconds": "1e9"}, "seconds"),
        ({"segments": 20, "seconds": 10}, "seconds"),
        ({"duration": 61}, "duration"),
        ({"start": "abc"}, "start"),
        ({"start": "5", "segments": 2}, "start"),
        ({"width": 100_000}, "width"),
        ({"width": 1}, "width"),
        ({"height": "x"}, "height"),
        ({"fit": "x"}, "fit"),
        ({"fps": 31}, "fps"),
        ({"fps": 0}, "fps"),
        ({"fps": 30, "segments": 10, "seconds": 6}, "fps"),
        ({"loop": -1}, "loop"),
        ({"loop": 1, "format": "mp4"}, "loop"),
        ({"sound": True}, "sound"),
    ],
    ids=str,
)
def test_a_fault_names_its_field(sent: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        read_options(sent)

    assert refusal.value.field == field
    assert refusal.value.message.endswith(".")


def test_a_minute_of_film_has_as_many_frames_a_second_as_may_be() -> None:
    assert read_options({"format": "mp4", "segments": 10, "seconds": 6}).options["fps"] == 10


@pytest.mark.parametrize("sent", [{}, {"start": "5", "duration": 3, "format": "gif", "loop": 2, "fit": "fill"}])
def test_a_decoder_is_asked_for_what_was_wished(sent: dict[str, Any]) -> None:
    wish = read_options(sent)

    request = preview_request(wish.options, FACTS, Box(width=wish.width, height=wish.height))

    assert request.duration_seconds == 60.0
    assert PreviewRequest.from_json(request.to_json()) == request
    assert (request.format, request.box.fit) == (
        (PreviewFormat.GIF, Fit.FILL) if sent else (PreviewFormat.WEBP, Fit.FIT)
    )
    assert (request.start, request.seconds, request.segments) == (("5", 3.0, 1) if sent else (None, 1.0, 5))
