"""GET /t/<video>: the pictures themselves, as pages embed them and caches keep them."""

from hashlib import sha256

import pytest
from werkzeug.http import parse_options_header

from app.media.requests.base import Fit, ImageFormat
from tests.web.site import (
    BROWSER,
    PICTURE,
    POSTER,
    Visitor,
    add_failed_thumbnail,
    add_failed_video,
    add_picture,
    add_ready_video,
    add_thumbnail,
    add_video,
    begin,
)

OF_THE_PICTURE = "/t/1?w=320&h=180"
VERSION = sha256(PICTURE).hexdigest()[:12]


@pytest.fixture
def made(client: Visitor) -> Visitor:
    """A site with one video, and one picture of it at 320 × 180."""
    add_picture(client, add_ready_video(client))
    return client


# --- which picture --------------------------------------------------------------------------------------------------


def test_without_a_size_it_is_the_poster(read_only_client: Visitor) -> None:
    answer = read_only_client.get("/t/1")

    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert answer.data == POSTER


def test_with_a_size_it_is_the_picture_of_that_size(read_only_client: Visitor) -> None:
    answer = read_only_client.get(OF_THE_PICTURE)

    assert (answer.status_code, answer.data) == (200, PICTURE)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("t=1.5", b"at 1.5"),
        ("t=0:01.50", b"at 1.5"),
        ("t=50%25", b"at half"),
        ("t=poster", b"as PNG"),
        ("fit=fill", b"filled"),
        ("format=png", b"as PNG"),
        ("fit=fit&format=jpg&t=1.5", b"at 1.5"),
        ("", b"as PNG"),
    ],
)
def test_options_choose_among_pictures_of_one_size(client: Visitor, query: str, expected: bytes) -> None:
    video = add_ready_video(client)
    add_picture(client, video, data=b"at 1.5", position="1.5")
    add_picture(client, video, data=b"at half", position="50%")
    add_picture(client, video, data=b"filled", fit=Fit.FILL)
    add_picture(client, video, data=b"as PNG", image_format=ImageFormat.PNG)

    answer = client.get(f"{OF_THE_PICTURE}&{query}")

    assert (answer.status_code, answer.data) == (200, expected)


@pytest.mark.parametrize("query", ["w=321&h=180", "w=320&h=180&t=2", "w=320&h=180&fit=pad", "w=320&h=180&format=webp"])
def test_a_picture_that_was_not_made_says_how_to_make_it(read_only_client: Visitor, query: str) -> None:
    answer = read_only_client.get(f"/t/1?{query}")

    assert (answer.status_code, answer.get_json()["code"]) == (404, "picture_not_found")
    assert f"POST /thumbnails/1/{query[2:5]}/180" in answer.get_json()["error"]


def test_what_is_said_of_a_missing_picture_makes_just_that_picture(made: Visitor) -> None:
    said = made.get(f"{OF_THE_PICTURE}&t=2&fit=pad&format=webp").get_json()["error"]

    address = next(word for word in said.split() if word.startswith("/thumbnails/"))
    job = made.post(address).get_json()

    assert job["options"] == {"t": "2", "fit": "pad", "format": "webp"}


def test_only_finished_pictures_are_served(client: Visitor) -> None:
    video = add_ready_video(client)
    add_thumbnail(client, video, position="1")
    begin(client, add_thumbnail(client, video, position="2"))
    add_failed_thumbnail(client, video, position="3")

    answer = client.get(OF_THE_PICTURE)

    assert answer.status_code == 404


def test_a_video_that_is_not_read_yet_has_no_poster(client: Visitor) -> None:
    add_video(client)
    add_failed_video(client, data=b"another")

    answers = [client.get("/t/1"), client.get("/t/2")]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].get_json()["error"] == "Video 1 has no picture yet."
    assert "yet" not in answers[1].get_json()["error"]


@pytest.mark.parametrize("query", ["w=0&h=180", "w=x&h=180", "w=320&h=8193", "w=320", "h=180", "w=&h="])
def test_a_size_that_makes_no_sense_is_refused_by_the_name_it_has_here(read_only_client: Visitor, query: str) -> None:
    answer = read_only_client.get(f"/t/1?{query}")

    assert answer.status_code == 400
    assert answer.get_json()["field"] in ("w", "h")


@pytest.mark.parametrize("field", ["t", "fit", "format"])
def test_an_option_that_makes_no_sense_is_refused_by_name(read_only_client: Visitor, field: str) -> None:
    answer = read_only_client.get(f"{OF_THE_PICTURE}&{field}=nonsense")

    assert answer.status_code == 400
    assert answer.get_json()["field"] == field


@pytest.mark.parametrize("query", ["t=5", "fit=fill", "format=png", "t=nonsense"])
def test_options_without_a_size_are_not_silently_left_out(read_only_client: Visitor, query: str) -> None:
    answer = read_only_client.get(f"/t/1?{query}")

    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("name", "saved"),
    [
        ("clip.mp4", "clip-320x180.jpg"),
        ("a.b.c.mkv", "a.b.c-320x180.jpg"),
        ("no ending", "no ending-320x180.jpg"),
        ('a"b;c=d.mp4', 'a"b;c=d-320x180.jpg'),
        ("Ferien 🎬.mp4", "Ferien 🎬-320x180.jpg"),
        ("a\r\nSet-Cookie: x=1.mp4", "aSet-Cookie: x=1-320x180.jpg"),
    ],
)
def test_a_picture_is_saved_under_the_name_of_its_video(client: Visitor, name: str, saved: str) -> None:
    add_picture(client, add_ready_video(client, filename=name))

    answer = client.get(OF_THE_PICTURE)

    said, options = parse_options_header(answer.headers["Content-Disposition"])
    assert (said, options["filename"]) == ("inline", saved)
    assert "Set-Cookie" not in answer.headers


