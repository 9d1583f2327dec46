"""Decoder processes that work, crash, hang and swell: one task suffers, the next one works."""

import hashlib
import io
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.media.decoder import Decoder
from app.media.errors import (
    DamagedSource,
    DecoderCrashed,
    DecoderOutOfMemory,
    DecoderTimeout,
    DecoderUnavailable,
    InvalidOption,
    MediaError,
    NoVideoStream,
    SourceTooLarge,
    UnsupportedSource,
)
from app.media.limits import MIB
from app.media.products import MEDIA_TYPES
from app.media.requests.base import Box, Fit, ImageFormat
from app.media.requests.thumbnail import ThumbnailRequest
from tests.clips import Recipe, make_sound, numbered_picture, read_number
from tests.media.conftest import BuildDecoder, Clip
from tests.media.decoding import TENTH, copied, make
from tests.media.processes import children, is_alive, reached
from tests.media.test_frames import H264

pytestmark = pytest.mark.processes


def prepared(decoder: Decoder) -> int:
    """Have a decoder's process ready, and return its number."""
    before = children()
    decoder.prepare()
    (child,) = children() - before
    return child


def failure_of(decoder: Decoder, path: Path, harm: Callable[[], object]) -> MediaError:
    """Do harm while a task runs, and return what the task raised."""
    caught: list[MediaError] = []

    def run() -> None:
        try:
            make(decoder, path)
        except MediaError as err:
            caught.append(err)

    thread = threading.Thread(target=run)
    thread.start()
    time.sleep(0.1)
    harm()
    thread.join(timeout=20)
    return caught[0]


def test_a_picture_is_made_and_is_what_was_told(build_decoder: BuildDecoder, clip: Clip) -> None:
    decoder = build_decoder()

    picture = make(decoder, clip(H264))

    data = copied(decoder, picture)
    with Image.open(io.BytesIO(data)) as image:
        assert (read_number_of(image), image.size) == (10, (picture.width, picture.height))
    assert (picture.sha256, picture.size_bytes) == (hashlib.sha256(data).hexdigest(), len(data))
    assert (picture.position_seconds, picture.rung, picture.media_type) == (0.4, "exact", "image/jpeg")


def read_number_of(image: Image.Image) -> int:
    return read_number(np.asarray(image.convert("RGB")))


def test_a_source_is_taken_in_with_its_facts_and_a_poster(build_decoder: BuildDecoder, clip: Clip) -> None:
    decoder = build_decoder()

    with clip(H264).open("rb") as file:
        intake = decoder.take_in(file)

    assert (intake.probe.codec, intake.probe.width, intake.probe.duration_seconds) == ("h264", 192, 2.4)
    assert copied(decoder, intake.poster).startswith(b"\xff\xd8\xff")
    assert (intake.poster.score or 0) > 0.3


@pytest.mark.parametrize("image_format", ImageFormat)
@pytest.mark.parametrize("fit", Fit)
def test_every_wish_travels_to_the_process(
    build_decoder: BuildDecoder, clip: Clip, image_format: ImageFormat, fit: Fit
) -> None:
    decoder = build_decoder()
    wanted = ThumbnailRequest(positions=("50%",), sizes=(Box(width=60, height=60, fit=fit),), formats=(image_format,))

    picture = make(decoder, clip(H264), wanted.of(2.4))

    assert (picture.width, picture.height) == ((60, 30) if fit is Fit.FIT else (60, 60))
    assert (picture.media_type, picture.position_seconds) == (MEDIA_TYPES[image_format], 1.2)


def test_a_still_picture_is_a_source_too(build_decoder: BuildDecoder, tmp_path: Path) -> None:
    decoder = build_decoder()
    path = tmp_path / "picture.png"
    Image.fromarray(numbered_picture(77)).save(path)

    picture = make(decoder, path)

    with Image.open(io.BytesIO(copied(decoder, picture))) as image:
        assert read_number_of(image) == 77


def test_what_is_wrong_with_a_source_is_told_as_it_is(build_decoder: BuildDecoder, clip: Clip, tmp_path: Path) -> None:
    decoder = build_decoder(pixels=192 * 96)
    html, cut, large = tmp_path / "html", tmp_path / "cut", clip(replace(H264, width=256))
    html.write_text("<!doctype html>")
    cut.write_bytes(clip(H264).read_bytes()[:500])
    sound = make_sound(tmp_path / "sound", container="mp4")

    raised = []
    for path in (html, cut, large, sound):
        with pytest.raises(MediaError) as caught:
            make(decoder, path)
        raised.append(type(caught.value))

    assert raised == [UnsupportedSource, DamagedSource, SourceTooLarge, NoVideoStream]


@pytest.mark.parametrize(("changed", "field"), [({"positions": ("soon",)}, "t"), ({"sizes": (Box(width=0),)}, "width")])
def test_a_wish_that_makes_no_sense_is_told_by_its_field(
    build_decoder: BuildDecoder, clip: Clip, changed: dict[str, object], field: str
) -> None:
    decoder = build_decoder()

    with pytest.raises(InvalidOption) as caught:
        make(decoder, clip(H264), replace(TENTH, **changed))  # type: ignore[arg-type]

    assert caught.value.field == field


def test_progress_is_told_on_the_way(build_decoder: BuildDecoder, clip: Clip) -> None:
    decoder, told = build_decoder(), list[float]()

    with clip(replace(H264, frames=300, gop=1000)).open("rb") as file:
        decoder.make(file, replace(TENTH, positions=("11.5",)), told.append)

    assert told == sorted(told)
    assert len(told) > 10
    assert 0 <= told[0] < told[-1] <= 1


