"""What may be asked of a slideshow; what may not is named with its slide."""

import json
from typing import Any

import pytest

from app.errors import InvalidRequest
from app.jobs.options.posts import shown_time
from app.jobs.options.slideshow import composition, read_options, read_timeline, references_of, slide_orders
from app.media.requests.base import Fit
from app.media.requests.slide import Ground, Theme
from app.media.slideshow.composer import Container, Transition

IMAGE = {"image": 7}
POST: dict[str, Any] = {
    "author": "Ana",
    "handle": "@ana",
    "avatar": {"upload": 0},
    "time": "2026-05-14T09:30:00Z",
    "text": "Hello 👩‍💻\r\nagain",
    "pictures": [{"video": 5}, {"upload": 1}],
}


def read(*slides: Any, uploads: int = 2, **options: Any) -> dict[str, Any]:
    return read_options({"slides": list(slides), **options}, uploads=uploads)


def post(**changes: Any) -> dict[str, Any]:
    return {"post": {"text": "Hello", **changes}}


def test_what_is_left_out_has_a_default() -> None:
    assert read(IMAGE) == {
        "slides": [IMAGE],
        "seconds": 3.0,
        "width": 1280,
        "height": 720,
        "format": "mp4",
        "theme": "light",
        "transition": "fade",
        "fit": "pad",
        "background": "blur",
    }


def test_every_option_is_read() -> None:
    options = read(
        IMAGE,
        seconds="0.5",
        width="64",
        height=1920,
        format="ogv",
        theme="dark",
        transition="none",
        fit="fill",
        background="plain",
    )

    order, how = slide_orders(options)[0], composition(options)
    assert (order.request.theme, order.request.fit, order.request.ground) == (Theme.DARK, Fit.FILL, Ground.PLAIN)
    assert (order.request.width, how.width, how.height, how.seconds_each) == (64, 64, 1920, 0.5)
    assert (how.container, how.transition) == (Container.OGV, Transition.NONE)


def test_canonical_options_are_json_and_read_as_themselves() -> None:
    options = read(IMAGE, {"upload": "1"}, {"post": POST})

    assert read_options(json.loads(json.dumps(options)), uploads=2) == options


def test_a_post_is_ordered_with_its_files_behind_each_other() -> None:
    order = slide_orders(read({"post": POST}))[0]

    assert order.files == ({"upload": 0}, {"video": 5}, {"upload": 1})
    assert order.request.post is not None
    assert (order.request.post.avatar, order.request.post.pictures) == (0, (1, 2))
    assert (order.request.post.time, order.request.post.text) == ("14 May 2026, 09:30", "Hello 👩‍💻\nagain")


def test_a_post_without_an_avatar_begins_with_its_pictures() -> None:
    order = slide_orders(read(post(pictures=[{"video": 5}])))[0]

    assert (order.files, order.request.post.avatar, order.request.post.pictures) == (({"video": 5},), None, (0,))  # type: ignore[union-attr]


def test_a_picture_is_the_file_itself() -> None:
    orders = slide_orders(read(IMAGE, {"upload": 1}))

    assert [(order.request.post, order.files) for order in orders] == [
        (None, ({"video": 7},)),
        (None, ({"upload": 1},)),
    ]


def test_every_file_is_told_with_its_field() -> None:
    found = dict(references_of(read(IMAGE, {"post": POST})))

    assert found == {
        "slides[0].image": {"video": 7},
        "slides[1].post.avatar": {"upload": 0},
        "slides[1].post.pictures[0]": {"video": 5},
        "slides[1].post.pictures[1]": {"upload": 1},
    }


