"""Code to copy for outputs of several pictures: each can be had, in every size and format of it."""

from html import unescape

from sqlalchemy import update

from app.extensions import db
from app.models import Artifact, Output, Role, ThumbnailJob
from tests.web.markup import Page
from tests.web.site import Visitor, add_output, add_ready_video

HOST = "http://localhost"


def add_pictures(client: Visitor, *pictures: tuple[str, float, int, int], kind: str = "video") -> ThumbnailJob:
    """A finished output of pictures, each (name, seconds, width, height)."""
    files = [(name, Role.IMAGE) for name, *_facts in pictures]
    job = add_output(client, add_ready_video(client, kind=kind), Output.THUMBNAIL, *files, width=640, count=2)
    with client.application.app_context():
        for artifact, (_name, at, width, height) in zip(job.artifacts, pictures, strict=True):
            facts = {"position_seconds": at, "width": width, "height": height}
            db.session.execute(update(Artifact).where(Artifact.id == artifact.id).values(**facts))
        db.session.commit()
    return job


def codes(client: Visitor) -> list[str]:
    parts = client.page("/jobs/thumbnails/1").split("<pre")[1:]
    return [unescape(part.partition("<code>")[2].partition("</code>")[0]) for part in parts]


def labels(client: Visitor) -> list[str]:
    page = Page(client.page("/jobs/thumbnails/1"))
    heads = [one for one in page.all("div") if one.attributes.get("class") == "code__head"]
    return [head.children[0].text for head in heads]


def test_each_moment_has_code_of_its_own(client: Visitor) -> None:
    add_pictures(client, ("a.jpg", 1.0, 640, 360), ("b.jpg", 2.5, 640, 360), ("c.jpg", 4.0, 640, 360))

    sources = [Page(code).all("img")[0].attributes["src"] for code in codes(client)]

    assert [client.get(source.removeprefix(HOST)).data for source in sources] == [b"a.jpg", b"b.jpg", b"c.jpg"]
    assert labels(client) == [f"{at}, 640 × 360" for at in ("0:01.00", "0:02.50", "0:04.00")]


def test_of_several_sizes_the_browser_chooses(client: Visitor) -> None:
    add_pictures(client, ("small.jpg", 1.0, 90, 51), ("large.jpg", 1.0, 640, 360))

    (code,) = codes(client)

    (image,) = Page(code).elements
    chosen = [choice.rpartition(" ") for choice in image.attributes["srcset"].split(", ")]
    assert [(client.get(url.removeprefix(HOST)).data, width) for url, _space, width in chosen] == [
        (b"small.jpg", "90w"),
        (b"large.jpg", "640w"),
    ]
    assert image.attributes["src"] == chosen[1][0]
    assert image.attributes["sizes"] == "(max-width: 640px) 100vw, 640px"


def test_of_several_formats_the_best_comes_first_and_all_know_the_last(client: Visitor) -> None:
    add_pictures(client, ("a.jpg", 1.0, 640, 360), ("a.webp", 1.0, 640, 360), ("a.avif", 1.0, 640, 360))

    (code,) = codes(client)

    page = Page(code)
    assert (page.faults, [one.tag for one in page.elements]) == ([], ["picture", "source", "source", "img"])
    assert [one.attributes["type"] for one in page.all("source")] == ["image/avif", "image/webp"]
    assert [client.get(one.attributes["srcset"].removeprefix(HOST)).data for one in page.all("source")] == [
        b"a.avif",
        b"a.webp",
    ]
    assert "/files/a.jpg" in page.all("img")[0].attributes["src"]


def test_other_shapes_of_a_moment_are_other_pictures(client: Visitor) -> None:
    add_pictures(client, ("wide.jpg", 1.0, 640, 360), ("square.jpg", 1.0, 360, 360))

    assert labels(client) == ["0:01.00, 640 × 360", "0:01.00, 360 × 360"]


def test_a_still_picture_has_no_moments(client: Visitor) -> None:
    add_pictures(client, ("wide.jpg", 0.0, 640, 360), ("square.jpg", 0.0, 360, 360), kind="image")

    assert labels(client) == ["640 × 360", "360 × 360"]
