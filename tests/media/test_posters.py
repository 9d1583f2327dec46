"""Posters as they are handed out: candidates in their order, what was rejected beside them, or the one chosen."""

import io
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.media.decoding.source import open_video
from app.media.decoding.walk import FrameWalk
from app.media.errors import UnsupportedSource
from app.media.facts import Intake, Made, Product
from app.media.intake import take_in
from app.media.requests.base import ImageFormat
from app.media.requests.poster import ALL_BLACK, PosterRequest
from app.media.slideshow.composer import Composition, compose, steady_moments
from app.media.stills.looks import look_around
from app.media.stills.posters import make_posters
from app.media.workshop import Workshop
from tests.clips import Recipe, numbered_picture, read_number
from tests.media.conftest import BuildDecoder, Clip
from tests.media.finding import LIMITS
from tests.media.scenes import HEIGHT, RATE, WIDTH, film, plain, scene
from tests.media.test_composer import slides_of

SCENES = film({range(start, start + 20): scene(start) for start in range(0, 160, 20)})
HALF_BLACK = film({range(50): plain(0), range(50, 100): scene(1)})


def made(path: Path, wanted: PosterRequest) -> tuple[Made, list[Image.Image]]:
    results = io.BytesIO()
    with path.open("rb") as file:
        what = make_posters(Workshop(results, LIMITS), file, wanted)
    return what, [opened(results, product) for product in what.products]


def taken_in(path: Path) -> Intake:
    with path.open("rb") as file:
        return take_in(Workshop(io.BytesIO(), LIMITS), file)


def opened(results: io.BytesIO, product: Product) -> Image.Image:
    data = results.getvalue()[product.offset_bytes : product.offset_bytes + product.size_bytes]
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        return image


def of_role(what: Made | Intake, role: str) -> list[Product]:
    return [product for product in what.products if product.role == role]