@pytest.mark.parametrize(
    ("slide", "field"),
    [
        ({}, "slides[1]"),
        (5, "slides[1]"),
        (None, "slides[1]"),
        ({"image": 7, "upload": 0}, "slides[1]"),
        ({"image": "x"}, "slides[1].image"),
        ({"upload": -1}, "slides[1].upload"),
        ({"upload": 2}, "slides[1].upload"),
        ({"video": 2}, "slides[1].video"),
        ({"post": None}, "slides[1].post"),
        ({"post": []}, "slides[1].post"),
        ({"post": {}}, "slides[1].post.text"),
        (post(text="x" * 10_001), "slides[1].post.text"),
        (post(text="x" * 100_000), "slides[1].post.text"),
        (post(text="a\x00b"), "slides[1].post.text"),
        (post(text="\ud800"), "slides[1].post.text"),
        (post(text=5), "slides[1].post.text"),
        (post(author="x" * 101), "slides[1].post.author"),
        (post(handle=None), "slides[1].post.handle"),
        (post(time="yesterday"), "slides[1].post.time"),
        (post(time=5), "slides[1].post.time"),
        (post(avatar=7), "slides[1].post.avatar"),
        (post(avatar=None), "slides[1].post.avatar"),
        (post(avatar={"upload": 9}), "slides[1].post.avatar"),
        (post(avatar={"upload": 0, "video": 1}), "slides[1].post.avatar"),
        (post(pictures=[{"video": 1}] * 5), "slides[1].post.pictures"),
        (post(pictures=[{"video": 1}, {"video": 0}]), "slides[1].post.pictures[1].video"),
        (post(pictures={"video": 1}), "slides[1].post.pictures"),
        (post(pictures=[None]), "slides[1].post.pictures[0]"),
        (post(likes=5), "slides[1].post.likes"),
    ],
)
def test_a_bad_slide_is_named(slide: Any, field: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        read(IMAGE, slide)

    assert refusal.value.field == field
    assert refusal.value.message.startswith("slides[1]")
    assert "Field may not" not in refusal.value.message
    assert refusal.value.message.endswith(".")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("seconds", 0.4),
        ("seconds", 31),
        ("seconds", "nan"),
        ("seconds", None),
        ("width", 62),
        ("width", 1922),
        ("width", 65),
        ("height", "1e3"),
        ("format", "avi"),
        ("theme", "pink"),
        ("transition", "star wipe"),
        ("fit", "stretch"),
        ("background", "#fff"),
        ("music", "loud"),
        ("slides", []),
        ("slides", None),
        ("slides", "abc"),
        ("slides", {"image": 7}),
        ("slides", [IMAGE] * 101),
        ("slides", [IMAGE] * 1_000_000),
        ("slides", [post(text="x" * 10_000)] * 21),
    ],
)
def test_a_bad_option_names_its_field(field: str, value: Any) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        read_options({"slides": [IMAGE], field: value}, uploads=0)

    assert refusal.value.field == field
    assert refusal.value.message.endswith(".")


def test_slides_must_be_there() -> None:
    with pytest.raises(InvalidRequest) as refusal:
        read_options({}, uploads=0)

    assert refusal.value.message.startswith("slides is missing")


@pytest.mark.parametrize(
    "text", ["", "[1]", "{", "[" * 100_000, "null", '{"slides": 1e999}', " " * 3_000_000, b"\xff", r'{"\ud800": 1}']
)
def test_what_is_no_timeline_is_told_so(text: str | bytes) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        read_timeline(text, uploads=0, beside={})

    assert refusal.value.field == "slides"


def test_a_timeline_is_read_from_json() -> None:
    assert read_timeline('{"slides": [{"image": 7}]}', uploads=0, beside={}) == read(IMAGE)


def test_what_a_timeline_leaves_out_is_said_beside_it() -> None:
    beside = {"seconds": "5", "format": "webm"}

    options = read_timeline('{"slides": [{"image": 7}], "format": "ogv"}', uploads=0, beside=beside)

    assert options == read(IMAGE, seconds=5, format="ogv")


@pytest.mark.parametrize(
    ("time", "said"),
    [
        ("", ""),
        ("2026-05-14", "14 May 2026"),
        ("2026-01-02T03:04:05.678+02:00", "2 January 2026, 03:04"),
        ("20261231T235959Z", "31 December 2026, 23:59"),
    ],
)
def test_a_time_is_shown_as_people_write_it(time: str, said: str) -> None:
    kept = read(post(time=time))["slides"][0]["post"]["time"]

    assert shown_time(kept) == said
