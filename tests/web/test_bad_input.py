"""Everything bad that people, programs and other sites send, to one running service: each hears why, and it goes on."""

import socket
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.service import Service
from tests.web.bad_files import TWOFOLD, UNREADABLE
from tests.web.site import BROWSER
from tests.web.test_upload import HEAD, MULTIPART, TAIL, VIDEO

pytestmark = pytest.mark.processes

FORM = {"Content-Type": MULTIPART}
FROM_ELSEWHERE = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
TOO_LARGE = HEAD + bytes(3_500_000) + TAIL

# What is asked → the number, the field that is named, and the request's own headers and body.
REFUSED: dict[str, tuple[str, int, str, dict[str, Any]]] = {
    "no file part": ("POST /videos", 400, "video", {"content": b"--x--\r\n", "headers": FORM}),
    "no form": ("POST /videos", 400, "video", {}),
    "an empty name": (
        "POST /videos",
        400,
        "video",
        {"content": HEAD.replace(b"a.mp4", b"") + VIDEO + TAIL, "headers": FORM},
    ),
    "an empty file": ("POST /videos", 400, "video", {"content": HEAD + TAIL, "headers": FORM}),
    "a body over the limit": ("POST /videos", 413, "video", {"content": TOO_LARGE, "headers": FORM}),
    "an upload from another site": (
        "POST /videos",
        403,
        "Origin",
        {"content": HEAD + VIDEO + TAIL, "headers": {**FORM, **FROM_ELSEWHERE}},
    ),
    "a wish from another site": ("POST /thumbnails/1/320/180", 403, "Origin", {"headers": FROM_ELSEWHERE}),
    "a form from another site": ("POST /videos/1/outputs", 403, "Origin", {"headers": FROM_ELSEWHERE}),
    "a foreign name": ("GET /videos", 403, "Host", {"headers": {"Host": "evil.example"}}),
    "an unknown video": ("GET /videos/99999", 404, "video_id", {}),
    "an unknown video's picture": ("GET /t/99999", 404, "video_id", {}),
    "a thumbnail of an unknown video": ("POST /thumbnails/99999/320/180", 404, "video_id", {}),
    "an unknown job": ("GET /jobs/thumbnails/99999", 404, "id", {}),
    "width 0": ("POST /thumbnails/1/0/180", 400, "width", {}),
    "width 100000": ("POST /thumbnails/1/100000/180", 400, "width", {}),
    "height -1": ("POST /thumbnails/1/320/-1", 400, "height", {}),
    "t=abc": ("POST /thumbnails/1/320/180?t=abc", 400, "t", {}),
    "t=-5": ("POST /thumbnails/1/320/180?t=-5", 400, "t", {}),
    "t=1e308": ("POST /thumbnails/1/320/180?t=1e308", 400, "t", {}),
    "t of a picture": ("GET /t/1?w=320&h=180&t=abc", 400, "t", {}),
    "w of a picture": ("GET /t/1?w=0&h=180", 400, "w", {}),
}
FORMS = [("width", "0"), ("width", "100000"), ("height", "x"), ("t", "abc"), ("t", "-5"), ("t", "1e308")]
# A file's name as it is sent → as it is shown.
NAMES = {
    "../../x": "x",
    "..\\..\\x.mp4": "x.mp4",
    "<script>alert(1)<script>": "<script>alert(1)<script>",
    f"{'x' * 296}.mp4": f"{'x' * 234}…{'x' * 16}.mp4",
    "Ferien 🎬🍿.mp4": "Ferien 🎬🍿.mp4",
    "\u202egpj.mp4": "gpj.mp4",
    "فيديو.mp4": "فيديو.mp4",
    "a\x00b.mp4": "ab.mp4",
}


@pytest.fixture(scope="module")
def trap() -> Iterator[socket.socket]:
    """An address that files name, and at which nobody may knock."""
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.setblocking(False)
        yield trap


@pytest.fixture(scope="module")
def parts(service: Service) -> list[int]:
    """The processes of the service before anything bad came."""
    return service.pids("gunicorn") + service.pids("-m app work")


@pytest.fixture(scope="module")
def taken_in(
    service: Service, clip: Path, trap: socket.socket, parts: list[int], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, Any]]:
    """Every file of both tables, called clip.mp4, uploaded and taken in."""
    folder, port = tmp_path_factory.mktemp("bad"), trap.getsockname()[1]
    makers = {**{what: maker for what, (maker, _said) in UNREADABLE.items()}, **TWOFOLD}
    numbers = {}
    for what, make in makers.items():
        (folder / "sent").write_bytes(make(folder, clip, port))
        numbers[what] = service.upload(folder / "sent", "clip.mp4")["id"]
    return {what: wait_for_end(service, number) for what, number in numbers.items()}


def wait_for_end(service: Service, number: int) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        video = service.get(f"/videos/{number}")
        return video if video["status"] in ("COMPLETED", "FAILED") else None

    return service.wait_for(look)


def send(wire: httpx.Client, what: str, headers: dict[str, str] | None = None) -> httpx.Response:
    asked, _status, _field, options = REFUSED[what]
    method, path = asked.split()
    return wire.request(method, path, **{**options, "headers": {**(headers or {}), **options.get("headers", {})}})


