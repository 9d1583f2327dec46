"""POST /videos: a file comes in, is stored, and is QUEUED at once; what is refused leaves nothing behind."""

import io
import re
import resource
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.web.conftest import MAX_UPLOAD_BYTES
from tests.web.site import BROWSER, Visitor

# No file of this process may become larger: to whoever writes it, that is a full disk.
FULL_AT_BYTES = 100_000
VIDEO = b"bytes of a video"
HEAD = b'--x\r\nContent-Disposition: form-data; name="video"; filename="a.mp4"\r\n\r\n'
TAIL = b"\r\n--x--\r\n"
MULTIPART = "multipart/form-data; boundary=x"


def send(client: Visitor, name: str = "clip.mp4", data: bytes = VIDEO, **options: Any) -> TestResponse:
    """Upload a file as a program does."""
    return client.post("/videos", data={"video": (io.BytesIO(data), name)}, **options)


def send_raw(client: Visitor, filename: bytes) -> TestResponse:
    """Upload a file whose name stands in the body byte for byte, but for backslashes, which are doubled there."""
    head = HEAD.replace(b"a.mp4", filename.replace(b"\\", b"\\\\"))
    return client.post("/videos", data=head + VIDEO + TAIL, content_type=MULTIPART)


def send_size(client: Visitor, size_bytes: int, **options: Any) -> TestResponse:
    """Upload a file of so many bytes."""
    return client.post("/videos", data=HEAD + bytes(size_bytes) + TAIL, content_type=MULTIPART, **options)


def files(*fields: str) -> dict[str, object]:
    """Make a form of file parts with these field names."""
    form: dict[str, list[tuple[io.BytesIO, str]]] = {}
    for field in fields:
        form.setdefault(field, []).append((io.BytesIO(VIDEO), "a.mp4"))
    return dict(form)


# --- what is taken --------------------------------------------------------------------------------------------------


def test_an_upload_is_a_queued_video_at_once(client: Visitor) -> None:
    answer = send(client)

    assert answer.status_code == 201
    assert answer.get_json().items() >= {"id": 1, "filename": "clip.mp4", "status": "QUEUED"}.items()
    assert client.get("/videos/1").get_json() == answer.get_json()


def test_an_upload_is_answered_with_the_address_of_the_video(client: Visitor) -> None:
    answer = send(client)

    assert answer.headers["Location"] == "/videos/1"
    assert client.get(answer.headers["Location"]).get_json()["id"] == 1


def test_the_bytes_are_stored_before_the_answer(client: Visitor) -> None:
    send(client)

    (stored,) = client.stored("sources")
    assert stored.startswith("1/")
    assert (client.core.settings.data_path / "sources" / stored).read_bytes() == VIDEO


def test_the_form_of_the_page_leads_back_to_the_library(client: Visitor) -> None:
    answer = send(client, headers=BROWSER)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert 'id="video-1"' in client.page("/")


def test_the_same_file_twice_is_two_videos_and_one_source(client: Visitor) -> None:
    first, second = send(client, "a.mp4"), send(client, "b.mp4")

    assert (first.get_json()["id"], second.get_json()["id"]) == (1, 2)
    assert len(client.stored("sources")) == 1
    assert client.stored("incoming") == []


def test_other_files_in_the_form_are_let_go(client: Visitor) -> None:
    answer = client.post("/videos", data=files("poster", "video", "subtitles"))

    assert answer.status_code == 201
    assert len(client.stored("sources")) == 1
    assert client.stored("incoming") == []


# --- what is refused ------------------------------------------------------------------------------------------------


