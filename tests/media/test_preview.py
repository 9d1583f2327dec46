"""Previews show the moments that were asked for, in order, at the speed and size that were asked."""

import io
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.media.errors import InvalidOption, NoVideoStream
from app.media.film.glance import ALL_BLANK
from app.media.film.preview import make_preview
from app.media.requests.base import Box, Fit
from app.media.requests.preview import PreviewFormat, PreviewRequest
from tests.clips import Recipe, read_number
from tests.media.conftest import Clip
from tests.media.films import make_film
from tests.media.scenes import Picture, plain, scene
from tests.media.scenes import film as scenes
from tests.media.transparency import HEIGHT, KINDS, RED, SQUARE, left_of_square, write_moving

LONG = Recipe(frames=100)
FORMATS = list(PreviewFormat)


def wanted(format: PreviewFormat = PreviewFormat.WEBP, **options: object) -> PreviewRequest:
    return PreviewRequest(format=format, **{"box": Box(width=192), "fps": 25.0, **options})  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", FORMATS)
def test_segments_lie_in_the_middles_of_equal_parts(clip: Clip, kind: PreviewFormat) -> None:
    film = make_film(make_preview, clip(LONG), wanted(kind, segments=2, seconds=0.4))

    assert film.numbers == [*range(20, 30), *range(70, 80)]


def test_a_segment_begins_at_a_keyframe_that_is_near(clip: Clip) -> None:
    film = make_film(make_preview, clip(Recipe(frames=200, gop=40)), wanted(segments=2, seconds=0.4))

    # The first part has one shortly before its middle, the second has none there.
    assert film.numbers == [*range(40, 50), *range(145, 155)]


@pytest.mark.parametrize("kind", FORMATS)
def test_a_range_begins_where_it_is_asked(clip: Clip, kind: PreviewFormat) -> None:
    film = make_film(make_preview, clip(LONG), wanted(kind, start="1.2", seconds=0.4, fps=5))

    assert film.numbers == [30, 35]
    assert film.made.products[0].duration_seconds == pytest.approx(0.4)


@pytest.mark.parametrize("codec", ["mpeg4", "libx264"])
def test_where_packets_do_not_tell_when_they_are_shown_it_is_counted(clip: Clip, codec: str) -> None:
    film = make_film(
        make_preview, clip(Recipe(codec=codec, container="avi", frames=100)), wanted(start="2", seconds=0.4)
    )

    assert film.numbers == list(range(50, 60))


@pytest.mark.parametrize("kind", FORMATS)
def test_frames_come_at_even_times(clip: Clip, kind: PreviewFormat) -> None:
    film = make_film(make_preview, clip(LONG), wanted(kind, segments=1, seconds=2, fps=12))

    assert film.times == pytest.approx([number / 12 for number in range(24)], abs=0.006)


def test_a_video_shorter_than_all_segments_is_shown_once(clip: Clip) -> None:
    film = make_film(make_preview, clip(LONG), wanted(segments=5, seconds=2))

    assert film.numbers == list(range(100))


def test_no_frame_is_shown_more_often_than_the_source_has_it(clip: Clip) -> None:
    film = make_film(make_preview, clip(Recipe(frames=20, rate=Fraction(5))), wanted(segments=1, seconds=2, fps=30))

    assert film.numbers == list(range(5, 15))


def test_a_range_past_the_end_is_the_last_one(clip: Clip) -> None:
    film = make_film(make_preview, clip(LONG), wanted(start="100", seconds=0.4))

    assert film.numbers == list(range(90, 100))


@pytest.mark.parametrize("kind", FORMATS)
def test_nothing_is_enlarged(clip: Clip, kind: PreviewFormat) -> None:
    film = make_film(make_preview, clip(LONG), wanted(kind, segments=1, seconds=0.2, box=Box(width=640)))

    assert (film.made.products[0].width, film.made.products[0].height) == (192, 96)


@pytest.mark.parametrize(("kind", "size"), [(PreviewFormat.MP4, (100, 50)), (PreviewFormat.WEBP, (101, 51))])
def test_sides_of_films_are_even(clip: Clip, kind: PreviewFormat, size: tuple[int, int]) -> None:
    film = make_film(make_preview, clip(LONG), wanted(kind, segments=1, seconds=0.2, box=Box(width=101)))

    assert (film.made.products[0].width, film.made.products[0].height) == size


@pytest.mark.parametrize("kind", FORMATS)
def test_a_turned_source_is_upright(clip: Clip, kind: PreviewFormat) -> None:
    turned = Recipe(frames=30, turn=(0, 1, -1, 0))

    film = make_film(make_preview, clip(turned), wanted(kind, start="0", seconds=0.2, box=Box(height=192)))

    assert (film.made.products[0].width, film.made.products[0].height) == (96, 192)
    assert read_number(np.rot90(first_picture(film.data, kind))) == 0


def test_pixels_become_square(clip: Clip) -> None:
    film = make_film(make_preview, clip(Recipe(frames=30, sar=Fraction(2))), wanted(start="0", seconds=0.2))

    assert (film.made.products[0].width, film.made.products[0].height) == (192, 48)


def test_a_box_can_be_filled(clip: Clip) -> None:
    box = Box(width=64, height=64, fit=Fit.FILL)

    film = make_film(make_preview, clip(LONG), wanted(PreviewFormat.GIF, start="0", seconds=0.2, box=box))

    assert (film.made.products[0].width, film.made.products[0].height) == (64, 64)