# --- how it is kept -------------------------------------------------------------------------------------------------


def test_a_picture_is_asked_about_before_it_is_shown_again(read_only_client: Visitor) -> None:
    answer = read_only_client.get(OF_THE_PICTURE)

    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["ETag"] == f'"{sha256(PICTURE).hexdigest()}"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_an_address_with_the_pictures_own_version_is_kept_for_good(read_only_client: Visitor) -> None:
    answer = read_only_client.get(f"{OF_THE_PICTURE}&v={VERSION}")

    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"


@pytest.mark.parametrize("version", ["", "0" * 12, VERSION[:6], VERSION.upper(), f"{VERSION}0"])
def test_an_address_with_another_version_is_not_kept(read_only_client: Visitor, version: str) -> None:
    answer = read_only_client.get(f"{OF_THE_PICTURE}&v={version}")

    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "private, no-cache")


def test_the_addresses_that_jobs_show_are_kept_for_good(read_only_client: Visitor) -> None:
    addresses = [
        read_only_client.get("/videos/1").get_json()["poster"]["url"],
        read_only_client.get("/jobs/thumbnails/1").get_json()["image"]["url"],
    ]

    answers = [read_only_client.get(address) for address in addresses]

    assert [answer.data for answer in answers] == [POSTER, PICTURE]
    assert all("immutable" in answer.headers["Cache-Control"] for answer in answers)


@pytest.mark.parametrize("header", ["If-None-Match", "If-Modified-Since"])
def test_a_picture_that_is_known_is_not_sent_again(read_only_client: Visitor, header: str) -> None:
    first = read_only_client.get(OF_THE_PICTURE)
    known = {"If-None-Match": first.headers["ETag"], "If-Modified-Since": first.headers["Last-Modified"]}

    again = read_only_client.get(OF_THE_PICTURE, headers={header: known[header]})

    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Cache-Control"] == "private, no-cache"


def test_a_picture_that_changed_is_sent(read_only_client: Visitor) -> None:
    answer = read_only_client.get(OF_THE_PICTURE, headers={"If-None-Match": '"another"'})

    assert (answer.status_code, answer.data) == (200, PICTURE)


def test_a_missing_picture_is_not_remembered_as_missing(read_only_client: Visitor) -> None:
    answer = read_only_client.get(f"/t/1?w=1&h=1&v={VERSION}")

    assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store")


def test_head_tells_the_size_and_sends_nothing(read_only_client: Visitor) -> None:
    answer = read_only_client.head(OF_THE_PICTURE)

    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["Content-Length"] == str(len(PICTURE))


@pytest.mark.parametrize(
    ("asked", "got", "said"),
    [
        ("bytes=0-2", PICTURE[:3], "bytes 0-2/11"),
        ("bytes=4-", PICTURE[4:], "bytes 4-10/11"),
        ("bytes=-3", PICTURE[-3:], "bytes 8-10/11"),
        ("bytes=4-999", PICTURE[4:], "bytes 4-10/11"),
    ],
)
def test_a_part_of_a_picture_can_be_asked_for(read_only_client: Visitor, asked: str, got: bytes, said: str) -> None:
    answer = read_only_client.get(OF_THE_PICTURE, headers={"Range": asked})

    assert (answer.status_code, answer.data) == (206, got)
    assert (answer.headers["Content-Range"], answer.headers["Content-Length"]) == (said, str(len(got)))


def test_a_part_past_the_end_is_refused_with_the_size(read_only_client: Visitor) -> None:
    answer = read_only_client.get(OF_THE_PICTURE, headers={"Range": "bytes=999-"})

    assert (answer.status_code, answer.mimetype) == (416, "application/json")
    assert answer.headers["Content-Range"] == "bytes */11"


@pytest.mark.parametrize("wish", ["items=0-5", "bytes=0-1,4-5", "bytes=x", "nonsense"])
def test_a_wish_for_parts_that_is_not_understood_is_left_aside(read_only_client: Visitor, wish: str) -> None:
    answer = read_only_client.get(OF_THE_PICTURE, headers={"Range": wish})

    assert (answer.status_code, answer.data) == (200, PICTURE)


def test_a_picture_that_is_another_one_now_is_not_sent(read_only_client: Visitor) -> None:
    answer = read_only_client.get(OF_THE_PICTURE, headers={"If-Match": '"another"'})

    assert (answer.status_code, answer.get_json()["code"]) == (412, "precondition_failed")


# --- when its bytes are gone ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("headers", [{}, BROWSER], ids=["program", "browser"])
def test_a_file_that_vanished_is_said_to_be_gone(made: Visitor, headers: dict[str, str]) -> None:
    for name in made.stored("outputs"):
        (made.core.settings.data_path / "outputs" / name).unlink()

    answer = made.get(OF_THE_PICTURE, headers=headers)

    assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store")
    assert "The stored file is gone." in answer.text


def test_a_file_that_cannot_be_read_is_a_fault_of_ours(made: Visitor) -> None:
    for name in made.stored("outputs"):
        path = made.core.settings.data_path / "outputs" / name
        path.unlink()
        path.mkdir()

    answer = made.get(OF_THE_PICTURE)

    assert (answer.status_code, answer.get_json()["code"]) == (503, "storage_unavailable")
    assert str(made.core.settings.data_path) not in answer.text
