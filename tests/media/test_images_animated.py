"""Animated pictures: their first frame, or all of them with their times."""

import io

import pytest
from PIL import Image

from app.media.errors import DamagedSource, EncodingFailed, InvalidOption, MediaError, SourceTooLarge
from app.media.limits import Limits
from app.media.pictures.animated_images import (
    Animation,
    encode_animation,
    is_animated,
    read_animation,
    verify_animation,
)
from app.media.pictures.images import draw_image, open_image
from app.media.pictures.webp_stills import with_time
from app.media.requests.base import Box, ImageFormat, no_report
from app.media.requests.thumbnail import ThumbnailRequest
from tests.media.making import make_pictures
from tests.media.pictures import LIMITS, as_file, encoded, flat, four_corners

COLOURS = [(220, 30, 30), (30, 200, 30), (30, 30, 220), (240, 240, 240)]
TIMES = [120, 80, 300, 200]
MOVING = ThumbnailRequest(positions=("0",), sizes=(Box(width=48),), formats=(ImageFormat.WEBP,), is_animated=True)
EVERY_KIND = pytest.mark.parametrize("name", ["GIF", "WEBP", "PNG", "AVIF"])


def animation_of(name: str, *, frames: int = 4, size: tuple[int, int] = (96, 64), **options: object) -> bytes:
    """Return an animation whose frames are of one colour each."""
    pictures = [Image.new("RGB", size, COLOURS[number % 4]) for number in range(frames)]
    buffer = io.BytesIO()
    times = [TIMES[number % 4] for number in range(frames)]
    options = {"duration": times, "loop": 0, **options}
    pictures[0].save(buffer, name, save_all=True, append_images=pictures[1:], **options)
    return buffer.getvalue()


