"""POST /videos as it is on the wire: refusals that are heard while the file still comes, and lines that break."""

import socket

import httpx
import pytest

from tests.service import Service
from tests.web.test_upload import HEAD, MULTIPART, TAIL, VIDEO

pytestmark = pytest.mark.processes


@pytest.mark.parametrize("is_chunked", [False, True], ids=["with Content-Length", "chunked"])
@pytest.mark.parametrize("size", [5_000_000, 50_000_000])
def test_a_refusal_is_heard_while_the_file_is_still_on_its_way(
    wire: httpx.Client, service: Service, size: int, is_chunked: bool
) -> None:
    body = HEAD + bytes(size) + TAIL
    sent = (body[start : start + 65536] for start in range(0, len(body), 65536)) if is_chunked else body

    answer = wire.post("/videos", content=sent, headers={"Content-Type": MULTIPART})

    assert (answer.status_code, answer.json()["field"]) == (413, "video")
    assert service.wait_for(lambda: not list((service.data / "incoming").iterdir()))


def test_a_chunked_upload_is_taken(wire: httpx.Client) -> None:
    body = (part for part in (HEAD, VIDEO, b" that comes in pieces", TAIL))

    answer = wire.post("/videos", content=body, headers={"Content-Type": MULTIPART})

    assert (answer.status_code, answer.json()["status"]) == (201, "QUEUED")


def test_a_body_that_is_malformed_is_the_clients_fault(service: Service) -> None:
    head = (
        f"POST /videos HTTP/1.1\r\nHost: localhost\r\nContent-Type: {MULTIPART}\r\nTransfer-Encoding: chunked\r\n\r\n"
    )

    with socket.create_connection(("127.0.0.1", service.port), timeout=10) as line:
        line.sendall(head.encode() + b"ZZ\r\n" + HEAD)
        answer = line.recv(65536)

    assert b" 400 " in answer.splitlines()[0]
    assert service.wait_for(lambda: not list((service.data / "incoming").iterdir()))


@pytest.mark.parametrize("length", ["Content-Length: 2000000", "Transfer-Encoding: chunked"])
def test_an_upload_that_breaks_off_leaves_nothing_behind(service: Service, length: str) -> None:
    known = httpx.get(f"{service.base}/videos").json()
    body = HEAD + bytes(100_000)
    head = f"POST /videos HTTP/1.1\r\nHost: localhost\r\nContent-Type: {MULTIPART}\r\n{length}\r\n\r\n"
    chunk = b"%x\r\n" % len(body) if "chunked" in length else b""

    with socket.create_connection(("127.0.0.1", service.port), timeout=10) as line:
        line.sendall(head.encode() + chunk + body)
        assert service.wait_for(lambda: list((service.data / "incoming").iterdir()))

    assert service.wait_for(lambda: not list((service.data / "incoming").iterdir()))
    assert httpx.get(f"{service.base}/videos").json() == known
