"""Who may knock: names that are ours, writes that are our own pages' or programs', and headers that hold the rest."""

import socket
from collections.abc import Callable, Iterator

import pytest

from tests.service import Service, running
from tests.web.site import BROWSER, Visitor

WRITES = [("POST", "/videos"), ("POST", "/thumbnails/1/320/180"), ("POST", "/videos/1/outputs")]
READS = ["/", "/jobs", "/videos", "/videos/1", "/t/1", "/healthz", "/readyz", "/static/css/base.css"]
FOREIGN = [
    *(
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "evil-localhost",
        "xlocalhost",
        "localhost.x",
    ),
    *("evil.example:5000", "0", "1", "2130706433", "0x7f000001", "127.1", "127.0.0.1.", "256.1.1.1", "1.2.3.4.5"),
    *("", " ", ":5000", ".", ".localhost.", "[", "[]", "[::1", "::1]", "[evil.example]", "[::1]evil.example"),
    *("user@localhost", "localhost@evil.example", "evil.example#.localhost", "evil.example/.localhost", "localhost:x"),
    *("localhost, evil.example", "evil.example,localhost", "localhost evil.example", "évil.localhost"),
    *("a" * 64, "a" * 2000, "a..example", "evil.example."),
]
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


# --- names ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "LocalHost", "localhost:5000", "videos.localhost", "a.b.localhost:5000"),
        *("127.0.0.1", "127.0.0.1:5000", "192.168.1.20:5000", "[::1]", "[::1]:5000", "[fe80::1]:5000"),
    ],
)
def test_this_machines_names_and_bare_addresses_are_answered(client: Visitor, host: str) -> None:
    answer = client.get("/videos", headers={"Host": host})

    assert answer.status_code == 200


@pytest.mark.parametrize("host", FOREIGN)
@pytest.mark.parametrize("path", ["/videos", "/nothing", "/static/css/base.css"])
def test_a_foreign_name_is_refused_everywhere(client: Visitor, host: str, path: str) -> None:
    answer = client.get(path, headers={"Host": host})

    assert (answer.status_code, answer.get_json()["code"]) == (403, "unknown_host")
    assert answer.get_json()["field"] == "Host"


@pytest.mark.parametrize("host", FOREIGN)
def test_a_foreign_name_is_refused_with_a_page_too(client: Visitor, host: str) -> None:
    answer = client.get("/", headers={**BROWSER, "Host": host})

    assert (answer.status_code, answer.mimetype) == (403, "text/html")
    assert "ALLOWED_HOSTS" in answer.text


@pytest.mark.parametrize("host", ["a" * 64 + ".localhost", "a..localhost", "..localhost"])
@pytest.mark.parametrize("headers", [{}, BROWSER], ids=["program", "browser"])
def test_a_name_that_can_be_nobodys_is_refused(client: Visitor, host: str, headers: dict[str, str]) -> None:
    answer = client.get("/videos", headers={**headers, "Host": host})

    assert answer.status_code in (400, 403)


def test_a_foreign_name_cannot_write_either(client: Visitor) -> None:
    before = client.get("/jobs").get_json()

    answer = client.post("/thumbnails/1/1/1", headers={"Host": "evil.example", "Sec-Fetch-Site": "same-origin"})

    assert answer.status_code == 403
    assert client.get("/jobs").get_json() == before


def test_the_refusal_of_a_name_says_what_to_do(client: Visitor) -> None:
    message = client.get("/", headers={"Host": "videos.example.org"}).get_json()["error"]

    assert "'videos.example.org' is not a name of this service" in message
    assert "ALLOWED_HOSTS" in message


@pytest.mark.parametrize("name", ["<script>alert(1)</script>.example", "x" * 5000 + ".example"])
def test_the_refusal_of_a_name_is_harmless(client: Visitor, name: str) -> None:
    answer = client.get("/", headers={"Host": name, **BROWSER})

    assert (answer.status_code, answer.mimetype) == (403, "text/html")
    assert "<script>alert" not in answer.text and "x" * 200 not in answer.text


@pytest.mark.parametrize("header", ["X-Forwarded-Host", "X-Host", "Forwarded", "X-Original-Host", "X-Forwarded-Server"])
def test_no_other_header_stands_for_the_name(client: Visitor, header: str) -> None:
    answer = client.get("/", headers={"Host": "evil.example", header: "localhost"})

    assert answer.status_code == 403


@pytest.mark.parametrize("host", ["videos.example.org", "VIDEOS.example.org:8443", "second.example.org", "localhost"])
def test_names_that_are_set_are_answered(open_with: Callable[..., Visitor], host: str) -> None:
    client = open_with(allowed_hosts=" videos.example.org ,Second.Example.org,,")

    answer = client.get("/videos", headers={"Host": host})

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "host", ["example.org", "x.videos.example.org", "xvideos.example.org", "third.example.org", ""]
)
def test_names_like_those_that_are_set_are_refused(open_with: Callable[..., Visitor], host: str) -> None:
    client = open_with(allowed_hosts="videos.example.org,,second.example.org")

    answer = client.get("/videos", headers={"Host": host})

    assert answer.status_code == 403


def test_a_name_that_is_set_with_its_port_is_understood(open_with: Callable[..., Visitor]) -> None:
    client = open_with(allowed_hosts="videos.example.org:8443")

    answer = client.get("/videos", headers={"Host": "videos.example.org:8443"})

    assert answer.status_code == 200


