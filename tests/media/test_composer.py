"""Videos from slides, by the real composer: what is seen when, in every container, and that nothing is left running."""

import os
import time
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from app.media.errors import DecoderCancelled, DecoderTimeout, EncodingFailed
from app.media.pictures.plain_png import write_plain_png
from app.media.slideshow.composer import Composition, Container, Transition, compose
from tests.clips import numbered_picture, read_number

WIDTH, HEIGHT = 192, 96


def slides_of(folder: Path, count: int, width: int = WIDTH, height: int = HEIGHT) -> list[Path]:
    paths = [folder / f"{number}.png" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_bytes(write_plain_png(numbered_picture(37 * number + 5, width, height)))
    return paths


def how(**changes: object) -> Composition:
    return Composition(**{"width": WIDTH, "height": HEIGHT, "seconds_each": 1.0, **changes})  # type: ignore[arg-type]


def shown(path: Path) -> list[int]:
    """Return the number that each frame shows."""
    numbers: list[int] = []
    with av.open(str(path)) as video:
        for packet in video.demux(video=0):
            # An empty packet is Theora's way to say: the same frame again. The last one is only the end.
            frames = packet.decode() if packet.size or packet.pts is None else []
            numbers += [read_number(frame.to_ndarray(format="gray")) for frame in frames]
            if not packet.size and packet.pts is not None:
                numbers.append(numbers[-1])
    return numbers


@pytest.mark.parametrize("container", Container)
def test_in_the_middle_of_each_slide_it_is_seen(tmp_path: Path, container: Container) -> None:
    output = tmp_path / "video"

    compose(slides_of(tmp_path, 3), how(container=container), output=output)

    numbers = shown(output)
    assert len(numbers) == 75
    assert [numbers[12], numbers[37], numbers[62]] == [5, 42, 79]


@pytest.mark.parametrize(("container", "codec"), [("mp4", "h264"), ("webm", "vp9"), ("ogv", "theora")])
def test_a_container_holds_its_codec_in_colours_that_players_show(tmp_path: Path, container: str, codec: str) -> None:
    red = tmp_path / "red.png"
    red.write_bytes(write_plain_png(np.full((HEIGHT, WIDTH, 3), (200, 40, 30), dtype=np.uint8)))
    output = tmp_path / "video"

    compose([red], how(container=Container(container)), output=output)

    with av.open(str(output)) as video:
        context = video.streams.video[0].codec_context
        frame = next(video.decode(video=0))
        assert (context.name, context.pix_fmt, len(video.streams.audio)) == (codec, "yuv420p", 0)
        assert np.abs(frame.to_ndarray(format="rgb24")[40, 90].astype(int) - (200, 40, 30)).max() <= 6


@pytest.mark.parametrize(("seconds", "count", "frames"), [(0.5, 3, 38), (0.7, 10, 175), (3.0, 1, 75), (1.01, 4, 101)])
@pytest.mark.parametrize("transition", Transition)
def test_a_video_is_as_long_as_its_slides(
    tmp_path: Path, transition: Transition, seconds: float, count: int, frames: int
) -> None:
    output = tmp_path / "video"

    compose(slides_of(tmp_path, count), how(seconds_each=seconds, transition=transition), output=output)

    with av.open(str(output)) as video:
        assert video.streams.video[0].frames == frames


def test_a_fade_goes_from_one_slide_to_the_next(tmp_path: Path) -> None:
    paths = [tmp_path / "black.png", tmp_path / "white.png"]
    for path, grey in zip(paths, (0, 255), strict=True):
        path.write_bytes(write_plain_png(np.full((HEIGHT, WIDTH, 3), grey, dtype=np.uint8)))
    output = tmp_path / "video"

    compose(paths, how(), output=output)

    with av.open(str(output)) as video:
        greys = [float(frame.to_ndarray(format="rgb24").mean()) for frame in video.decode(video=0)]
    assert greys == sorted(greys)
    assert (greys[18] < 3, 100 < greys[25] < 155, greys[31] > 252) == (True, True, True)


def test_without_a_transition_a_slide_gives_way_at_once(tmp_path: Path) -> None:
    output = tmp_path / "video"

    compose(slides_of(tmp_path, 2), how(transition=Transition.NONE), output=output)

    assert shown(output) == [5] * 25 + [42] * 25


def test_progress_goes_up_to_the_end(tmp_path: Path) -> None:
    told: list[float] = []

    compose(slides_of(tmp_path, 2), how(), output=tmp_path / "video", report=told.append)

    assert told == sorted(told)
    assert told[-1] > 0.9


def test_a_cancelled_composer_leaves_no_process_and_no_file(tmp_path: Path) -> None:
    before, told, output = _children(), list[float](), tmp_path / "video"
    slides = slides_of(tmp_path, 4, 1280, 720)

    with pytest.raises(DecoderCancelled):
        compose(
            slides,
            how(width=1280, height=720, seconds_each=30),
            output=output,
            report=told.append,
            is_cancelled=lambda: bool(told),
        )

    assert _children() == before
    assert not output.exists()


def test_a_composer_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    before, began = _children(), time.monotonic()

    with pytest.raises(DecoderTimeout):
        compose(slides_of(tmp_path, 4), how(seconds_each=30), output=tmp_path / "video", wall_seconds=0.3)

    assert time.monotonic() - began < 10
    assert _children() == before


def test_what_is_no_slide_fails_with_a_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    slides, output = slides_of(tmp_path, 2), tmp_path / "video"
    Image.new("RGB", (WIDTH, HEIGHT)).save(slides[1])

    with pytest.raises(EncodingFailed) as failure:
        compose(slides, how(), output=output)

    assert "A slide is damaged" in failure.value.message
    assert not output.exists()


def test_a_video_that_grows_too_large_is_not_kept(tmp_path: Path) -> None:
    output = tmp_path / "video"

    with pytest.raises(EncodingFailed):
        compose(slides_of(tmp_path, 4), how(output_bytes=2000), output=output)

    assert not output.exists()


def _children() -> set[int]:
    """Return the processes that this one started, and those that they started."""
    found: set[int] = set()
    waiting = [os.getpid()]
    while waiting:
        for task in Path(f"/proc/{waiting.pop()}/task").glob("*/children"):
            children = {int(child) for child in task.read_text().split()}
            waiting += children - found
            found |= children
    return found
