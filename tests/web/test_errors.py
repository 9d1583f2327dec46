"""How errors are answered: one shape for programs, a page for people, and never what is inside."""

import httpx
import pytest
from flask import abort

from app.config import Settings
from tests.service import Service
from tests.web.site import BROWSER, Visitor, add_failed_video, find_database, lose_database

# An address and a method for each way to fail: what is asked, the number, the code, the field.
WRONG = {
    "no such address": ("GET", "/nothing", 404, "not_found", None),
    "no such video": ("GET", "/videos/99", 404, "video_not_found", "video_id"),
    "no such job": ("GET", "/jobs/thumbnails/99", 404, "job_not_found", "id"),
    "no such picture": ("GET", "/t/1?w=1&h=1", 404, "picture_not_found", "video_id"),
    "no such file": ("GET", "/static/nothing.css", 404, "not_found", None),
    "another method": ("PUT", "/videos/1", 405, "method_not_allowed", None),
    "no file": ("POST", "/videos", 400, "invalid_request", "video"),
    "no size": ("POST", "/thumbnails/1/0/1", 400, "invalid_request", "width"),
    "no position": ("POST", "/thumbnails/1/1/1?t=x", 400, "invalid_request", "t"),
    "no state": ("GET", "/jobs?status=x", 400, "invalid_request", "status"),
    "no place": ("GET", "/jobs?after=x", 400, "invalid_request", "after"),
    "no number": ("GET", "/?before=x", 400, "invalid_request", "before"),
    "no ids": ("GET", "/jobs/rows?ids=x", 400, "invalid_request", "ids"),
    "no event": ("GET", "/stream?last_event_id=x", 400, "invalid_request", "last_event_id"),
    "no channel": ("GET", "/stream?channel=owner-2", 403, "forbidden", "channel"),
}


@pytest.mark.parametrize("what", WRONG)
def test_programs_get_one_shape(read_only_client: Visitor, what: str) -> None:
    method, path, status, code, field = WRONG[what]

    answer = read_only_client.open(path, method=method)

    assert (answer.status_code, answer.mimetype) == (status, "application/json")
    assert set(answer.get_json()) == {"error", "code", "field"}
    assert (answer.get_json()["code"], answer.get_json()["field"]) == (code, field)


@pytest.mark.parametrize("what", WRONG)
def test_an_error_is_a_sentence(read_only_client: Visitor, what: str) -> None:
    method, path, *_ = WRONG[what]

    message = read_only_client.open(path, method=method).get_json()["error"]

    assert message.endswith(".") and " " in message
    assert "Exception" not in message and "Error" not in message


@pytest.mark.parametrize("what", WRONG)
def test_people_get_the_same_sentence_on_a_page(read_only_client: Visitor, what: str) -> None:
    method, path, status, *_ = WRONG[what]
    message = read_only_client.open(path, method=method).get_json()["error"]

    answer = read_only_client.open(path, method=method, headers=BROWSER)

    assert (answer.status_code, answer.mimetype) == (status, "text/html")
    assert f"<p>{message}</p>" in answer.text
    assert 'href="/"' in answer.text


@pytest.mark.parametrize("what", WRONG)
def test_no_error_is_remembered(read_only_client: Visitor, what: str) -> None:
    method, path, *_ = WRONG[what]

    answer = read_only_client.open(path, method=method)

    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "method", "allowed"),
    [
        ("/videos", "DELETE", {"GET", "HEAD", "OPTIONS", "POST"}),
        ("/videos/1", "POST", {"DELETE", "GET", "HEAD", "OPTIONS"}),
        ("/thumbnails/1/320/180", "GET", {"OPTIONS", "POST"}),
        ("/videos/1/outputs", "PUT", {"GET", "HEAD", "OPTIONS", "POST"}),
        ("/t/1", "PUT", {"GET", "HEAD", "OPTIONS"}),
        ("/", "POST", {"GET", "HEAD", "OPTIONS"}),
    ],
)
def test_a_method_that_is_not_taken_names_those_that_are(
    read_only_client: Visitor, path: str, method: str, allowed: set[str]
) -> None:
    answer = read_only_client.open(path, method=method)

    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == allowed


def test_what_a_video_cannot_do_is_a_conflict(client: Visitor) -> None:
    add_failed_video(client)

    for_program = client.post("/thumbnails/1/320/180")
    form = {"output": "thumbnail", "width": "1", "height": "1"}
    for_people = client.post("/videos/1/outputs", data=form, headers=BROWSER)

    assert (for_program.status_code, for_people.status_code) == (409, 409)
    assert set(for_program.get_json()) == {"error", "code", "field"}
    assert "This is not a video." in for_people.text