def test_the_name_to_listen_on_is_answered(open_with: Callable[..., Visitor]) -> None:
    client = open_with(host="box.lan")

    answer = client.get("/videos", headers={"Host": "box.lan:5000"})

    assert answer.status_code == 200


# --- writes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "path"), WRITES)
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "CROSS-SITE"},
        {"Sec-Fetch-Site": "nonsense"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:5001"},
        {"Origin": "https://localhost"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://localhost@evil.example"},
        {"Origin": "localhost"},
        {"Origin": "file://"},
    ],
)
def test_a_write_that_another_site_started_is_refused(
    client: Visitor, method: str, path: str, headers: dict[str, str]
) -> None:
    answer = client.open(path, method=method, headers=headers)

    assert (answer.status_code, answer.get_json()["code"]) == (403, "cross_site")
    assert set(answer.get_json()) == {"error", "code", "field"}


@pytest.mark.parametrize(("method", "path"), WRITES)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"},
        {"Origin": "http://localhost"},
        {"Host": "192.168.1.20:5000", "Origin": "http://192.168.1.20:5000"},
        {"Host": "[::1]:5000", "Origin": "http://[::1]:5000"},
    ],
)
def test_our_own_pages_and_programs_may_write(client: Visitor, method: str, path: str, headers: dict[str, str]) -> None:
    answer = client.open(path, method=method, headers=headers)

    # 400 where the form is not filled in: the door was passed.
    assert answer.status_code in (200, 201, 400)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_whatever_is_not_a_read_is_guarded(client: Visitor, method: str) -> None:
    answer = client.open("/videos/1", method=method, headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403


@pytest.mark.parametrize("path", READS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_reads_are_answered_whoever_started_them(client: Visitor, path: str, method: str) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "http://evil.example"}

    answer = client.open(path, method=method, headers=headers)

    assert answer.status_code in (200, 503 if path == "/readyz" else 200)
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_an_upload_from_another_site_leaves_nothing(client: Visitor) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="video"; filename="a.mp4"\r\n\r\nbytes\r\n--x--\r\n'
    before = client.stored("sources")

    client.post(
        "/videos", data=body, content_type="multipart/form-data; boundary=x", headers={"Origin": "http://evil.example"}
    )

    assert (client.stored("sources"), client.stored("incoming")) == (before, [])


# --- headers --------------------------------------------------------------------------------------------------------

ANSWERS = {
    "page": ("GET", "/", BROWSER),
    "JSON": ("GET", "/videos", {}),
    "fragment": ("GET", "/jobs/tabs", {}),
    "picture": ("GET", "/t/1", {}),
    "static file": ("GET", "/static/js/main.js", {}),
    "error": ("GET", "/nothing", {}),
    "error page": ("GET", "/nothing", BROWSER),
    "refusal": ("GET", "/", {"Host": "evil.example"}),
    "redirect": ("GET", "/videos", BROWSER),
    "wrong method": ("DELETE", "/videos", {}),
    "health": ("GET", "/healthz", {}),
}


@pytest.mark.parametrize("what", ANSWERS)
def test_every_answer_carries_the_headers_that_hold_a_browser_back(client: Visitor, what: str) -> None:
    method, path, headers = ANSWERS[what]

    answer = client.open(path, method=method, headers=headers)

    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert "Server" not in answer.headers and "X-Powered-By" not in answer.headers


def test_a_stored_file_may_load_nothing_at_all(client: Visitor) -> None:
    assert client.get("/t/1").headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize("what", [what for what in ANSWERS if what != "picture"])
def test_every_answer_says_that_nothing_foreign_may_run_in_it(client: Visitor, what: str) -> None:
    method, path, headers = ANSWERS[what]

    policy = client.open(path, method=method, headers=headers).headers["Content-Security-Policy"]

    rules = dict(rule.strip().partition(" ")[::2] for rule in policy.split(";"))
    assert (rules["default-src"], rules["frame-ancestors"], rules["base-uri"]) == ("'none'", "'none'", "'none'")
    assert (rules["script-src"], rules["style-src"], rules["form-action"]) == ("'self'", "'self'", "'self'")
    assert "unsafe" not in policy and "*" not in policy and "http" not in policy


# --- on the wire ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A real service, for what a client library would not send."""
    with running(tmp_path_factory.mktemp("auth") / "data", SEATS="1") as service:
        yield service


@pytest.mark.processes
@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /healthz HTTP/1.0\r\n", 200),
        (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n", 200),
        (b"GET /healthz HTTP/1.1\r\nHost: evil.example\r\n", 403),
        (b"GET /healthz HTTP/1.1\r\nHost:\r\n", 403),
        (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: evil.example\r\nHost: localhost\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: evil\x00.localhost\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: localhost\r\n", 403),
        (b"POST /thumbnails/1/1/1 HTTP/1.1\r\nHost: localhost\r\nOrigin: null\r\n", 403),
    ],
)
def test_names_on_the_wire(service: Service, head: bytes, status: int) -> None:
    with socket.create_connection(("127.0.0.1", service.port), timeout=10) as line:
        line.sendall(head + b"Connection: close\r\nContent-Length: 0\r\n\r\n")

        answer = line.recv(64)

    assert int(answer.split(b" ")[1]) == status
