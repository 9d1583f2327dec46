"""Slides: pictures on their ground and posts as cards, made by a real decoder, read back without one."""

import io
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pytest
from PIL import Image

from app.media.decoder import Decoder
from app.media.errors import InvalidOption, UnsupportedSource
from app.media.limits import Limits
from app.media.pictures.plain_png import Pixels, read_plain_png
from app.media.requests.base import Fit
from app.media.requests.slide import Ground, Post, SlideRequest, Theme
from app.media.slideshow.cards import PALETTES
from app.media.slideshow.slides import make_slide
from app.media.workshop import Workshop
from tests.clips import numbered_picture, read_number
from tests.media.conftest import BuildDecoder
from tests.media.decoding import copied

FACE = PALETTES[Theme.LIGHT].surface
TEXTS = {
    "long": "The quick brown fox jumps over the lazy dog. " * 222,
    "one word": "W" * 10_000,
    "address": "https://example.org/" + "a/b-c?d=e&" * 500,
    "emoji": "👩‍👩‍👧‍👦🇩🇪1️⃣👍🏽🏴󠁧󠁢󠁳󠁣󠁴󠁿❤️☺🫠" * 100,
    "accents": "a" + "\u0301" * 5000 + "\u0301 \u0300",
    "arabic": "مرحبا بالعالم! هذا نص with English 2026 و#وسم 🎉 " * 40,
    "east asian": "桜が咲きました！「また来年」と約束。" * 200,
    "controls": "\u202eevil\u2066\u200f\u200d\ufe0f\ufeff text",
    "lines": "\n\n\n".join("abc"),
    "unknown": "\U000f0000\u0e2a\U0001faff\u0378",
}


def picture(number: int, width: int = 384, height: int = 216) -> io.BytesIO:
    file = io.BytesIO()
    Image.fromarray(numbered_picture(number, width, height)).save(file, "PNG")
    return file


def drawn(*files: BinaryIO, **wanted: Any) -> Pixels:
    request = SlideRequest(**{"width": 640, "height": 360, **wanted})
    results = io.BytesIO()
    first, *lent = files or (io.BytesIO(),)
    (product,) = make_slide(Workshop(results, Limits(), lent=lent), first, request).products
    assert (product.name, product.width, product.height) == ("slide.png", request.width, request.height)
    results.seek(0)
    return read_plain_png(results, width=request.width, height=request.height)


def test_a_jailed_decoder_makes_a_card_with_a_lent_avatar_and_picture(
    build_decoder: BuildDecoder, tmp_path: Path
) -> None:
    files = [tmp_path / "0.png", tmp_path / "1.png"]
    for number, path in enumerate(files):
        path.write_bytes(picture(5 + number, 590, 620).getvalue())
    post = Post(author="Ana 🌸", handle="@ana", time="14 May 2026", text="سلام 👩‍💻 #tag", avatar=0, pictures=(1,))

    slide = _made(build_decoder(), files, SlideRequest(post=post))

    assert read_number(slide[50:670, 640:1230]) == 6


def _made(decoder: Decoder, files: list[Path], wanted: SlideRequest) -> Pixels:
    first, *lent = [path.open("rb") for path in files]
    try:
        product = decoder.make(first, wanted, lent=lent).products[0]
    finally:
        for file in (first, *lent):
            file.close()
    return read_plain_png(io.BytesIO(copied(decoder, product)), width=wanted.width, height=wanted.height)


def test_a_picture_of_the_slides_shape_covers_it() -> None:
    assert read_number(drawn(picture(77, 1280, 720))) == 77


def test_a_small_picture_is_enlarged_twice_and_no_more() -> None:
    slide = drawn(picture(77, 96, 48), ground=Ground.PLAIN)

    is_ground = (slide == PALETTES[Theme.LIGHT].ground[1]).all(axis=2)
    rows, columns = np.nonzero(~is_ground)
    assert (np.ptp(rows) + 1, np.ptp(columns) + 1) == (96, 192)


def test_the_ground_of_a_picture_is_the_picture_blurred_and_darker() -> None:
    slide = drawn(picture(0xFFFF, 200, 360))

    middle, side = slide[:, 240:400].mean(), slide[:, :180].mean()
    assert 60 < side < 0.7 * middle


def test_a_picture_can_fill_its_slide() -> None:
    slide = drawn(picture(0xFFFF, 200, 360), fit=Fit.FILL)

    assert slide.min() > 150


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_no_ink_leaves_the_margins_of_a_card(text: str, theme: Theme) -> None:
    slide = drawn(theme=theme, post=Post(author=text[:100], handle=text[:100], time="1 May 2026", text=text))

    # Of 360 pixels: the card's sides at 64 and 575, its padding 24, its corners 13.
    surface = np.array(PALETTES[theme].surface)
    inside = np.nonzero((slide[:, 67] == surface).all(axis=1))[0]
    rows = slide[inside[0] : inside[-1] + 1]
    assert (rows[14:-14, 67:87] == surface).all()
    assert (rows[14:-14, 553:573] == surface).all()
    assert (rows[1:15, 87:553] == surface).all()
    assert (rows[-15:-1, 87:553] == surface).all()
    assert (rows[100:, 87:553] != surface).any()


@pytest.mark.parametrize("size", [(64, 64), (1920, 64), (64, 1920), (720, 1280), (1080, 1080), (1920, 1080)])
@pytest.mark.parametrize("count", range(5))
def test_a_card_of_any_size_has_its_pictures(size: tuple[int, int], count: int) -> None:
    post = Post(author="A", text="Some words", time="1 May 2026", pictures=tuple(range(count)))

    slide = drawn(*(picture(n) for n in range(max(1, count))), width=size[0], height=size[1], post=post)

    assert slide.shape == (size[1], size[0], 3)


def test_four_pictures_stand_in_a_grid() -> None:
    slide = drawn(*(picture(n, 600, 600) for n in (1, 2, 3, 4)), post=Post(text="Words", pictures=(0, 1, 2, 3)))

    left, middle, right = 321, 321 + 147, 614
    cells = [slide[y : y + 150, x + 3 : x + 143] for y in (28, 182) for x in (left, middle)]
    assert right > middle
    assert [read_number(cell) for cell in cells] == [1, 2, 3, 4]


def test_links_tags_and_names_wear_the_accent() -> None:
    accent = PALETTES[Theme.LIGHT].accent

    def worn(text: str) -> bool:
        return bool((drawn(post=Post(text=text)) == accent).all(axis=2)[200:].any())

    said = {text: worn(text) for text in ("#tag here", "hi @you", "see https://a.example", "a#b c@d.e")}
    assert list(said.values()) == [True, True, True, False]


def test_emoji_are_drawn_in_colour() -> None:
    slide = drawn(post=Post(author="A", text="😀 🇩🇪")).astype(int)

    assert (np.ptp(slide[170:260, 90:300], axis=2) > 120).sum() > 100


def test_a_picture_that_is_none_is_named_as_such() -> None:
    with pytest.raises(UnsupportedSource):
        drawn(io.BytesIO(b"no picture"), post=Post(text="x", pictures=(0,)))


def test_a_picture_that_did_not_come_is_a_fault_of_the_post() -> None:
    with pytest.raises(InvalidOption):
        drawn(post=Post(text="x", pictures=(3,)))
