"""What may be asked of a rendition; what may not names its field."""

from typing import Any

import pytest

from app.errors import InvalidRequest
from app.jobs.options.rendition import read_options, rendition_request
from app.jobs.options.wish import SourceFacts
from app.media.requests.base import Box
from app.media.requests.rendition import Container, RenditionRequest

FACTS = SourceFacts(filename="a.mp4", size_bytes=1, duration_seconds=60.0)
BARE = {"container": "mp4", "audio": True}


@pytest.mark.parametrize(
    ("sent", "options"),
    [
        ({}, {"crf": 22}),
        ({"preset": "source"}, {"crf": 22}),
        ({"preset": "720p"}, {"lines": 720, "fps": 30.0, "bitrate_kbps": 2000}),
        ({"preset": "480p"}, {"lines": 480, "fps": 30.0, "bitrate_kbps": 1000}),
        ({"preset": "480p", "fps": 15, "crf": "30"}, {"lines": 480, "fps": 15.0, "crf": 30}),
        ({"preset": "720p", "width": 640}, {"fps": 30.0, "bitrate_kbps": 2000}),
        ({"container": "webm"}, {"container": "webm", "crf": 32}),
        ({"container": "ogg", "audio": "false"}, {"container": "ogg", "audio": False, "bitrate_kbps": 2000}),
        ({"preset": "480p", "container": "ogg"}, {"container": "ogg", "lines": 480, "fps": 30.0, "bitrate_kbps": 1000}),
    ],
    ids=str,
)
def test_every_default_is_filled_in(sent: dict[str, Any], options: dict[str, Any]) -> None:
    assert read_options(sent).options == BARE | options


def test_a_preset_and_what_it_stands_for_are_the_same_wish() -> None:
    preset, said = read_options({"preset": "720p"}), read_options({"lines": 720, "fps": 30, "bitrate_kbps": 2000})

    assert preset.fingerprint(1) == said.fingerprint(1)
    assert (preset.preset, said.preset) == ("720p", None)


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"preset": "8k"}, "preset"),
        ({"container": "avi"}, "container"),
        ({"lines": 8}, "lines"),
        ({"lines": 480, "width": 640}, "lines"),
        ({"width": 0}, "width"),
        ({"height": 9000}, "height"),
        ({"fps": 0}, "fps"),
        ({"fps": 1000}, "fps"),
        ({"fps": "nan"}, "fps"),
        ({"bitrate_kbps": 10}, "bitrate_kbps"),
        ({"bitrate_kbps": 10**9}, "bitrate_kbps"),
        ({"crf": -1}, "crf"),
        ({"crf": 60}, "crf"),
        ({"crf": 64, "container": "webm"}, "crf"),
        ({"crf": 20, "container": "ogg"}, "crf"),
        ({"crf": 20, "bitrate_kbps": 1000}, "crf"),
        ({"audio": "loud"}, "audio"),
        ({"codec": "h264"}, "codec"),
    ],
    ids=str,
)
def test_a_fault_names_its_field(sent: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        read_options(sent)

    assert refusal.value.field == field
    assert refusal.value.message.endswith(".")


@pytest.mark.parametrize("sent", [{}, {"preset": "480p"}, {"container": "ogg", "width": 640, "audio": False}])
def test_a_decoder_is_asked_for_what_was_wished(sent: dict[str, Any]) -> None:
    wish = read_options(sent)

    request = rendition_request(wish.options, FACTS, Box(width=wish.width, height=wish.height))

    assert RenditionRequest.from_json(request.to_json()) == request
    assert (request.width, request.lines) == (sent.get("width"), 480 if "preset" in sent else None)
    assert request.container is Container(sent.get("container", "mp4"))
    assert (request.bitrate_kbps is None) != (request.crf is None)