@pytest.mark.parametrize(("kind", "loops", "told"), [("gif", 0, 0), ("gif", 3, 2), ("webp", 0, 0), ("webp", 3, 3)])
def test_it_is_shown_as_often_as_asked(clip: Clip, kind: str, loops: int, told: int) -> None:
    film = make_film(make_preview, clip(LONG), wanted(PreviewFormat(kind), start="0", seconds=0.2, loops=loops))

    with Image.open(io.BytesIO(film.data)) as image:
        assert image.info["loop"] == told


def test_a_gif_keeps_its_colours(clip: Clip) -> None:
    film = make_film(make_preview, clip(LONG), wanted(PreviewFormat.GIF, start="0", seconds=0.4))
    webp = make_film(make_preview, clip(LONG), wanted(PreviewFormat.WEBP, start="0", seconds=0.4))

    gif_picture = first_picture(film.data, PreviewFormat.GIF).astype(int)
    assert np.abs(gif_picture - first_picture(webp.data, PreviewFormat.WEBP)).mean() < 6


@pytest.mark.parametrize("kind", [PreviewFormat.WEBP, PreviewFormat.GIF])
@pytest.mark.parametrize(("codec", "pixel_format", "container"), [KINDS[0], KINDS[5]])
def test_what_moves_over_nothing_leaves_no_trail(
    tmp_path: Path, kind: PreviewFormat, codec: str, pixel_format: str, container: str
) -> None:
    path = write_moving(tmp_path / f"clip.{container}", codec, pixel_format, frames=24)

    film = make_film(make_preview, path, wanted(kind, start="0", seconds=0.96))

    with Image.open(io.BytesIO(film.data)) as image:
        assert image.n_frames == 24
        for number in range(24):
            image.seek(number)
            shown = np.asarray(image.convert("RGB"), dtype=int)
            left = left_of_square(number)
            ground = np.concatenate((shown[:, : max(0, left - 12)], shown[:, left + SQUARE + 12 :]), axis=1)
            assert np.abs(shown[HEIGHT // 2, left + SQUARE // 2] - RED).max() < 25
            assert ground.min() > 250


def test_previews_have_no_sound(clip: Clip) -> None:
    film = make_film(make_preview, clip(Recipe(sound="aac")), wanted(PreviewFormat.MP4, start="0", seconds=0.4))

    with film.open() as container:
        assert [stream.type for stream in container.streams] == ["video"]


def test_a_damaged_end_is_told(clip: Clip, tmp_path: Path) -> None:
    cut = tmp_path / "cut.mp4"
    whole = clip(Recipe(frames=200, container_options={"movflags": "faststart"})).read_bytes()
    cut.write_bytes(whole[: len(whole) // 3])

    film = make_film(make_preview, cut, wanted(segments=4, seconds=0.4))

    assert film.numbers == sorted(film.numbers) and 0 < len(film.numbers) < 40
    assert "past the end" in film.made.notes[0]


def test_a_still_picture_is_refused(tmp_path: Path) -> None:
    Image.new("RGB", (64, 64)).save(tmp_path / "still.png")

    with pytest.raises(NoVideoStream, match="This is a picture"):
        make_film(make_preview, tmp_path / "still.png", wanted())


def test_too_many_large_frames_are_refused_by_a_sentence(clip: Clip, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.media.film.preview._MOST_PIXELS", 192 * 96 * 10)

    with pytest.raises(InvalidOption, match="width is too large") as refusal:
        make_film(make_preview, clip(LONG), wanted(segments=1, seconds=2))

    assert refusal.value.field == "width"


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("shade", [0, 255])
def test_one_flat_colour_all_along_is_told(clip: Clip, kind: PreviewFormat, shade: int) -> None:
    film = make_film(make_preview, clip(scenes({range(50): plain(shade)})), wanted(kind, start="0", seconds=1))

    assert film.made.products[0].is_blank
    assert film.made.notes == (ALL_BLANK,)


@pytest.mark.parametrize("kind", FORMATS)
def test_what_only_begins_black_is_not_blank(clip: Clip, kind: PreviewFormat) -> None:
    recipe = scenes({range(40): plain(0), range(40, 50): scene(1)})

    film = make_film(make_preview, clip(recipe), wanted(kind, start="0", seconds=2))

    assert (film.made.products[0].is_blank, film.made.notes) == (False, ())


@pytest.mark.parametrize("kind", [PreviewFormat.WEBP, PreviewFormat.GIF])
@pytest.mark.parametrize("picture", [plain(0), scene(1)], ids=["black", "something"])
def test_frames_that_are_all_alike_last_as_long_as_is_told(clip: Clip, kind: PreviewFormat, picture: Picture) -> None:
    film = make_film(make_preview, clip(scenes({range(50): picture})), wanted(kind, start="0", seconds=1.5, fps=10))

    with Image.open(io.BytesIO(film.data)) as image:
        lasted = [_milliseconds(image, number) for number in range(image.n_frames)]  # type: ignore[attr-defined]
    assert sum(lasted) == pytest.approx(1500, abs=20)
    assert len(lasted) > 1
    assert film.made.products[0].duration_seconds == pytest.approx(1.5)


def _milliseconds(image: Image.Image, number: int) -> int:
    image.seek(number)
    image.load()
    return int(image.info["duration"])


def first_picture(data: bytes, kind: PreviewFormat) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    if kind.is_film:
        import av

        with av.open(io.BytesIO(data)) as container:
            return next(container.decode(video=0)).to_ndarray(format="rgb24")  # type: ignore[return-value]
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("RGB"))
