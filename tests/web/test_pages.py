"""Every page, in every state that we can bring it to: well-formed, usable, and with nothing of a stranger's in it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.markup import Page, fields_without_label, names_missing
from tests.web.site import (
    BROWSER,
    Visitor,
    add_failed_thumbnail,
    add_failed_video,
    add_picture,
    add_ready_video,
    add_thumbnail,
    add_video,
    begin,
    open_site,
)

HOSTILE = "<img src=x onerror=alert(1)>\"'&amp;{{ 7*7 }}\u202e.mp4"
SHOWN = HOSTILE.replace("\u202e", "")
# What each page is, and where: ids as `fill` makes them.
PAGES = {
    "library": "/",
    "library, older": "/?before=3",
    "library, past its end": "/?before=1",
    "jobs": "/jobs",
    **{f"jobs, {word}": f"/jobs?status={word}" for word in ("queued", "processing", "completed", "failed", "expired")},
    "video, ready": "/videos/1",
    "video, failed": "/videos/2",
    "video, queued": "/videos/3",
    "video, processing": "/videos/4",
    "job of a video, ready": "/jobs/videos/1",
    "job of a video, failed": "/jobs/videos/2",
    "job of a video, queued": "/jobs/videos/3",
    "job, completed": "/jobs/thumbnails/1",
    "job, failed": "/jobs/thumbnails/2",
    "job, processing": "/jobs/thumbnails/3",
    "job, queued": "/jobs/thumbnails/4",
    "nothing here": "/nothing",
    "no such video": "/videos/99",
    "wrong state": "/jobs?status=x",
    "form with a fault": "/videos/1/outputs",
}
SHOW_THE_NAME = [what for what in PAGES if what.startswith(("video", "job"))] + ["library", "form with a fault"]
FRAGMENTS = [
    *("/videos/cards?ids=video-1,video-2,video-3", "/videos/outputs?ids=thumbnail-1,thumbnail-2", "/jobs/tabs"),
    "/jobs/rows?ids=video-1,video-2,thumbnail-1,thumbnail-2,thumbnail-3",
]


def fill(client: Visitor) -> None:
    """Videos 1 to 4 and thumbnails 1 to 4, each in another state, all of one hostile name."""
    video = add_ready_video(client, filename=HOSTILE)
    add_failed_video(client, filename=HOSTILE, data=b"failed")
    add_video(client, filename=HOSTILE, data=b"queued")
    begin(client, add_video(client, filename=HOSTILE, data=b"processing"))
    add_picture(client, video, width=100)
    add_failed_thumbnail(client, video, width=200)
    begin(client, add_thumbnail(client, video, width=300), progress=0.5)
    add_thumbnail(client, video, width=400)


@pytest.fixture(scope="session")
def full(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Visitor]:
    """A site that has everything; tests only read it."""
    with open_site(tmp_path_factory.mktemp("full") / "data", migrated=migrated) as client:
        fill(client)
        yield client


@pytest.fixture(scope="session")
def pages(full: Visitor) -> dict[str, str]:
    """Each page as a browser gets it."""
    made = {what: full.get(path, headers=BROWSER).text for what, path in PAGES.items()}
    form = {"output": "thumbnail", "t": HOSTILE, "width": HOSTILE, "height": "0", "fit": HOSTILE, "format": HOSTILE}
    made["form with a fault"] = full.post("/videos/1/outputs", data=form, headers=BROWSER).text
    return made


@pytest.mark.parametrize("what", PAGES)
def test_every_page_is_well_formed(pages: dict[str, str], what: str) -> None:
    page = Page(pages[what])

    assert page.faults == []
    assert pages[what].startswith("<!doctype html>")


@pytest.mark.parametrize("what", PAGES)
def test_every_page_says_its_language_and_title(pages: dict[str, str], what: str) -> None:
    page = Page(pages[what])

    (html,), (title,) = page.all("html"), [one for one in page.all("title") if "svg" not in one.parents]
    assert html.attributes["lang"] == "en"
    assert re.fullmatch(r"(?s).+ · Video Thumbnails Maker", title.text)


@pytest.mark.parametrize("what", PAGES)
def test_every_page_has_one_heading_and_one_main_part(pages: dict[str, str], what: str) -> None:
    page = Page(pages[what])

    assert (len(page.all("h1")), len(page.all("main"))) == (1, 1)
    assert page.all("meta")[0].attributes == {"charset": "utf-8"}


@pytest.mark.parametrize("what", PAGES)
def test_no_id_stands_twice_or_is_empty(pages: dict[str, str], what: str) -> None:
    ids = [element.attributes["id"] for element in Page(pages[what]).elements if "id" in element.attributes]

    assert sorted(ids) == sorted(set(ids))
    assert "" not in ids


@pytest.mark.parametrize("what", PAGES)
def test_what_refers_to_an_id_finds_it(pages: dict[str, str], what: str) -> None:
    page = Page(pages[what])
    ids = {element.attributes.get("id") for element in page.elements}

    named = [
        name
        for element in page.elements
        for key in ("for", "aria-labelledby", "aria-describedby", "aria-controls")
        for name in element.attributes.get(key, "").split()
    ]
    inside = [link.attributes["href"][1:] for link in page.all("a") if link.attributes.get("href", "").startswith("#")]
    assert set(named + inside) <= ids


@pytest.mark.parametrize("what", PAGES)
def test_nothing_is_styled_or_scripted_inline(pages: dict[str, str], what: str) -> None:
    page = Page(pages[what])

    inline = [key for one in page.elements for key in one.attributes if key == "style" or key.startswith("on")]
    assert inline == []
    assert page.all("style") == []
    assert all(script.attributes.get("src") and not script.text.strip() for script in page.all("script"))


@pytest.mark.parametrize("what", PAGES)
def test_every_field_link_and_button_has_words(pages: dict[str, str], what: str) -> None:
    page = Page(pages[what])

    assert fields_without_label(page) == []
    assert names_missing(page) == []


@pytest.mark.parametrize("what", PAGES)
def test_every_image_says_what_it_shows_and_how_large_it_is(pages: dict[str, str], what: str) -> None:
    images = Page(pages[what]).all("img")

    assert all("alt" in image.attributes for image in images)
    assert all(image.attributes.keys() >= {"width", "height"} for image in images)


@pytest.mark.parametrize("what", PAGES)
def test_lists_and_tables_hold_what_they_may(pages: dict[str, str], what: str) -> None:
    allowed = {
        "ul": {"li", "template"},
        "ol": {"li", "template"},
        "dl": {"dt", "dd", "div"},
        "tr": {"td", "th"},
        "tbody": {"tr", "template"},
        "table": {"caption", "thead", "tbody"},
        "select": {"option"},
    }

    strangers = [
        (element.tag, child.tag)
        for element in Page(pages[what]).elements
        for child in element.children
        if child.tag not in allowed.get(element.tag, {child.tag})
    ]
    assert strangers == []


@pytest.mark.parametrize("what", PAGES)
def test_a_hostile_name_becomes_no_element(pages: dict[str, str], what: str) -> None:
    page = Page(pages[what])

    assert [image for image in page.all("img") if image.attributes.get("src") == "x"] == []
    assert "49" not in page.all("h1")[0].text
    assert "\u202e" not in pages[what].partition("<form")[0]


@pytest.mark.parametrize("what", SHOW_THE_NAME)
def test_a_hostile_name_is_shown_as_it_is(pages: dict[str, str], what: str) -> None:
    page = Page(pages[what])

    titles = [element.attributes.get("title") for element in page.elements]
    if what.startswith("jobs,") and SHOWN not in titles:
        assert "No job is in this state just now." in page.text
    else:
        assert SHOWN in titles or SHOWN in page.text


@pytest.mark.parametrize("path", FRAGMENTS)
def test_parts_of_pages_are_well_formed_too(full: Visitor, path: str) -> None:
    page = Page(full.get(path).text)

    assert page.faults == []
    assert [image for image in page.all("img") if image.attributes.get("src") == "x"] == []


@pytest.mark.parametrize("what", PAGES)
def test_every_address_on_a_page_leads_somewhere(full: Visitor, pages: dict[str, str], what: str) -> None:
    page = Page(pages[what])
    keys = ("href", "src", "data-src", "data-tabs")
    named = {one.attributes[key].partition("#")[0] for one in page.elements for key in keys if one.attributes.get(key)}

    # The status of the system is 503 for as long as there is no worker.
    statuses = {path: full.get(path).status_code for path in named - {"", "/readyz"}}

    assert all(path.startswith("/") for path in named if path)
    assert {path: status for path, status in statuses.items() if status != 200} == {}


@pytest.mark.parametrize("what", PAGES)
def test_every_form_leads_somewhere(full: Visitor, pages: dict[str, str], what: str) -> None:
    forms = Page(pages[what]).all("form")

    allowed = [full.open(form.attributes["action"], method="OPTIONS").headers["Allow"] for form in forms]

    assert all("POST" in methods for methods in allowed)
    assert all(form.attributes["method"] == "post" for form in forms)


@pytest.mark.parametrize("what", PAGES)
def test_every_static_file_is_there_and_named_by_its_version(full: Visitor, pages: dict[str, str], what: str) -> None:
    found = {
        one.attributes[key].partition("#")[0]
        for one in Page(pages[what]).elements
        for key in ("href", "src")
        if one.attributes.get(key, "").startswith("/static/")
    }

    assert found and all(re.fullmatch(r"/static/[a-z0-9/.-]+\?v=[0-9a-f]{12}", path) for path in found)
    assert {path for path in found if full.get(path).status_code != 200} == set()


def test_a_static_file_named_by_its_version_can_be_kept(full: Visitor, pages: dict[str, str]) -> None:
    sheet = Page(pages["library"]).all("link")[1].attributes["href"]

    answer = full.get(sheet)

    assert "max-age=31536000" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("query", ["", "?v=", "?v=000000000000"])
def test_a_static_file_under_any_other_name_is_asked_about(full: Visitor, query: str) -> None:
    answer = full.get(f"/static/css/base.css{query}")

    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache")


def test_every_symbol_that_a_page_uses_is_drawn(full: Visitor, pages: dict[str, str]) -> None:
    used = {
        (address, name)
        for text in pages.values()
        for one in Page(text).all("use")
        for address, _hash, name in [one.attributes["href"].partition("#")]
    }
    drawn = {symbol.attributes["id"] for symbol in Page(full.get(next(iter(used))[0]).text).all("symbol")}

    assert {name for _address, name in used} <= drawn
