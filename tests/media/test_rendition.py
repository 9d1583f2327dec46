"""Renditions are the whole video: every frame in its place, upright, no larger, no faster."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from app.media.errors import DamagedSource, NoVideoStream, SourceTooLarge
from app.media.film.glance import ALL_BLANK
from app.media.film.rendition import make_rendition
from app.media.limits import Limits
from app.media.pictures.render import render_frame
from app.media.requests.rendition import Container, RenditionRequest
from tests.clips import Recipe, make_sound
from tests.media.conftest import Clip
from tests.media.films import make_film
from tests.media.scenes import film as scenes
from tests.media.scenes import plain, scene
from tests.media.test_frames import H264

FILMS = [Container.MP4, Container.WEBM]
GOOD = {"crf": 18}


def wanted(container: Container = Container.MP4, **options: Any) -> RenditionRequest:
    return RenditionRequest(container=container, **(GOOD | options))


@pytest.mark.parametrize("container", FILMS)
@pytest.mark.parametrize(
    "recipe",
    [
        Recipe(),
        Recipe(container="mkv"),
        Recipe(container="ts"),
        Recipe(codec="mpeg2video", container="mpg"),
        Recipe(codec="mpeg4", container="avi"),
        Recipe(container="avi"),
        Recipe(container="h264"),
        Recipe(codec="libx265", container="mp4"),
        Recipe(rate=Fraction(30000, 1001), container="mkv"),
    ],
    ids=lambda recipe: f"{recipe.codec}-{recipe.container}",
)
def test_every_frame_is_there_once_and_in_order(clip: Clip, container: Container, recipe: Recipe) -> None:
    film = make_film(make_rendition, clip(recipe), wanted(container))

    assert film.numbers == list(range(60))
    assert film.times == pytest.approx([float(number / recipe.rate) for number in range(60)], abs=0.001)
    assert film.made.notes == ()


@pytest.mark.parametrize("claimed_seconds", [None, 0.01, 9999.0])
def test_each_frame_is_a_sign_of_work_whatever_the_source_says_of_its_length(
    clip: Clip, claimed_seconds: float | None
) -> None:
    told: list[float] = []

    make_film(make_rendition, clip(Recipe(container="h264")), wanted(duration_seconds=claimed_seconds), told.append)

    assert len(told) >= 60
    assert told == sorted(told) and told[-1] < 1


def test_frames_are_left_out_evenly_where_a_lower_rate_is_asked(clip: Clip) -> None:
    film = make_film(make_rendition, clip(Recipe(rate=Fraction(50))), wanted(fps=25))

    assert film.numbers == list(range(0, 60, 2))


def test_the_rate_is_never_raised(clip: Clip) -> None:
    film = make_film(make_rendition, clip(Recipe()), wanted(fps=60))

    assert film.numbers == list(range(60))


@pytest.mark.parametrize("container", ["mp4", "mkv"])
def test_a_varying_rate_becomes_an_even_one(clip: Clip, container: str) -> None:
    times = (0, 1, 2, 10, 11, 12, 20, 30, 31)

    film = make_film(make_rendition, clip(Recipe(times=times, frames=9, container=container)), wanted(fps=25))

    shown = {round(time * 25): number for time, number in film.seen if round(time * 25) in times}
    # A rate lower than the finest may have to leave frames out, but shows none in another's place.
    assert all(abs(times[number] - time) <= 2 for time, number in shown.items())
    assert film.numbers == sorted(film.numbers)
    assert float(film.made.products[0].duration_seconds or 0) == pytest.approx(32 / 25, abs=0.1)


def test_a_picture_that_begins_late_is_shown_from_the_start(clip: Clip) -> None:
    film = make_film(make_rendition, clip(Recipe(times=range(25, 85), sound="aac")), wanted())

    assert (film.times[0], film.numbers[:26]) == (0, [*[0] * 25, 0])
    assert film.numbers[25:] == list(range(60))


@pytest.mark.parametrize(
    ("options", "size"),
    [
        ({}, (192, 96)),
        ({"lines": 720}, (192, 96)),
        ({"lines": 48}, (96, 48)),
        ({"width": 101}, (100, 50)),
        ({"height": 4000}, (192, 96)),
        ({"width": 64, "height": 64}, (64, 32)),
    ],
    ids=str,
)
def test_it_is_no_larger_than_asked_and_than_the_source(clip: Clip, options: Any, size: tuple[int, int]) -> None:
    film = make_film(make_rendition, clip(Recipe(frames=3)), wanted(**options))

    assert (film.made.products[0].width, film.made.products[0].height) == size
    with film.open() as container:
        assert (container.streams.video[0].width, container.streams.video[0].height) == size


@pytest.mark.parametrize(
    "matrix", [(-1, 0, 0, 1), (-1, 0, 0, -1), (0, 1, -1, 0), (0, -1, 1, 0), (0, 1, 1, 0), (1, 0, 0, -1), (0, -1, -1, 0)]
)
def test_a_turned_source_is_upright(clip: Clip, matrix: tuple[int, int, int, int]) -> None:
    path = clip(Recipe(frames=3, turn=matrix))

    film = make_film(make_rendition, path, wanted(lines=96))

    with av.open(str(path)) as source, film.open() as container:
        upright = render_frame(next(source.decode(video=0)))
        first = next(container.decode(video=0))
        assert upright.size == (first.width, first.height)
        assert first.rotation == 0
        assert np.abs(np.asarray(upright, dtype=int) - first.to_ndarray(format="rgb24")).mean() < 8


def test_the_shorter_side_of_a_turned_source_has_the_lines(clip: Clip) -> None:
    film = make_film(make_rendition, clip(Recipe(frames=3, turn=(0, 1, -1, 0))), wanted(lines=48))

    assert (film.made.products[0].width, film.made.products[0].height) == (48, 96)


def test_pixels_become_square(clip: Clip) -> None:
    film = make_film(make_rendition, clip(Recipe(frames=3, sar=Fraction(2))), wanted())

    with film.open() as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height, stream.sample_aspect_ratio or 1) == (384, 96, 1)


@pytest.mark.parametrize("container", FILMS)
@pytest.mark.parametrize("height", [96, 720])
def test_colours_stay_and_are_told(clip: Clip, container: Container, height: int) -> None:
    path = clip(Recipe(frames=2, width=192 * height // 96, height=height, picture=_coloured, options={"crf": "5"}))

    film = make_film(make_rendition, path, wanted(container, crf=5))

    with film.open() as made:
        frame = next(made.decode(video=0))
        context = made.streams.video[0].codec_context
        assert (context.colorspace, context.color_range) == (1, 1)
        found = frame.to_ndarray(format="rgb24", src_colorspace="ITU709")[
            height // 2, frame.width // 8 :: frame.width // 4
        ]
    with av.open(str(path)) as source:
        picture = np.asarray(render_frame(next(source.decode(video=0))))
        expected = picture[height // 2, frame.width // 8 :: frame.width // 4]
    assert np.abs(found.astype(int) - expected).max() <= 6


def test_hdr_becomes_sdr(clip: Clip) -> None:
    hdr = Recipe(
        frames=2,
        codec="libx265",
        pix_fmt="yuv420p10le",
        colour={"color_trc": 16, "color_primaries": 9, "colorspace": 9},
    )

    film = make_film(make_rendition, clip(hdr), wanted())

    with av.open(str(clip(hdr))) as source, film.open() as container:
        picture = np.asarray(render_frame(next(source.decode(video=0))), dtype=int)
        context = container.streams.video[0].codec_context
        frame = next(container.decode(video=0))
        assert (context.color_trc, context.color_primaries, context.colorspace) == (1, 1, 1)
        assert np.abs(frame.to_ndarray(format="rgb24", src_colorspace="ITU709") - picture).mean() < 6


def test_a_player_can_begin_before_it_has_all_of_an_mp4(clip: Clip) -> None:
    film = make_film(make_rendition, clip(Recipe()), wanted())

    assert film.data.index(b"moov") < film.data.index(b"mdat")


def test_a_bit_rate_is_kept(clip: Clip) -> None:
    noise = Recipe(frames=75, width=640, height=360, picture=_noise, options={"preset": "ultrafast", "crf": "20"})

    film = make_film(make_rendition, clip(noise), wanted(crf=None, bitrate_kbps=1000))

    assert 700 < len(film.data) * 8 / 3 / 1000 < 1600


def test_a_video_that_breaks_off_gives_what_there_is(clip: Clip, tmp_path: Path) -> None:
    cut = tmp_path / "cut.mp4"
    whole = clip(Recipe(frames=200, container_options={"movflags": "faststart"})).read_bytes()
    cut.write_bytes(whole[: len(whole) // 2])

    film = make_film(make_rendition, cut, wanted())

    assert film.numbers[:20] == list(range(20)) and len(film.numbers) < 180
    assert "could be read; the file is damaged" in film.made.notes[0]


def test_damage_within_is_told(clip: Clip, tmp_path: Path) -> None:
    data = bytearray(clip(Recipe(frames=100, gop=20, container="mkv")).read_bytes())
    middle = len(data) // 2
    data[middle : middle + 300] = bytes(300)
    (tmp_path / "hurt.mkv").write_bytes(data)

    film = make_film(make_rendition, tmp_path / "hurt.mkv", wanted())

    assert film.numbers[0] == 0 and film.numbers[-1] == 99
    assert any("damaged" in note for note in film.made.notes)


def test_a_still_picture_is_refused(tmp_path: Path) -> None:
    Image.new("RGB", (64, 64)).save(tmp_path / "still.jpg")

    with pytest.raises(NoVideoStream, match="This is a picture"):
        make_film(make_rendition, tmp_path / "still.jpg", wanted())


def test_sound_alone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoVideoStream):
        make_film(make_rendition, make_sound(tmp_path / "sound.mp4", container="mp4"), wanted())


def test_a_video_of_which_nothing_decodes_is_refused(clip: Clip, tmp_path: Path) -> None:
    data = bytearray(clip(H264).read_bytes())
    begin = data.index(b"mdat") + 4
    end = data.index(b"moov") if data.index(b"moov") > begin else len(data)
    data[begin : end - 4] = bytes(end - 4 - begin)
    (tmp_path / "void.mp4").write_bytes(data)

    with pytest.raises(DamagedSource):
        make_film(make_rendition, tmp_path / "void.mp4", wanted())


def test_it_may_take_longer_than_a_picture_and_be_larger() -> None:
    usual = Limits()

    allowed = RenditionRequest().allowed(usual)

    assert allowed.cpu_seconds > 100 * usual.cpu_seconds and allowed.output_bytes > 8 * usual.output_bytes
    assert (allowed.wall_seconds, allowed.memory_bytes) == (usual.wall_seconds, usual.memory_bytes)


@pytest.mark.parametrize("container", FILMS)
def test_a_film_of_one_flat_colour_is_told(clip: Clip, container: Container) -> None:
    film = make_film(make_rendition, clip(scenes({range(50): plain(0)})), wanted(container))

    assert (film.made.products[0].is_blank, film.made.notes) == (True, (ALL_BLANK,))


def test_a_film_that_only_begins_black_is_not_blank(clip: Clip) -> None:
    film = make_film(make_rendition, clip(scenes({range(30): plain(0), range(30, 50): scene(1)})), wanted())

    assert (film.made.products[0].is_blank, film.made.notes) == (False, ())


def test_no_room_is_told_as_such(clip: Clip, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> int:
        raise OSError(27, "File too large")

    monkeypatch.setattr("app.media.parts.os.pwrite", refuse)

    with pytest.raises(SourceTooLarge, match="larger than what may be made"):
        make_film(make_rendition, clip(Recipe()), wanted())


def _coloured(_number: int, width: int, height: int) -> np.ndarray[Any, Any]:
    colours = np.array([[200, 30, 30], [30, 200, 30], [30, 30, 200], [128, 128, 128]], dtype=np.uint8)
    return np.broadcast_to(np.repeat(colours, width // 4, axis=0), (height, width, 3)).copy()


def _noise(number: int, width: int, height: int) -> np.ndarray[Any, Any]:
    grain = np.random.default_rng(number).integers(0, 60, (height, width, 3), dtype=np.uint8)
    return grain + 90
