"""What may be asked of thumbnails beside sizes and moments; what may not names its field."""

from typing import Any

import pytest

from app.jobs.options.fields import InvalidOptions
from app.jobs.options.thumbnail import read_options, thumbnail_request
from app.jobs.options.watermark import watermark_video
from app.jobs.options.wish import SourceFacts
from app.media.requests.base import Box, ImageFormat
from app.media.requests.thumbnail import Corner, ThumbnailRequest, Watermark

PLAIN = {"width": 320, "height": 180}
FACTS = SourceFacts(filename="a.gif", size_bytes=1)


def request_of(values: dict[str, Any]) -> ThumbnailRequest:
    return thumbnail_request(read_options({**PLAIN, **values}).options, FACTS, Box())


def test_everything_that_is_asked_reaches_the_decoder() -> None:
    mark = {"video": 7, "corner": "top-left", "opacity": 0.5, "scale": "0.3", "margin": 0}

    wanted = request_of(
        {"background": "#ABCDEF", "animated": "true", "enlarge": True, "format": "webp", "watermark": mark}
    )

    assert (wanted.background, wanted.is_animated, wanted.may_enlarge) == ("#abcdef", True, True)
    assert wanted.watermark == Watermark(corner=Corner.TOP_LEFT, opacity=0.5, scale=0.3, margin=0.0)
    assert (wanted.sizes, wanted.formats) == ((Box(width=320, height=180),), (ImageFormat.WEBP,))
    assert ThumbnailRequest.from_json(wanted.to_json()) == wanted


def test_a_watermark_has_defaults_and_names_its_picture() -> None:
    options = read_options({**PLAIN, "watermark": {"video": "7"}}).options

    assert options["watermark"] == {
        "video": 7,
        "corner": "bottom-right",
        "opacity": 1.0,
        "scale": 0.2,
        "margin": 0.02,
    }
    assert watermark_video(options) == 7


@pytest.mark.parametrize("more", [{}, {"animated": False}, {"enlarge": "false"}, {"animated": False, "enlarge": False}])
def test_a_plain_wish_is_the_same_as_ever(more: dict[str, Any]) -> None:
    wish = read_options({**PLAIN, **more})

    assert wish.options == {"t": "poster", "fit": "fit", "format": "jpg"}
    assert (wish.width, wish.height) == (320, 180)
    assert watermark_video(wish.options) is None


def test_a_wish_of_many_is_the_same_as_ever_where_nothing_else_is_asked() -> None:
    wish = read_options({"width": 320, "count": 3, "animated": False})

    assert set(wish.options) == {"count", "sizes", "formats", "accuracy"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("background", value) for value in ("red", "#abc", "abcdef", "", None, 7, "#gggggg", "#abcdef" * 9999)),
        *(("animated", value) for value in ("perhaps", None, 7, [])),
        *(("enlarge", value) for value in ("perhaps", None, 7, {})),
        *(("watermark", value) for value in (None, "x", 7, [], {}, {"video": 0}, {"video": -1}, {"video": 2**31})),
        *(
            ("watermark", {"video": 7, **more})
            for more in (
                {"corner": "middle"},
                {"corner": None},
                {"opacity": 1.1},
                {"opacity": -1},
                {"opacity": "nan"},
                {"scale": 0},
                {"scale": 2},
                {"margin": 0.3},
                {"margin": "wide"},
                {"colour": "red"},
                {"video": "x" * 99999},
            )
        ),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_makes_no_sense_names_its_field(field: str, value: Any) -> None:
    with pytest.raises(InvalidOptions) as refusal:
        read_options({**PLAIN, field: value})

    assert refusal.value.field == field
    assert field in refusal.value.message.lower()
    assert len(refusal.value.message) < 200


@pytest.mark.parametrize("formats", [{"format": "jpg"}, {"formats": ["webp", "png"]}, {"format": "avif"}])
def test_an_animation_needs_a_format_that_moves(formats: dict[str, Any]) -> None:
    with pytest.raises(InvalidOptions, match="webp") as refusal:
        read_options({**PLAIN, **formats, "animated": True})

    assert refusal.value.field == "animated"


def test_an_animation_is_webp_where_no_format_is_said() -> None:
    assert request_of({"animated": True}).formats == (ImageFormat.WEBP,)
