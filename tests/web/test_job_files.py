"""The page of an output: its files, what is worth knowing of them, and the code that shows it elsewhere."""

from html import unescape

import pytest

from app.models import Output, Role
from tests.web.markup import Page
from tests.web.site import Visitor, add_output, add_ready_video, add_thumbnail

STORYBOARD = (("sprite-001.jpg", Role.SPRITE), ("storyboard.vtt", Role.VTT), ("storyboard.json", Role.JSON))


def code(client: Visitor, path: str = "/jobs/thumbnails/1") -> str:
    """Return the code to copy from a job's page."""
    return unescape(client.page(path).partition("<pre")[2].partition("<code>")[2].partition("</code>")[0])


def test_every_file_can_be_seen_and_downloaded(client: Visitor) -> None:
    add_output(client, add_ready_video(client), Output.STORYBOARD, *STORYBOARD)

    page = Page(client.page("/jobs/thumbnails/1"))

    saved = [one.attributes["href"] for one in page.all("a") if one.attributes.get("aria-label", "").startswith("Down")]
    assert [client.get(path).data for path in saved] == [name.encode() for name, _role in STORYBOARD]
    assert all(word in page.text for word in ("Sprite sheet", "Index for players, WebVTT", "storyboard.json"))


def test_what_was_done_otherwise_than_asked_is_told(client: Visitor) -> None:
    notes = ["Rows that stay <empty> are left out.", "Every tile is a keyframe."]
    add_output(client, add_ready_video(client), Output.STORYBOARD, *STORYBOARD, notes=notes)

    text = Page(client.page("/jobs/thumbnails/1")).text

    assert all(note in text for note in notes)


def test_the_options_are_told_in_words(client: Visitor) -> None:
    add_output(client, add_ready_video(client), Output.STORYBOARD, *STORYBOARD, interval_seconds=2.5)

    text = Page(client.page("/jobs/thumbnails/1")).text

    assert all(words in text for words in ("Width of a tile\n160 px", "Interval\n2.5 s", "Format\nJPEG"))


def test_the_code_of_a_storyboard_is_a_player_with_its_tiles(client: Visitor) -> None:
    add_output(client, add_ready_video(client), Output.STORYBOARD, *STORYBOARD)

    video, track = Page(code(client)).elements

    assert (video.tag, track.tag, track.attributes["label"]) == ("video", "track", "thumbnails")
    paths = [video.attributes["src"], video.attributes["poster"], track.attributes["src"]]
    assert all(path.startswith("http://localhost/") for path in paths)
    assert [client.get(path.removeprefix("http://localhost")).status_code for path in paths] == [200] * 3


@pytest.mark.parametrize(
    ("output", "file", "tag", "attribute"),
    [
        (Output.CONTACT_SHEET, ("sheet.jpg", Role.SHEET), "img", "alt"),
        (Output.PREVIEW, ("preview.webp", Role.PREVIEW), "img", "alt"),
        (Output.PREVIEW, ("preview.webm", Role.PREVIEW), "video", "autoplay"),
        (Output.RENDITION, ("rendition.mp4", Role.VIDEO), "video", "controls"),
        (Output.POSTER, ("poster-01.jpg", Role.CANDIDATE), "img", "alt"),
    ],
)
def test_the_code_shows_the_output_itself(
    client: Visitor, output: Output, file: tuple[str, Role], tag: str, attribute: str
) -> None:
    add_output(client, add_ready_video(client), output, file)

    (element,) = Page(code(client)).elements

    assert element.tag == tag and attribute in element.attributes
    assert client.get(element.attributes["src"].removeprefix("http://localhost")).data == file[0].encode()


def test_the_code_names_the_service_as_it_was_asked(client: Visitor) -> None:
    add_output(client, add_ready_video(client), Output.CONTACT_SHEET, ("sheet.jpg", Role.SHEET))

    text = client.get("/jobs/thumbnails/1", headers={"Accept": "text/html", "Host": "127.0.0.1:8000"}).text

    assert "http://127.0.0.1:8000/jobs/thumbnails/1/files/sheet.jpg" in text


def test_what_is_not_there_yet_has_neither_code_nor_files(client: Visitor) -> None:
    add_thumbnail(client, add_ready_video(client))

    text = client.page("/jobs/thumbnails/1")

    assert "Put it on a page" not in text and 'id="files"' not in text


def test_many_pictures_are_all_shown(client: Visitor) -> None:
    names = [f"image-{number:03}-320xauto-fit.jpg" for number in range(1, 13)]
    files = [(name, Role.IMAGE) for name in names]
    add_output(client, add_ready_video(client), Output.THUMBNAIL, *files, count=12, width=320)

    page = Page(client.page("/jobs/thumbnails/1"))

    assert [image.attributes["src"].partition("?")[0].rpartition("/")[2] for image in page.all("img")] == names
    assert "Thumbnails, 12 moments, 320 wide" in page.text