def frames_of(data: bytes) -> list[tuple[tuple[int, ...], int]]:
    """Return the colour in the middle of each frame, and its time."""
    with Image.open(io.BytesIO(data)) as image:
        shown = []
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            seen = image.convert("RGB").getpixel((image.width // 2, image.height // 2))
            assert isinstance(seen, tuple)
            shown.append((seen, int(image.info.get("duration", 0))))
        return shown


def is_near(colour: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    return max(abs(a - b) for a, b in zip(colour, wanted, strict=True)) <= 16


@EVERY_KIND
def test_an_animation_is_kept_with_its_times(name: str) -> None:
    (product, data), *_ = make_pictures(animation_of(name), MOVING)

    shown = frames_of(data)
    assert (product.name, product.width, product.height, product.duration_seconds) == ("image.webp", 48, 32, 0.7)
    assert [time for _, time in shown] == TIMES
    assert all(is_near(seen, wanted) for (seen, _), wanted in zip(shown, COLOURS, strict=True))


@EVERY_KIND
def test_of_an_animation_the_first_frame_is_shown_where_nothing_else_is_asked(name: str) -> None:
    (_, data), *_ = make_pictures(animation_of(name), ThumbnailRequest(positions=("0",), formats=(ImageFormat.WEBP,)))

    shown = frames_of(data)
    assert len(shown) == 1
    assert is_near(shown[0][0], COLOURS[0])


def test_every_size_is_animated() -> None:
    wanted = ThumbnailRequest(
        positions=("0",), sizes=(Box(width=48), Box(height=20)), formats=(ImageFormat.WEBP,), is_animated=True
    )

    made = make_pictures(animation_of("GIF"), wanted)

    assert [(product.width, product.height) for product, _ in made] == [(48, 32), (30, 20)]
    assert [len(frames_of(data)) for _, data in made] == [4, 4]


def test_a_transparent_animation_stays_transparent_unless_there_is_a_background() -> None:
    pictures = [Image.new("RGBA", (32, 32)) for _ in range(2)]
    for number, picture in enumerate(pictures):
        picture.paste((220, 30, 30, 255), (16 * number, 0, 16 * number + 16, 32))
    buffer = io.BytesIO()
    pictures[0].save(buffer, "PNG", save_all=True, append_images=pictures[1:], duration=100, loop=0)
    on_green = ThumbnailRequest(positions=("0",), formats=(ImageFormat.WEBP,), is_animated=True, background="#14c814")

    (_, kept), (_, flattened) = (make_pictures(buffer.getvalue(), wanted)[0] for wanted in (MOVING, on_green))

    with Image.open(io.BytesIO(kept)) as image:
        image.seek(1)
        alphas = [image.convert("RGBA").getpixel((x, 16))[3] for x in (4, 28)]  # type: ignore[index]
    with Image.open(io.BytesIO(flattened)) as image:
        image.seek(1)
        seen = image.convert("RGB").getpixel((4, 16))
    assert alphas == [0, 255]
    assert is_near(seen, (20, 200, 20))  # type: ignore[arg-type]


def test_a_picture_that_does_not_move_is_a_still() -> None:
    (product, data), *_ = make_pictures(encoded(four_corners(), "PNG"), MOVING)

    assert product.duration_seconds is None
    assert len(frames_of(data)) == 1


def test_an_animation_whose_frames_are_all_alike_lasts_as_long() -> None:
    buffer = io.BytesIO()
    # One value of blue apart: two frames for Pillow, one picture for the encoder.
    alike = [flat("RGB", (30, 200, blue)) for blue in (30, 31)]
    alike[0].save(buffer, "PNG", save_all=True, append_images=alike[1:], duration=[120, 80])

    (product, data), *_ = make_pictures(buffer.getvalue(), MOVING)

    assert product.is_blank
    assert product.duration_seconds == 0.2
    assert sum(milliseconds for _, milliseconds in frames_of(data)) == 200


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_still_becomes_two_frames_that_last_as_long_together(mode: str) -> None:
    picture = four_corners().convert(mode)
    if mode == "RGBA":
        picture.putalpha(Image.linear_gradient("L").resize(picture.size))
    still = encoded(picture, "WEBP")

    moving = with_time(still, picture.size, milliseconds=501, loops=3, is_transparent=mode == "RGBA")

    with Image.open(io.BytesIO(moving)) as image, Image.open(io.BytesIO(still)) as before:
        assert (image.n_frames, image.info["loop"]) == (2, 3)  # type: ignore[attr-defined]
        for number, lasts in enumerate([251, 250]):
            image.seek(number)
            assert image.convert(mode).tobytes() == before.convert(mode).tobytes()
            assert image.info["duration"] == lasts
    assert with_time(moving, picture.size, milliseconds=1, loops=0, is_transparent=False) == moving


@pytest.mark.parametrize("image_format", [ImageFormat.JPG, ImageFormat.PNG, ImageFormat.AVIF])
def test_a_format_that_is_not_animated_here_is_refused_by_name(image_format: ImageFormat) -> None:
    wanted = ThumbnailRequest(positions=("0",), formats=(ImageFormat.WEBP, image_format), is_animated=True)

    with pytest.raises(InvalidOption, match="webp") as refusal:
        make_pictures(animation_of("GIF"), wanted)

    assert refusal.value.field == "animated"


@pytest.mark.parametrize(("told", "milliseconds"), [(0, 100), (10, 100), (20, 20), (500, 500), (600_000, 60_000)])
def test_a_time_that_no_browser_keeps_is_what_browsers_make_of_it(told: int, milliseconds: int) -> None:
    image = open_image(as_file(animation_of("GIF", frames=2, duration=[told, told])), LIMITS)

    animation = read_animation(image, LIMITS, lambda frame: draw_image(frame, Box()), no_report)

    assert animation.milliseconds == (milliseconds, milliseconds)


@pytest.mark.parametrize(
    ("name", "options", "loops"),
    [("GIF", {"loop": 0}, 0), ("GIF", {"loop": 2}, 3), ("GIF", {"loop": None}, 1), ("PNG", {"loop": 5}, 5)],
)
def test_an_animation_is_shown_as_often_as_its_source(name: str, options: dict[str, object], loops: int) -> None:
    (_, data), *_ = make_pictures(animation_of(name, **options), MOVING)

    with Image.open(io.BytesIO(data)) as image:
        assert image.info["loop"] == loops


def test_an_apng_s_picture_for_those_without_animations_is_no_frame() -> None:
    pictures = [flat("RGB", colour) for colour in COLOURS]
    buffer = io.BytesIO()
    pictures[0].save(buffer, "PNG", save_all=True, append_images=pictures[1:], default_image=True, duration=90)

    (_, data), *_ = make_pictures(buffer.getvalue(), MOVING)

    assert [is_near(seen, wanted) for (seen, _), wanted in zip(frames_of(data), COLOURS[1:], strict=True)] == [True] * 3


def test_an_animation_of_too_many_frames_is_refused() -> None:
    data = animation_of("GIF", frames=1001, size=(2, 2))

    with pytest.raises(SourceTooLarge, match="1000 frames"):
        make_pictures(data, MOVING)


@pytest.mark.parametrize("pixels", [96 * 64, 7 * 96 * 64 - 1])
def test_an_animation_of_too_many_pixels_is_refused(pixels: int) -> None:
    image = open_image(as_file(animation_of("GIF", frames=12)), Limits(pixels=pixels))

    with pytest.raises(SourceTooLarge, match="first frame"):
        read_animation(image, Limits(pixels=pixels), lambda frame: draw_image(frame, Box()), no_report)


@EVERY_KIND
@pytest.mark.filterwarnings("ignore")
def test_animations_that_break_off_raise_nothing_but_media_errors(name: str) -> None:
    whole = animation_of(name)

    for share in range(1, 20):
        try:
            made = make_pictures(whole[: len(whole) * share // 20], MOVING)
        except MediaError:
            continue
        assert made[0][0].width == 48


@pytest.mark.parametrize("name", ["TIFF", "JPEG", "BMP", "HEIF"])
def test_pages_are_not_moments(name: str) -> None:
    buffer = io.BytesIO()
    more = {"save_all": True, "append_images": [flat("RGB", COLOURS[1])]} if name in ("TIFF", "HEIF") else {}
    flat("RGB", COLOURS[0]).save(buffer, name, **more)

    assert not is_animated(open_image(as_file(buffer.getvalue()), LIMITS))


@pytest.mark.parametrize(
    "written",
    [
        Animation((flat("RGB", COLOURS[0]), flat("RGB", COLOURS[1])), (100, 200), 0),
        Animation((flat("RGB", COLOURS[0]), flat("RGB", COLOURS[2])), (100, 100), 0),
        Animation((flat("RGB", COLOURS[3]), flat("RGB", COLOURS[1])), (100, 100), 0),
        Animation((flat("RGB", COLOURS[0]),), (100,), 0),
        Animation((four_corners(), four_corners().rotate(180)), (100, 100), 0),
    ],
    ids=["other times", "other end", "other beginning", "no motion", "other size"],
)
def test_what_was_written_otherwise_is_found_out(written: Animation) -> None:
    wanted = Animation((flat("RGB", COLOURS[0]), flat("RGB", COLOURS[1])), (100, 100), 0)

    with pytest.raises(EncodingFailed):
        verify_animation(encode_animation(written), wanted)


def test_what_does_not_open_again_is_found_out() -> None:
    wanted = Animation((flat("RGB", COLOURS[0]), flat("RGB", COLOURS[1])), (100, 100), 0)

    with pytest.raises(EncodingFailed):
        verify_animation(encode_animation(wanted)[:60], wanted)


def test_an_animation_without_frames_is_damaged(monkeypatch: pytest.MonkeyPatch) -> None:
    image = open_image(as_file(animation_of("GIF")), LIMITS)
    image.info["default_image"] = True
    monkeypatch.setattr(image, "seek", _raise_end)

    with pytest.raises(DamagedSource):
        read_animation(image, LIMITS, lambda frame: frame, no_report)


def _raise_end(_number: int) -> None:
    raise EOFError