def test_an_answer_that_depends_on_who_asks_says_so(read_only_client: Visitor) -> None:
    answers = [read_only_client.get(path) for path in ("/videos/1", "/jobs", "/jobs/videos/1", "/videos", "/nothing")]

    assert {answer.headers.get("Vary") for answer in answers} == {"Accept"}


@pytest.mark.parametrize(
    ("accepted", "mimetype"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("application/json, text/html;q=0.5", "application/json"),
        ("text/html", "text/html"),
        ("text/html, */*;q=0.1", "text/html"),
        ("image/avif,image/webp,*/*;q=0.8", "application/json"),
        ("nonsense", "application/json"),
    ],
)
def test_who_names_html_first_gets_a_page(read_only_client: Visitor, accepted: str, mimetype: str) -> None:
    answer = read_only_client.get("/videos/1", headers={"Accept": accepted})

    assert (answer.status_code, answer.mimetype) == (200, mimetype)


# --- what is not foreseen -------------------------------------------------------------------------------------------


def break_down() -> str:
    raise KeyError("secret of the inside")


@pytest.mark.parametrize("headers", [{}, BROWSER], ids=["program", "browser"])
def test_what_is_not_foreseen_tells_nothing_of_the_inside(client: Visitor, headers: dict[str, str]) -> None:
    client.application.add_url_rule("/broken", view_func=break_down)

    answer = client.get("/broken", headers=headers)

    assert answer.status_code == 500
    assert "secret" not in answer.text and "Traceback" not in answer.text and "KeyError" not in answer.text
    assert "Something went wrong in the service itself" in answer.text


@pytest.mark.parametrize("status", [400, 401, 406, 410, 414, 415, 418, 422, 429, 431, 501, 503])
def test_any_number_has_the_one_shape(client: Visitor, status: int) -> None:
    client.application.add_url_rule("/broken", view_func=lambda: abort(status))

    answer = client.get("/broken")

    assert answer.status_code == status
    assert set(answer.get_json()) == {"error", "code", "field"}


# --- without a database ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/videos"), ("GET", "/videos/1"), ("GET", "/jobs"), ("GET", "/t/1"), ("POST", "/thumbnails/1/320/180")],
)
def test_without_a_database_it_is_said_when_to_come_back(stranded_client: Visitor, method: str, path: str) -> None:
    answer = stranded_client.open(path, method=method)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert set(answer.get_json()) == {"error", "code", "field"}
    assert answer.get_json()["code"] == "temporarily_unavailable"


@pytest.mark.parametrize("path", ["/", "/jobs", "/videos/1", "/jobs/thumbnails/1"])
def test_without_a_database_people_get_a_page(stranded_client: Visitor, path: str) -> None:
    page = stranded_client.page(path, status=503)

    assert "The database does not answer just now." in page
    assert "sqlite" not in page.lower() and "SELECT" not in page and "pymysql" not in page.lower()


def test_without_a_database_an_upload_is_refused_and_let_go(stranded_client: Visitor) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="video"; filename="a.mp4"\r\n\r\nbytes\r\n--x--\r\n'

    answer = stranded_client.post("/videos", data=body, content_type="multipart/form-data; boundary=x")

    assert answer.status_code == 503
    assert stranded_client.stored("incoming") == []


def test_once_the_database_is_back_it_is_used_again(client: Visitor) -> None:
    lose_database(client)
    during = client.get("/videos")
    find_database(client)

    after = client.get("/videos")

    assert (during.status_code, after.status_code) == (503, 200)


# --- on the wire ----------------------------------------------------------------------------------------------------


@pytest.mark.processes
@pytest.mark.parametrize("path", ["/nothing", "/static/%2e%2e/app/cli.py", "/static/../../etc/passwd", "/videos/99"])
def test_errors_on_the_wire_have_the_one_shape_too(wire: httpx.Client, path: str) -> None:
    answer = wire.get(path)

    assert answer.status_code == 404
    assert set(answer.json()) == {"error", "code", "field"}


@pytest.mark.processes
@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/" + "x" * 9000, {}, 414),
        ("/", {"X-Long": "x" * 20_000}, 431),
        ("/", dict.fromkeys(map(str, range(200)), "x"), 431),
    ],
    ids=["an address", "a header", "many headers"],
)
def test_what_is_too_long_to_be_read_is_told_in_the_one_shape_too(
    wire: httpx.Client, path: str, headers: dict[str, str], status: int
) -> None:
    answer = wire.get(path, headers=headers)

    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/json")
    assert set(answer.json()) == {"error", "code", "field"}


@pytest.mark.processes
def test_no_page_of_the_real_service_left_a_trace_in_its_log(service: Service, wire: httpx.Client) -> None:
    for path in ("/", "/jobs", "/videos/1", "/jobs/videos/1", "/nothing", "/videos/99", "/healthz", "/readyz"):
        wire.get(path, headers=BROWSER)

    assert "Traceback" not in service.said()
    assert Settings().host in service.base
