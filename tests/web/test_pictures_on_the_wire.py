"""GET /t/<video> as it is on the wire: real pictures of a real clip, whose frames name themselves."""

import io
from hashlib import sha256

import httpx
import numpy as np
import pytest
from PIL import Image

from tests.clips import read_number
from tests.service import Service

pytestmark = pytest.mark.processes


@pytest.mark.parametrize(
    ("query", "frame"), [("t=1", 25), ("t=0:00.52", 13), ("t=50%25", 25), ("t=99", 49), ("t=1&format=png", 25)]
)
def test_the_picture_is_of_the_moment_asked_for(service: Service, wire: httpx.Client, query: str, frame: int) -> None:
    job = wire.post(f"/thumbnails/1/96/48?{query}").json()
    done = service.wait_until(f"/jobs/thumbnails/{job['id']}", "COMPLETED")

    answer = wire.get(done["image"]["url"])

    picture = Image.open(io.BytesIO(answer.content))
    assert (picture.size, answer.headers["Content-Type"]) == ((96, 48), done["image"]["media_type"])
    assert read_number(np.asarray(picture.convert("RGB"))) == frame


def test_a_picture_on_the_wire_is_whole_and_told_by_length(wire: httpx.Client) -> None:
    answer, head = wire.get("/t/1"), wire.head("/t/1")

    assert int(answer.headers["Content-Length"]) == len(answer.content) == int(head.headers["Content-Length"])
    assert sha256(answer.content).hexdigest() in answer.headers["ETag"]
    assert "Transfer-Encoding" not in answer.headers


def test_a_known_picture_on_the_wire_is_an_empty_answer(wire: httpx.Client) -> None:
    first = wire.get("/t/1")

    again = wire.get("/t/1", headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
