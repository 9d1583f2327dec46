"""Watermarks: where they are, how large, how strongly seen, and what is no mark at all."""

import io
from pathlib import Path

import pytest
from PIL import Image

from app.media.decoder import Decoder
from app.media.errors import InvalidOption
from app.media.requests.base import Box, ImageFormat
from app.media.requests.thumbnail import Corner, ThumbnailRequest, Watermark
from app.media.stills.watermark import Mark
from tests.clips import Recipe
from tests.media.conftest import BuildDecoder, Clip
from tests.media.decoding import copied
from tests.media.making import make_pictures
from tests.media.pictures import encoded, flat, four_corners

GREY, RED = (100, 100, 100), (220, 30, 30)
MARK = Image.new("RGBA", (40, 20), (*RED, 255))
# Where in a picture of 200 × 100 a mark of 40 × 20 begins, 4 pixels from the edges.
PLACES = {
    Corner.TOP_LEFT: (4, 4),
    Corner.TOP_RIGHT: (156, 4),
    Corner.BOTTOM_LEFT: (4, 76),
    Corner.BOTTOM_RIGHT: (156, 76),
    Corner.CENTER: (80, 40),
}


def box_of_mark(image: Image.Image) -> tuple[int, int, int, int] | None:
    """Return where a picture is not grey any more."""
    return image.convert("RGB").getchannel("R").point(lambda value: 255 * (value > 104)).getbbox()


def png(image: Image.Image) -> bytes:
    return encoded(image, "PNG")


@pytest.mark.parametrize("corner", Corner)
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_mark_is_in_its_corner(corner: Corner, mode: str) -> None:
    ground = Image.new("RGB", (200, 100), GREY).convert(mode)

    marked = Mark(MARK, Watermark(corner=corner)).onto(ground)

    left, top = PLACES[corner]
    assert (marked.mode, marked.size) == (mode, (200, 100))
    assert box_of_mark(marked) == (left, top, left + 40, top + 20)


@pytest.mark.parametrize(("opacity", "red"), [(1.0, 220), (0.5, 160), (0.0, 100)])
def test_a_mark_is_seen_as_strongly_as_asked(opacity: float, red: int) -> None:
    marked = Mark(MARK, Watermark(corner=Corner.CENTER, opacity=opacity)).onto(Image.new("RGB", (200, 100), GREY))

    assert abs(marked.getpixel((100, 50))[0] - red) <= 2  # type: ignore[index]


@pytest.mark.parametrize(
    ("scale", "margin", "box"),
    [(0.5, 0, (100, 50, 200, 100)), (1.0, 0, (0, 0, 200, 100)), (1.0, 0.1, (40, 20, 180, 80))],
)
def test_a_mark_is_as_large_as_asked_and_within_the_margins(
    scale: float, margin: float, box: tuple[int, int, int, int]
) -> None:
    wanted = Watermark(scale=scale, margin=margin)

    marked = Mark(MARK, wanted).onto(Image.new("RGB", (200, 100), GREY))

    found = box_of_mark(marked)
    assert found is not None
    assert max(abs(a - b) for a, b in zip(found, box, strict=True)) <= 21 * (margin > 0)


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (200, 3), (2, 2)])
@pytest.mark.parametrize("corner", Corner)
def test_the_smallest_picture_can_be_marked(size: tuple[int, int], corner: Corner) -> None:
    wanted = Watermark(corner=corner, scale=1.0, margin=0.25)

    marked = Mark(Image.new("RGBA", (1, 900), (*RED, 255)), wanted).onto(Image.new("RGB", size, GREY))

    assert marked.size == size


def test_what_is_transparent_in_a_mark_is_not_seen() -> None:
    mark = Image.new("RGBA", (40, 20), (*RED, 0))
    mark.paste((*RED, 255), (0, 0, 20, 20))

    marked = Mark(mark, Watermark(corner=Corner.CENTER)).onto(Image.new("RGB", (200, 100), GREY))

    assert marked.getpixel((90, 50)) == RED
    assert marked.getpixel((110, 50)) == GREY


def test_a_mark_on_nothing_is_still_seen() -> None:
    marked = Mark(MARK, Watermark(corner=Corner.CENTER)).onto(Image.new("RGBA", (200, 100)))

    assert marked.getpixel((100, 50)) == (*RED, 255)
    assert marked.getpixel((10, 10))[3] == 0  # type: ignore[index]


def test_every_size_and_format_of_a_picture_is_marked() -> None:
    wanted = ThumbnailRequest(
        positions=("0",),
        sizes=(Box(width=200), Box(width=100)),
        formats=(ImageFormat.PNG, ImageFormat.JPG),
        watermark=Watermark(corner=Corner.CENTER),
    )

    made = make_pictures(png(flat("RGB", GREY).resize((200, 100))), wanted, lent=[png(MARK)])

    centres = [
        Image.open(io.BytesIO(data)).getpixel((product.width // 2, product.height // 2)) for product, data in made
    ]  # type: ignore[operator]
    assert len(centres) == 4
    assert all(max(abs(a - b) for a, b in zip(centre, RED, strict=True)) <= 12 for centre in centres)  # type: ignore[arg-type]


def test_every_frame_of_an_animation_is_marked() -> None:
    buffer = io.BytesIO()
    flat("RGB", GREY).save(buffer, "GIF", save_all=True, append_images=[flat("RGB", (30, 30, 90))], duration=100)
    wanted = ThumbnailRequest(
        positions=("0",),
        formats=(ImageFormat.WEBP,),
        is_animated=True,
        watermark=Watermark(corner=Corner.CENTER, scale=0.8),
    )

    ((_, data),) = make_pictures(buffer.getvalue(), wanted, lent=[png(MARK)])

    with Image.open(io.BytesIO(data)) as image:
        for number in range(2):
            image.seek(number)
            assert image.convert("RGB").getpixel((8, 8))[0] > 180  # type: ignore[index]


@pytest.mark.parametrize(
    "mark",
    [b"", b"\x89PNG\r\n\x1a\n broken", b"<svg></svg>", b"#EXTM3U\n", b"\x1aE\xdf\xa3webm", b"ID3 sound"],
    ids=["empty", "broken", "drawing", "playlist", "video", "sound"],
)
def test_what_is_no_picture_is_no_mark(mark: bytes) -> None:
    wanted = ThumbnailRequest(positions=("0",), watermark=Watermark())

    with pytest.raises(InvalidOption, match="watermark") as refusal:
        make_pictures(png(four_corners()), wanted, lent=[mark])

    assert refusal.value.field == "watermark"


def test_a_mark_that_was_not_lent_is_missed() -> None:
    with pytest.raises(InvalidOption, match="not there"):
        make_pictures(png(four_corners()), ThumbnailRequest(positions=("0",), watermark=Watermark()))


@pytest.mark.processes
def test_a_video_is_marked_in_the_jail(build_decoder: BuildDecoder, clip: Clip, tmp_path: Path) -> None:
    decoder: Decoder = build_decoder()
    mark = tmp_path / "mark.png"
    mark.write_bytes(png(MARK))
    wanted = ThumbnailRequest(
        positions=("0.4",), formats=(ImageFormat.PNG,), watermark=Watermark(corner=Corner.CENTER, scale=0.5)
    )

    with clip(Recipe()).open("rb") as file, mark.open("rb") as lent:
        product = decoder.make(file, wanted, lent=[lent]).products[0]

    assert Image.open(io.BytesIO(copied(decoder, product))).getpixel((96, 48)) == RED
