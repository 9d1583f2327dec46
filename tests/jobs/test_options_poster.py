"""What may be asked of a poster; what may not names its field."""

from typing import Any

import pytest

from app.errors import InvalidRequest
from app.jobs.options.poster import poster_request, read_options
from app.jobs.options.wish import SourceFacts
from app.jobs.outputs import OUTPUTS
from app.media.requests.base import Box, ImageFormat
from app.media.requests.poster import PosterRequest
from app.models import Output

FACTS = SourceFacts(filename="film.mp4", size_bytes=1234, duration_seconds=60.0)


def request_for(values: dict[str, Any]) -> PosterRequest:
    return poster_request(read_options(values).options, FACTS, Box())


def test_what_is_left_out_has_a_default() -> None:
    assert read_options({}).options == {"count": 5, "width": 1280, "format": "jpg"}
    assert request_for({}) == PosterRequest(duration_seconds=60.0)


def test_a_chosen_frame_has_a_position_and_no_count() -> None:
    options = read_options({"t": "00:01:23.5", "width": "640", "format": "webp"}).options

    assert options == {"t": "83.5", "width": 640, "format": "webp"}
    assert poster_request(options, FACTS, Box()) == PosterRequest(
        position="83.5", width=640, image_format=ImageFormat.WEBP, duration_seconds=60.0
    )


def test_candidates_have_a_count() -> None:
    assert request_for({"count": "20"}).count == 20
    assert request_for({"count": 1}).position is None


def test_a_request_travels_as_json() -> None:
    wanted = request_for({"t": "10%"})

    assert PosterRequest.from_json(wanted.to_json()) == wanted


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("count", value) for value in (0, 21, -1, "1.5", "x", "", None, 10**9, "9" * 5000)),
        *(("width", value) for value in (15, 3841, -1, "1e3", "x", "", 10**9)),
        *(("t", value) for value in ("abc", "-5", "101%", "nan", "9" * 400, "poster", "", ["1"])),
        *(("format", value) for value in ("gif", "", None, "JPG")),
    ],
)
def test_a_bad_value_names_its_field(field: str, value: Any) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        read_options({field: value})

    assert refusal.value.field == field
    assert field in refusal.value.message


def test_a_position_and_a_count_together_are_refused() -> None:
    with pytest.raises(InvalidRequest) as refusal:
        read_options({"t": "1", "count": 3})

    assert refusal.value.field == "count"


@pytest.mark.parametrize("name", ["height", "upload", "x" * 1000])
def test_what_is_no_option_is_named(name: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        read_options({name: "1"})

    assert refusal.value.field == name


def test_equal_wishes_are_equal() -> None:
    assert read_options({"t": "0:01:00"}).fingerprint(1) == read_options({"t": "60"}).fingerprint(1)
    assert read_options({}).fingerprint(1) == read_options({"count": 5}).fingerprint(1)
    assert read_options({}).fingerprint(1) != read_options({"t": "0"}).fingerprint(1)


def test_it_is_an_output() -> None:
    assert OUTPUTS[Output.POSTER].read is read_options
    assert OUTPUTS[Output.POSTER].build is poster_request