def test_a_decoder_is_alone_when_its_jail_closes(build_decoder: BuildDecoder) -> None:
    # Each layer holds for the thread that enters it and those it starts, not for one that was there before.
    child = prepared(build_decoder())

    assert len(list(Path(f"/proc/{child}/task").iterdir())) == 1


def test_what_a_decoder_prints_gets_into_no_log(build_decoder: BuildDecoder) -> None:
    child = prepared(build_decoder())

    streams = [Path(f"/proc/{child}/fd/{number}").readlink().name.partition(":")[0] for number in (0, 1, 2)]
    assert streams == ["null", "null", "pipe"]


def test_one_process_does_many_tasks_and_keeps_nothing_open(build_decoder: BuildDecoder, clip: Clip) -> None:
    decoder = build_decoder()
    child = prepared(decoder)
    make(decoder, clip(H264))
    opened = [len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in ("self", child)]

    for _ in range(10):
        make(decoder, clip(H264))

    assert [len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in ("self", child)] == opened
    assert is_alive(child)


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL, signal.SIGABRT], ids=lambda number: number.name)
def test_a_crash_is_told_and_the_next_task_works(
    build_decoder: BuildDecoder, clip: Clip, number: signal.Signals
) -> None:
    decoder = build_decoder()
    child = prepared(decoder)
    os.kill(child, signal.SIGSTOP)

    def crash() -> None:
        os.kill(child, number)
        os.kill(child, signal.SIGCONT)

    error = failure_of(decoder, clip(H264), crash)
    picture = make(decoder, clip(H264))

    assert isinstance(error, DecoderCrashed)
    assert number.name in error.message
    assert (picture.rung, error.is_retryable) == ("exact", True)


def test_a_process_that_died_between_tasks_is_replaced(build_decoder: BuildDecoder, clip: Clip) -> None:
    decoder = build_decoder()
    child = prepared(decoder)
    os.kill(child, signal.SIGKILL)
    reached(lambda: not is_alive(child))

    picture = make(decoder, clip(H264))

    assert picture.rung == "exact"


def test_a_crash_leaves_the_neighbour_alone(build_decoder: BuildDecoder, clip: Clip) -> None:
    hurt, sound = build_decoder(), build_decoder()
    child, other = prepared(hurt), prepared(sound)
    os.kill(child, signal.SIGKILL)

    picture = make(sound, clip(H264))

    assert picture.rung == "exact"
    assert is_alive(other)


def test_a_hang_ends_with_its_time_and_the_next_task_works(build_decoder: BuildDecoder, clip: Clip) -> None:
    decoder = build_decoder(wall_seconds=1.0)
    child = prepared(decoder)
    os.kill(child, signal.SIGSTOP)
    start = time.monotonic()

    with pytest.raises(DecoderTimeout, match="1 s"):
        make(decoder, clip(H264))
    elapsed = time.monotonic() - start

    assert 0.9 < elapsed < 3
    assert not is_alive(child)
    assert make(decoder, clip(H264)).rung == "exact"


def test_processor_time_is_bounded_too(build_decoder: BuildDecoder, tmp_path: Path) -> None:
    decoder = build_decoder(cpu_seconds=0)
    path = tmp_path / "large.png"
    Image.new("L", (9000, 9000), 9).save(path, compress_level=1)

    with pytest.raises(DecoderTimeout, match="processor time"):
        make(decoder, path, replace(TENTH, sizes=(Box(width=8000),)))

    assert make(build_decoder(), path).width == 192


def test_a_task_that_needs_too_much_memory_is_told_and_the_next_one_works(
    build_decoder: BuildDecoder, clip: Clip, tmp_path: Path
) -> None:
    decoder = build_decoder(memory_bytes=300 * MIB)
    path = tmp_path / "large.png"
    Image.new("RGB", (9000, 9000)).save(path, compress_level=1)
    child = prepared(decoder)

    with pytest.raises(DecoderOutOfMemory, match="300 MiB"):
        make(decoder, path)

    assert make(decoder, clip(H264)).rung == "exact"
    assert not is_alive(child)


def test_a_sound_video_that_needs_too_much_memory_is_not_called_damaged(
    build_decoder: BuildDecoder, clip: Clip
) -> None:
    decoder = build_decoder(memory_bytes=290 * MIB)
    path = clip(Recipe(width=3840, height=2160, frames=3, options={"preset": "ultrafast"}))

    with pytest.raises(DecoderOutOfMemory):
        make(decoder, path)


def test_after_a_cancel_no_task_is_given_to_the_process_that_is_dying(
    build_decoder: BuildDecoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoder, before = build_decoder(), children()
    decoder.prepare()
    (pid,) = children() - before
    with monkeypatch.context() as patch:  # a process takes a moment to go: this one takes longer
        patch.setattr(decoder._process, "kill", lambda: None)
        decoder.cancel()
    decoder.prepare()

    assert not is_alive(pid)


def test_a_process_that_cannot_be_started_is_told(build_decoder: BuildDecoder, tmp_path: Path) -> None:
    decoder = build_decoder()
    decoder.output.parent.mkdir(parents=True, exist_ok=True)
    decoder.output.write_bytes(b"")  # a file where a folder is needed

    with pytest.raises(DecoderUnavailable, match="No decoder could be started"):
        decoder.prepare()
