"""Options of storyboards: defaults, bounds, and one form for equal wishes."""

from typing import Any

import pytest

from app.jobs.options.fields import InvalidOptions
from app.jobs.options.storyboard import read_options, storyboard_request
from app.jobs.options.wish import SourceFacts
from app.media.requests.base import Accuracy, Box, ImageFormat
from app.media.requests.storyboard import StoryboardLook, StoryboardRequest, TileIndex

FACTS = SourceFacts(filename="a.mp4", size_bytes=1, duration_seconds=60.0)


def test_nothing_asked_is_every_default() -> None:
    assert read_options({}).options == {
        **{"columns": 10, "rows": 10, "width": 160, "format": "jpg", "accuracy": "auto"},
        "indexes": ["vtt", "json"],
    }


def test_options_become_a_request_that_travels() -> None:
    wish = read_options({"interval_seconds": "2.5", "format": "webp", "accuracy": "exact", "indexes": "bif,vtt"})

    wanted = storyboard_request(wish.options, FACTS, Box())

    assert wanted == StoryboardRequest(
        duration_seconds=60.0,
        look=StoryboardLook(interval_seconds=2.5, format=ImageFormat.WEBP, indexes=(TileIndex.VTT, TileIndex.BIF)),
        accuracy=Accuracy.EXACT,
    )
    assert StoryboardRequest.from_json(wanted.to_json()) == wanted


def test_equal_wishes_are_equal() -> None:
    one, other = read_options({"indexes": ["hls", "vtt"]}), read_options({"indexes": "vtt,hls", "columns": "10"})

    assert one.fingerprint(1) == other.fingerprint(1)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"columns": 21}, "columns"),
        ({"columns": 0}, "columns"),
        ({"rows": 21}, "rows"),
        ({"width": 15}, "width"),
        ({"width": 641}, "width"),
        ({"columns": 20, "width": 640}, "columns"),
        ({"count": 1001}, "count"),
        ({"count": 10_000}, "count"),
        ({"interval_seconds": 0.05}, "interval_seconds"),
        ({"interval_seconds": -1}, "interval_seconds"),
        ({"interval_seconds": 3601}, "interval_seconds"),
        ({"interval_seconds": "x" * 100_000}, "interval_seconds"),
        ({"interval_seconds": 1, "count": 5}, "count"),
        ({"indexes": []}, "indexes"),
        ({"indexes": ["srt"]}, "indexes"),
        ({"format": "gif"}, "format"),
        ({"accuracy": "wild"}, "accuracy"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_made_is_refused_by_name(values: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidOptions) as refused:
        read_options(values)

    assert field in refused.value.faults
    assert field in refused.value.faults[field] or field == "colour"
    assert len(refused.value.faults[field]) < 200