# --- requests that are refused --------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", REFUSED)
def test_a_program_is_told_what_is_wrong_and_where(wire: httpx.Client, what: str) -> None:
    _asked, status, field, _options = REFUSED[what]

    answer = send(wire, what)

    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/json")
    assert set(answer.json()) == {"error", "code", "field"}
    assert answer.json()["field"] == field
    assert answer.json()["error"].endswith(".") and " " in answer.json()["error"]
    if status in (400, 413):
        assert answer.json()["error"].startswith(f"{field} ")


@pytest.mark.parametrize("what", REFUSED)
def test_a_person_is_told_the_same_on_a_page(wire: httpx.Client, what: str) -> None:
    _asked, status, _field, _options = REFUSED[what]
    message = send(wire, what).json()["error"]

    answer = send(wire, what, BROWSER)

    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert f"<p>{escape(message).replace('&#x27;', '&#39;')}</p>" in answer.text


@pytest.mark.parametrize(("field", "value"), FORMS)
def test_a_form_comes_back_with_the_fault_at_its_field(wire: httpx.Client, field: str, value: str) -> None:
    form = {"output": "thumbnail", "width": "32", "height": "18", field: value}
    answer = wire.post("/videos/1/outputs", data=form, headers=BROWSER)

    assert answer.status_code == 400
    assert f'<p class="error" id="thumbnail-{field}-note">' in answer.text


def test_what_is_refused_is_not_kept(service: Service, wire: httpx.Client) -> None:
    known = wire.get("/videos").json(), wire.get("/jobs").json()

    for what in REFUSED:
        send(wire, what)

    assert (wire.get("/videos").json(), wire.get("/jobs").json()) == known
    assert service.wait_for(lambda: not list((service.data / "incoming").iterdir()))


# --- files that cannot be read --------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", UNREADABLE)
def test_an_unreadable_file_is_a_failed_video_with_a_reason(taken_in: dict[str, dict[str, Any]], what: str) -> None:
    _maker, said = UNREADABLE[what]

    video = taken_in[what]

    assert (video["status"], video["attempt"], video["poster"]) == ("FAILED", 1, None)
    assert said in video["error"]["message"] and video["error"]["message"].endswith(".")
    assert not video["error"]["is_retryable"]


@pytest.mark.parametrize("what", UNREADABLE)
def test_a_person_sees_the_reason(taken_in: dict[str, dict[str, Any]], wire: httpx.Client, what: str) -> None:
    video = taken_in[what]
    reason = escape(video["error"]["message"])

    pages = [wire.get(f"{path}/{video['id']}", headers=BROWSER) for path in ("/videos", "/jobs/videos")]

    assert [page.status_code for page in pages] == [200, 200]
    assert all(reason in page.text for page in pages)


@pytest.mark.parametrize("what", UNREADABLE)
def test_nothing_is_made_of_an_unreadable_file(
    taken_in: dict[str, dict[str, Any]], wire: httpx.Client, what: str
) -> None:
    number = taken_in[what]["id"]

    answers = [wire.post(f"/thumbnails/{number}/320/180"), wire.get(f"/t/{number}")]

    assert [answer.status_code for answer in answers] == [409, 404]
    assert all(taken_in[what]["error"]["message"] in answer.json()["error"] for answer in answers)


def test_no_file_makes_the_service_knock_at_an_address(
    taken_in: dict[str, dict[str, Any]], trap: socket.socket
) -> None:
    assert taken_in

    with pytest.raises(BlockingIOError):
        trap.accept()


# --- files that are two things --------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", TWOFOLD)
def test_of_a_twofold_file_only_a_picture_is_served(
    taken_in: dict[str, dict[str, Any]], wire: httpx.Client, what: str
) -> None:
    assert taken_in[what]["status"] == "COMPLETED"

    answer = wire.get(taken_in[what]["poster"]["url"])

    assert (answer.headers["Content-Type"], answer.headers["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert b"script" not in answer.content and b"alert" not in answer.content and b"PK\x03" not in answer.content


# --- names ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", NAMES)
def test_a_hostile_name_is_only_ever_shown(service: Service, wire: httpx.Client, given: str) -> None:
    name = given.replace("\\", "\\\\").encode()

    answer = wire.post("/videos", content=HEAD.replace(b"a.mp4", name) + VIDEO + TAIL, headers=FORM)

    assert (answer.status_code, answer.json()["filename"]) == (201, NAMES[given])
    pages = [wire.get(path, headers=BROWSER).text for path in ("/", f"/videos/{answer.json()['id']}")]
    assert all(escape(NAMES[given]) in page and "<script>alert" not in page for page in pages)
    assert "/" not in answer.json()["filename"]


# --- and then -------------------------------------------------------------------------------------------------------


def test_the_service_goes_on(service: Service, wire: httpx.Client, clip: Path, parts: list[int]) -> None:
    video = service.upload(clip, "after all that.mp4")
    service.wait_until(f"/videos/{video['id']}", "COMPLETED")
    job = service.ask(video["id"])

    service.wait_until(f"/jobs/thumbnails/{job['id']}", "COMPLETED")

    assert wire.get("/readyz").status_code == 200
    assert service.pids("gunicorn") + service.pids("-m app work") == parts
    assert "Traceback" not in service.said()