def test_candidates_come_in_their_order_and_tell_where_they_are_from(clip: Clip) -> None:
    what, images = made(clip(SCENES), PosterRequest())

    candidates = of_role(what, "candidate")
    assert [product.name for product in candidates] == [f"poster-0{number}.jpg" for number in range(1, 6)]
    assert what.products[:5] == tuple(candidates)
    assert [product.score for product in candidates] == sorted((p.score or 0 for p in candidates), reverse=True)
    assert {product.rung for product in candidates} <= {"keyframe", "exact"}
    for product, image in zip(candidates, images, strict=False):
        expected = scene(int((product.position_seconds or 0) * RATE) // 20 * 20)
        assert np.abs(np.asarray(image).astype(int) - expected).mean() < 12


def test_what_was_rejected_is_small_and_says_why(clip: Clip) -> None:
    what, _ = made(clip(HALF_BLACK), PosterRequest())

    rejected = of_role(what, "rejected")
    assert [product.name for product in rejected] == [f"rejected-0{n}.jpg" for n in range(1, len(rejected) + 1)]
    assert rejected[0].note == "The picture is black."
    assert all(product.note and product.score is not None and product.rung for product in rejected)
    assert all(product.width == 320 for product in rejected)


@pytest.mark.parametrize("image_format", ImageFormat)
def test_width_bounds_both_sides_in_every_format(clip: Clip, image_format: ImageFormat) -> None:
    tall = clip(Recipe(width=WIDTH, height=HEIGHT, turn=(0, 1, -1, 0)))

    what, images = made(tall, PosterRequest(width=100, count=1, image_format=image_format))

    assert what.products[0].name == f"poster-01.{image_format}"
    assert images[0].size == (55, 100)


def test_a_black_video_has_a_black_poster_and_says_so(clip: Clip) -> None:
    intake = taken_in(clip(film({range(50): plain(0)})))

    assert intake.notes == (ALL_BLACK,)
    assert (intake.poster.role, intake.poster.is_blank, intake.poster.note) == (
        "candidate",
        True,
        "The picture is black.",
    )
    assert intake.poster.code == "all_black"


def test_what_people_read_of_a_black_video_has_no_code_word_in_it() -> None:
    assert "_" not in ALL_BLACK


def test_what_was_rejected_says_why_to_programs_as_well(clip: Clip) -> None:
    intake = taken_in(clip(HALF_BLACK))

    assert {product.code for product in intake.products if product.role == "rejected"} >= {"black"}
    assert {product.code for product in intake.products if product.role == "candidate"} == {None}


def test_a_white_video_has_a_poster_that_says_why_it_is_poor(clip: Clip) -> None:
    intake = taken_in(clip(film({range(50): plain(255)})))

    assert intake.notes == ()
    assert intake.poster.note == "The picture is white."


def test_intake_gives_candidates_and_the_first_is_the_poster(clip: Clip) -> None:
    intake = taken_in(clip(HALF_BLACK))

    assert (intake.poster.name, intake.poster.note, intake.poster.is_blank) == ("poster-01.jpg", None, False)
    assert (intake.poster.position_seconds or 0) >= 2


@pytest.mark.parametrize(("position", "frame"), [("0", 0), ("0.42", 10), ("50%", 30), ("99", 59)])
def test_the_chosen_frame_is_the_poster(clip: Clip, position: str, frame: int) -> None:
    what, images = made(clip(Recipe()), PosterRequest(position=position))

    (product,) = what.products
    assert (product.name, product.role, product.rung) == ("poster-01.jpg", "candidate", "exact")
    assert read_number(np.asarray(images[0])) == frame
    assert 0 < (product.score or 0) <= 1


def test_a_black_frame_that_was_chosen_is_the_poster(clip: Clip) -> None:
    what, _ = made(clip(HALF_BLACK), PosterRequest(position="0.5"))

    assert [(product.name, product.is_blank, product.note) for product in what.products] == [
        ("poster-01.jpg", True, None)
    ]


@pytest.mark.parametrize("wanted", [PosterRequest(), PosterRequest(position="3"), PosterRequest(count=20)])
def test_of_a_still_picture_it_is_itself(tmp_path: Path, wanted: PosterRequest) -> None:
    path = tmp_path / "picture.png"
    Image.fromarray(numbered_picture(77)).save(path)

    what, images = made(path, wanted)

    assert [(product.name, product.position_seconds) for product in what.products] == [("poster-01.jpg", None)]
    assert read_number(np.asarray(images[0])) == 77


@pytest.mark.parametrize("data", [b"<html><body>Hello</body></html>", b"", b"ID3 a song", b"\0\0\0\x18ftypisom a film"])
def test_what_was_sent_as_a_picture_and_is_none_is_refused_as_such(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(data)

    with pytest.raises(UnsupportedSource, match="This is not a picture"):
        made(path, PosterRequest(is_own_picture=True))


def test_a_frame_that_was_not_kept_is_decoded_again(clip: Clip) -> None:
    with clip(SCENES).open("rb") as file, open_video(file, LIMITS) as source:
        walk = FrameWalk(source, LIMITS)
        looks = look_around(walk, source, source.duration)
        kept = [look.full(walk).to_ndarray(format="rgb24") for look in looks]
        for look in looks:
            look.frame = None

        again = [look.full(walk).to_ndarray(format="rgb24") for look in looks]

    assert all(np.array_equal(one, other) for one, other in zip(kept, again, strict=True))


def test_between_keyframes_it_is_walked_to_frames_that_exact_seeking_finds_too(clip: Clip) -> None:
    with clip(Recipe(gop=1000)).open("rb") as file, open_video(file, LIMITS) as source:
        walk = FrameWalk(source, LIMITS)
        positions = [Fraction(number, 10) for number in range(0, 24, 3)]

        stills = list(walk.stills_from(positions, most_frames=1000))

        seen = [read_number(still.frame.to_ndarray(format="gray")) for still in stills]
        found = [read_number(walk.find(still.position_seconds).frame.to_ndarray(format="gray")) for still in stills]
    assert len(stills) >= 7
    assert seen == found == sorted(set(seen))


def test_a_walk_ends_at_its_bound(clip: Clip) -> None:
    with clip(Recipe(gop=1000)).open("rb") as file, open_video(file, LIMITS) as source:
        stills = list(FrameWalk(source, LIMITS).stills_from([Fraction(0), Fraction(2)], most_frames=5))

    assert [still.position_seconds for still in stills] == [0]


def test_a_jailed_decoder_makes_posters(clip: Clip, build_decoder: BuildDecoder) -> None:
    decoder = build_decoder()

    with clip(SCENES).open("rb") as file:
        what = decoder.make(file, PosterRequest(count=2, width=160))

    data = bytearray()
    decoder.copy_result(what.products[0], data.extend)
    assert len(of_role(what, "candidate")) == 2
    assert Image.open(io.BytesIO(data)).size == (160, 88)


def test_of_a_slideshow_only_the_slides_are_looked_at(tmp_path: Path) -> None:
    slides, how = slides_of(tmp_path, 3), Composition(width=192, height=96, seconds_each=1.0)
    compose(slides, how, output=tmp_path / "video.mp4")
    moments = steady_moments(3, how)

    with (tmp_path / "video.mp4").open("rb") as file:
        intake = take_in(Workshop(io.BytesIO(), LIMITS), file, moments=moments)

    assert [product.role for product in intake.products] == ["candidate"] * 3
    assert sorted(product.position_seconds or 0 for product in intake.products) == pytest.approx(moments, abs=0.021)


def test_where_moments_are_named_no_others_are_looked_at(clip: Clip) -> None:
    what, _pictures = made(clip(SCENES), PosterRequest(moments=(0.4, 2.0, 99.0)))

    assert {product.position_seconds for product in what.products} == {0.4, 2.0, 6.36}
