"""The player on a video's page, and the file that it plays."""

import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from app.extensions import db
from app.models import Output, Role, Source, VideoJob
from app.web.player_styles import PLAYER_STYLES
from tests.web.markup import Element, Page
from tests.web.site import BROWSER, Visitor, add_output, add_ready_video, add_strangers_video, add_video

STORYBOARD = (("sprite-001.jpg", Role.SPRITE), ("storyboard.vtt", Role.VTT), ("storyboard.json", Role.JSON))


def player(client: Visitor, path: str = "/videos/1") -> Element:
    (video,) = [one for one in Page(client.page(path)).all("video") if "controls" in one.attributes]
    return video


def change(client: Visitor, *, media_type: str = "video/mp4", **facts: Any) -> None:
    """Let video 1 be of another kind."""
    with client.application.app_context():
        db.session.execute(update(Source).values(media_type=media_type))
        if facts:
            db.session.execute(update(VideoJob).values(**facts))
        db.session.commit()


def test_a_video_can_be_played_without_scripts(client: Visitor) -> None:
    add_ready_video(client, data=b"the film")

    video = player(client)

    assert client.get(video.attributes["src"]).data == b"the film"
    assert client.get(video.attributes["poster"]).data == b"the poster"
    assert (video.attributes["width"], video.attributes["height"]) == ("1280", "720")
    assert [child.tag for child in video.children] == []


def test_the_tiles_of_a_storyboard_are_the_players(client: Visitor) -> None:
    add_output(client, add_ready_video(client), Output.STORYBOARD, *STORYBOARD)

    (track,) = player(client).children

    assert track.attributes.items() >= {"kind": "metadata", "label": "thumbnails", "default": ""}.items()
    assert client.get(track.attributes["src"]).data == b"storyboard.vtt"


def test_the_newest_storyboard_counts(client: Visitor) -> None:
    video = add_ready_video(client)
    add_output(client, video, Output.STORYBOARD, *STORYBOARD)
    newest = add_output(client, video, Output.STORYBOARD, *STORYBOARD, columns=5)

    (track,) = player(client).children

    assert track.attributes["src"].startswith(f"/jobs/thumbnails/{newest.id}/files/storyboard.vtt?v=")


def test_without_a_storyboard_one_is_offered(client: Visitor) -> None:
    video = add_ready_video(client)
    before = client.page("/videos/1")
    add_output(client, video, Output.STORYBOARD, *STORYBOARD)

    assert "Make a storyboard" in before and "Make a storyboard" not in client.page("/videos/1")


def test_a_rendition_is_offered_whether_there_are_tiles_or_not(client: Visitor) -> None:
    video = add_ready_video(client)
    change(client, codec="hevc")
    before = client.page("/videos/1")
    add_output(client, video, Output.STORYBOARD, *STORYBOARD)

    assert "Make a rendition" in before and "Make a rendition" in client.page("/videos/1")


@pytest.mark.parametrize(
    ("media_type", "codec"),
    [("video/quicktime", "h264"), ("video/webm", "vp8"), ("video/webm", "av1")],
)
def test_what_browsers_play_has_a_player(client: Visitor, media_type: str, codec: str) -> None:
    add_ready_video(client)
    change(client, media_type=media_type, codec=codec)

    assert player(client).attributes["src"].startswith("/videos/1/source?v=")


@pytest.mark.parametrize(
    ("media_type", "codec"),
    [
        ("video/mp4", "hevc"),
        ("video/ogg", "theora"),
        ("video/x-msvideo", "mpeg4"),
        ("video/x-matroska", "h264"),
        ("video/mp2t", "h264"),
    ],
)
def test_what_browsers_do_not_play_says_so(client: Visitor, media_type: str, codec: str) -> None:
    add_ready_video(client)
    change(client, media_type=media_type, codec=codec)

    text = client.page("/videos/1")

    assert "Browsers do not play" in text and 'href="#make-rendition"' in text
    assert Page(text).all("video") == []


def test_what_browsers_do_not_play_is_played_from_its_rendition(client: Visitor) -> None:
    video = add_ready_video(client)
    change(client, media_type="video/x-ms-wmv", codec="wmv2")
    add_output(client, video, Output.RENDITION, ("rendition.mp4", Role.VIDEO))

    assert client.get(player(client).attributes["src"]).data == b"rendition.mp4"
    assert "This plays a rendition" in client.page("/videos/1")


