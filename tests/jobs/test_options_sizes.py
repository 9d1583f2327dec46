"""Options of thumbnails that say the same thing twice, and sizes as people write them."""

from typing import Any

import pytest

from app.jobs.options.fields import InvalidOptions
from app.jobs.options.thumbnail import read_options


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("t", {"t": 5, "positions": ["1", "2"]}),
        ("t", {"t": "poster", "positions": "1"}),
        ("t", {"t": 5, "count": 3}),
        ("count", {"count": 3, "positions": ["1"]}),
        ("format", {"format": "png", "formats": ["jpg", "webp"]}),
        ("format", {"format": "jpg", "formats": "jpg"}),
        ("sizes", {"width": 640, "sizes": ["320x180"]}),
    ],
    ids=str,
)
def test_what_would_be_passed_over_is_refused_by_name(field: str, more: dict[str, Any]) -> None:
    size = {} if "sizes" in more else {"width": 320}

    with pytest.raises(InvalidOptions) as refusal:
        read_options({**size, **more})

    assert refusal.value.field == field
    assert refusal.value.message.startswith(f"Either {field} or ")


@pytest.mark.parametrize(
    ("written", "sizes"),
    [
        (["320x180"], [{"width": 320, "height": 180}]),
        ("320x180, 640, x360", [{"width": 320, "height": 180}, {"width": 640}, {"height": 360}]),
        (["320X180", "320 × 180"], [{"width": 320, "height": 180}]),
        ([320, "x 90"], [{"width": 320}, {"height": 90}]),
        (640, [{"width": 640}]),
        (["320x", {"width": 320}], [{"width": 320}]),
    ],
    ids=str,
)
def test_sizes_are_read_as_people_write_them(written: Any, sizes: list[dict[str, int]]) -> None:
    options = read_options({"sizes": written}).options

    assert options["sizes"] == [{**size, "fit": "fit"} for size in sizes]


@pytest.mark.parametrize(
    "written",
    ["wide", "x", "320x180x3", "-320x180", "0x180", "320x99999", "1e3", [True], [None], [["320"]], [{}], [3.5], "", []],
    ids=str,
)
def test_sizes_that_are_none_are_named(written: Any) -> None:
    with pytest.raises(InvalidOptions) as refusal:
        read_options({"sizes": written})

    assert refusal.value.field == "sizes"
    assert refusal.value.message.startswith("sizes")


def test_one_fit_is_for_every_size_that_has_none() -> None:
    options = read_options({"fit": "fill", "sizes": ["320x180", {"width": 90, "height": 90, "fit": "pad"}]}).options

    assert [size["fit"] for size in options["sizes"]] == ["fill", "pad"]


def test_a_size_in_other_words_is_the_same_wish() -> None:
    in_full = read_options({"sizes": [{"width": 320, "height": 180, "fit": "fill"}, {"width": 90}]})
    in_short = read_options(
        {"sizes": [{"width": "320", "height": 180, "fit": "fill"}, "90", {"width": 90, "fit": "fit"}]}
    )

    assert in_full.fingerprint(1) == in_short.fingerprint(1)