# What is sent, made anew for each test: files are read only once.
REFUSED: dict[str, Callable[[], dict[str, Any]]] = {
    "no part": lambda: {"data": {}},
    "a part of another name": lambda: {"data": files("file")},
    "two parts": lambda: {"data": files("video", "video")},
    "a part without a file name": lambda: {"data": {"video": (io.BytesIO(VIDEO), "")}},
    "text instead of a file": lambda: {"data": {"video": "clip.mp4"}, "content_type": "multipart/form-data"},
    "an empty file": lambda: {"data": {"video": (io.BytesIO(b""), "clip.mp4")}},
    "JSON": lambda: {"json": {"video": "clip.mp4"}},
    "a form without files": lambda: {"data": {"video": "clip.mp4"}},
    "the bytes themselves": lambda: {"data": VIDEO, "content_type": "video/mp4"},
    "nothing": lambda: {},
    "multipart in name only": lambda: {"data": VIDEO, "content_type": "multipart/form-data"},
    "a body that breaks off": lambda: {"data": HEAD + VIDEO, "content_type": MULTIPART},
    "a body that breaks off in a header": lambda: {"data": HEAD[:30], "content_type": MULTIPART},
    "49 files": lambda: {"data": files(*(f"video{number}" for number in range(49)))},
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_not_one_file_is_refused_naming_the_part(client: Visitor, what: str) -> None:
    answer = client.post("/videos", **REFUSED[what]())

    assert answer.status_code == 400
    assert answer.get_json()["field"] == "video"
    assert answer.get_json()["error"].startswith("video ")


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused_leaves_nothing_behind(client: Visitor, what: str) -> None:
    client.post("/videos", **REFUSED[what]())

    assert client.stored("incoming") + client.stored("sources") == []
    assert client.get("/videos").get_json() == {"videos": [], "next": None}


@pytest.mark.parametrize(
    "body",
    [HEAD + VIDEO, HEAD[:30], HEAD.replace(b"a.mp4", b"caf\xe9.mp4") + VIDEO + TAIL],
    ids=["breaks off", "breaks off in a header", "a name that is not UTF-8"],
)
def test_a_form_that_cannot_be_read_is_not_said_to_lack_its_part(client: Visitor, body: bytes) -> None:
    answer = client.post("/videos", data=body, content_type=MULTIPART)

    assert answer.status_code == 400
    assert "missing" not in answer.get_json()["error"]


def test_a_form_without_a_file_is_refused_with_a_page(client: Visitor) -> None:
    answer = client.post("/videos", data={"video": (io.BytesIO(b""), "")}, headers=BROWSER)

    assert (answer.status_code, answer.mimetype) == (400, "text/html")
    assert "choose a file" in answer.text


# --- names ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("/etc/passwd", "passwd"),
        ("C:\\fakepath\\clip.mp4", "clip.mp4"),
        ("..\\..\\clip.mp4", "clip.mp4"),
        ("<img src=x onerror=alert(1)>.mp4", "<img src=x onerror=alert(1)>.mp4"),
        ("<script>alert(1)</script>.mp4", "script>.mp4"),
        ("{{ 7 * 7 }}.mp4", "{{ 7 * 7 }}.mp4"),
        ("'; DROP TABLE video_job; --.mp4", "'; DROP TABLE video_job; --.mp4"),
        ("Ferien 🎬🍿.mp4", "Ferien 🎬🍿.mp4"),
        ("فيديو.mp4", "فيديو.mp4"),
        ("\u202egpj.mp4", "gpj.mp4"),
        ("a\x00b.mp4", "ab.mp4"),
        ("tab\there.mp4", "tabhere.mp4"),
        ("-rf.mp4", "-rf.mp4"),
        ("~root.mp4", "~root.mp4"),
        ("%2e%2e%2fclip.mp4", "%2e%2e%2fclip.mp4"),
        (" .. ", ".."),
        ("folder/", "unnamed"),
        ("x" * 300 + ".mp4", "x" * 234 + "…" + "x" * 16 + ".mp4"),
    ],
)
def test_a_hostile_name_is_only_ever_shown(client: Visitor, given: str, shown: str) -> None:
    answer = send_raw(client, given.encode())

    assert (answer.status_code, answer.get_json()["filename"]) == (201, shown)
    (stored,) = client.stored("sources")
    assert re.fullmatch("1/[0-9a-f]{2}/[0-9a-f]{32}", stored)
    assert client.stored("incoming") == []