def test_a_still_picture_has_no_player(client: Visitor) -> None:
    add_ready_video(client, kind="image")

    page = Page(client.page("/videos/1"))

    assert page.all("video") == []
    assert not any("media-chrome" in one.attributes.get("src", "") for one in page.all("script"))


def test_the_page_allows_the_style_sheets_of_the_player_and_no_others(client: Visitor) -> None:
    add_ready_video(client)

    policy = client.get("/videos/1", headers=BROWSER).headers["Content-Security-Policy"]

    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["style-src"].split() == ["'self'", *(f"'{style}'" for style in PLAYER_STYLES)]
    assert (rules["script-src"], rules["default-src"]) == ("'self'", "'none'")


# --- the file -------------------------------------------------------------------------------------------------------


def test_the_file_is_answered_in_part_as_players_ask(client: Visitor) -> None:
    add_ready_video(client, data=b"0123456789")

    answer = client.get("/videos/1/source", headers={"Range": "bytes=3-5"})

    assert (answer.status_code, answer.data, answer.mimetype) == (206, b"345", "video/mp4")
    assert answer.headers["Content-Range"] == "bytes 3-5/10"


def test_the_file_is_taken_for_no_page_by_any_browser(client: Visitor) -> None:
    add_ready_video(client, data=b"<script>alert(1)</script>", filename="<b>.html")

    answer = client.get("/videos/1/source")

    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.mimetype == "video/mp4"


@pytest.mark.parametrize("media_type", ["text/html", "image", "application/mxf", "", None])
def test_what_is_neither_picture_nor_video_is_only_saved(client: Visitor, media_type: str | None) -> None:
    add_ready_video(client, filename="Ferien.mxf")
    change(client, media_type=media_type)  # type: ignore[arg-type]

    answer = client.get("/videos/1/source")

    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == "attachment; filename=Ferien.mxf"


def test_the_file_may_be_kept_under_its_own_version_only(client: Visitor) -> None:
    add_ready_video(client)

    fixed = client.get(player(client).attributes["src"]).headers["Cache-Control"]

    assert "immutable" in fixed
    assert client.get("/videos/1/source?v=x").headers["Cache-Control"] == "private, no-cache"


def test_the_file_can_be_had_before_it_was_read(client: Visitor) -> None:
    add_video(client, data=b"just arrived")

    assert client.get("/videos/1/source").data == b"just arrived"


def test_the_file_of_somebody_else_is_not_there(client: Visitor) -> None:
    stranger = add_strangers_video(client)

    assert client.get(f"/videos/{stranger.id}/source").status_code == 404
    assert client.get("/videos/99/source").status_code == 404


def test_the_vendored_files_are_as_they_were_published() -> None:
    vendor = Path(__file__).parents[2] / "static" / "vendor"
    sums = dict(
        re.findall(r"^\| `(\S+)` \|.*\| `([0-9a-f]{64})` \|$", (vendor / "README.md").read_text(), re.MULTILINE)
    )

    found = {
        str(path.relative_to(vendor)): path for path in vendor.rglob("*") if path.is_file() and path.parent != vendor
    }

    assert {name: sha256(path.read_bytes()).hexdigest() for name, path in found.items()} == sums


@pytest.mark.parametrize(
    ("media_type", "size_bytes", "shown"),
    [("image/gif", 5, "source"), ("image/webp", 5, "source"), ("image/png", 5, "t"), ("image/gif", 30_000_000, "t")],
)
def test_a_picture_that_may_move_is_shown_as_it_is(
    client: Visitor, media_type: str, size_bytes: int, shown: str
) -> None:
    video = add_ready_video(client, kind="image")
    with client.application.app_context():
        db.session.execute(update(Source).values(media_type=media_type, size_bytes=size_bytes))
        db.session.commit()

    page = client.page(f"/videos/{video.id}")

    address = {"source": f"/videos/{video.id}/source?v=", "t": f"/t/{video.id}?v="}[shown]
    assert f'<div class="frame"><img src="{address}' in page