# --- sizes ----------------------------------------------------------------------------------------------------------


def test_a_file_of_exactly_the_largest_size_is_taken(small_client: Visitor) -> None:
    answer = send_size(small_client, MAX_UPLOAD_BYTES)

    assert answer.status_code == 201


@pytest.mark.parametrize("size", [MAX_UPLOAD_BYTES + 1, MAX_UPLOAD_BYTES * 2, MAX_UPLOAD_BYTES * 50])
def test_a_larger_file_is_refused_naming_the_part(small_client: Visitor, size: int) -> None:
    answer = send_size(small_client, size)

    assert answer.status_code == 413
    assert answer.get_json()["field"] == "video"
    assert "200 KB" in answer.get_json()["error"]


@pytest.mark.parametrize("size", [MAX_UPLOAD_BYTES + 1, MAX_UPLOAD_BYTES * 50])
@pytest.mark.parametrize("tells_its_length", [True, False], ids=["with Content-Length", "chunked"])
def test_a_larger_file_leaves_nothing_behind(small_client: Visitor, size: int, tells_its_length: bool) -> None:
    body = HEAD + bytes(size) + TAIL
    length = {"CONTENT_LENGTH": str(len(body))} if tells_its_length else {"wsgi.input_terminated": True}

    answer = small_client.post("/videos", input_stream=io.BytesIO(body), content_type=MULTIPART, environ_base=length)

    assert answer.status_code == 413
    assert small_client.stored("incoming") + small_client.stored("sources") == []


def test_a_browser_is_told_on_a_page_that_a_file_is_too_large(small_client: Visitor) -> None:
    answer = send_size(small_client, MAX_UPLOAD_BYTES * 50, headers=BROWSER)

    assert (answer.status_code, answer.mimetype) == (413, "text/html")
    assert "200 KB" in answer.text


@pytest.mark.parametrize(
    "body",
    [
        b"".join(HEAD.replace(b"video", b"file%d" % number) + VIDEO + b"\r\n" for number in range(60)) + TAIL,
        b'--x\r\nContent-Disposition: form-data; name="note"\r\n\r\n' + b"x" * 600_000 + b"\r\n" + HEAD + VIDEO + TAIL,
    ],
    ids=["60 parts", "a long text beside the file"],
)
def test_a_form_too_large_for_another_reason_is_not_blamed_on_the_file(client: Visitor, body: bytes) -> None:
    answer = client.post("/videos", data=body, content_type=MULTIPART)

    assert answer.status_code in (400, 413)
    assert "larger than the 10.0 GB" not in answer.get_json()["error"]
    assert client.stored("incoming") == []


@pytest.mark.parametrize("path", ["/videos", "/videos/1/outputs"])
def test_what_carries_no_file_is_not_read_into_memory_whole(client: Visitor, path: str) -> None:
    body = io.BytesIO(b"t=" + b"1" * 5_000_000)

    answer = client.post(
        path,
        input_stream=body,
        content_type="application/x-www-form-urlencoded",
        environ_base={"wsgi.input_terminated": True},
    )

    assert answer.status_code in (400, 413)
    assert "larger than" not in answer.get_json()["error"]
    assert body.tell() < 2_000_000


@pytest.mark.parametrize("size", [FULL_AT_BYTES + 1, FULL_AT_BYTES * 3], ids=["at the last byte", "in the middle"])
def test_a_disk_that_is_full_is_told_and_not_kept_full(client: Visitor, size: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (FULL_AT_BYTES, hard))

    answer = send_size(client, size)
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert (answer.status_code, answer.get_json()["code"]) == (503, "storage_unavailable")
    assert client.stored("incoming") + client.stored("sources") == []
