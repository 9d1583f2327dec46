"""Renditions in a decoder's process: Ogg by an encoder beside it, patience with long work, and nothing left behind."""

import os
import signal
import socket
import threading
import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from app.media import decoder_process
from app.media.channel import Channel
from app.media.decoder import Decoder
from app.media.errors import DamagedSource, DecoderCancelled, DecoderCrashed, DecoderTimeout, MediaError
from app.media.limits import Limits
from app.media.requests.base import Box
from app.media.requests.preview import PreviewFormat, PreviewRequest
from app.media.requests.rendition import Container, RenditionRequest
from app.media.task import Patience
from tests.clips import Recipe
from tests.media.conftest import BuildDecoder, Clip
from tests.media.decoding import copied, make
from tests.media.films import Film, beeps, make_beeping, read_film
from tests.media.processes import children, is_alive, reached
from tests.media.test_frames import H264

pytestmark = pytest.mark.processes

OGG = RenditionRequest(container=Container.OGG, bitrate_kbps=800)
WIDENED = "Theora is at least 18 pixels wide; the film is enlarged to 18 × 10."
LONG = Recipe(frames=2000, width=640, height=320, sound="aac", options={"preset": "ultrafast"})


def made_film(decoder: Decoder, path: Path, wanted: Any) -> Film:
    with path.open("rb") as file:
        made = decoder.make(file, wanted)
    return read_film(made, copied(decoder, made.products[0]))


@pytest.mark.parametrize("container", list(Container))
def test_every_kind_of_film_is_made_with_its_sound(
    build_decoder: BuildDecoder, tmp_path: Path, container: Container
) -> None:
    path = make_beeping(tmp_path / "beeps.mp4", late=Fraction(1, 5))

    film = made_film(build_decoder(), path, replace(OGG, container=container))

    assert film.numbers == [*[0] * 5, *range(75)]
    assert beeps(film) == pytest.approx([1.2, 2.2], abs=0.02)
    assert film.made.products[0].name == f"rendition.{container.ending}"
    assert film.made.products[0].duration_seconds == pytest.approx(3.2, abs=0.1)


def test_a_silent_video_makes_a_silent_ogg(build_decoder: BuildDecoder, clip: Clip) -> None:
    film = made_film(build_decoder(), clip(Recipe()), replace(OGG, lines=48))

    with film.open() as container:
        assert [stream.codec_context.name for stream in container.streams] == ["theora"]
        assert (container.streams[0].width, container.streams[0].height) == (96, 48)
    assert film.numbers == list(range(60))


@pytest.mark.parametrize(
    ("box", "sides"), [({"width": 16}, (18, 10)), ({"width": 2}, (18, 10)), ({"width": 19}, (18, 10))]
)
def test_an_ogg_is_wide_enough_to_play(
    build_decoder: BuildDecoder, clip: Clip, box: dict[str, int], sides: tuple[int, int]
) -> None:
    film = made_film(build_decoder(), clip(Recipe()), replace(OGG, **box))

    assert (film.made.products[0].width, film.made.products[0].height) == sides
    assert film.made.notes == (() if box["width"] >= 18 else (WIDENED,))


def test_the_smallest_video_makes_an_ogg(build_decoder: BuildDecoder, clip: Clip) -> None:
    film = made_film(build_decoder(), clip(Recipe(frames=3, width=2, height=2)), OGG)

    assert (film.made.products[0].width, film.made.products[0].height) == (18, 18)


def test_a_turned_video_makes_an_upright_ogg(build_decoder: BuildDecoder, clip: Clip) -> None:
    film = made_film(build_decoder(), clip(Recipe(frames=5, turn=(0, 1, -1, 0))), OGG)

    assert (film.made.products[0].width, film.made.products[0].height) == (96, 192)


@pytest.mark.parametrize("kind", list(PreviewFormat))
def test_previews_come_out_of_the_jail(build_decoder: BuildDecoder, clip: Clip, kind: PreviewFormat) -> None:
    wanted = PreviewRequest(box=Box(width=192), format=kind, start="0", seconds=0.4, fps=25.0)

    film = made_film(build_decoder(), clip(Recipe()), wanted)

    assert film.numbers == list(range(10))


@pytest.mark.parametrize("container", list(Container))
def test_no_process_is_left_of_a_rendition_that_was_called_off(
    build_decoder: BuildDecoder, clip: Clip, container: Container
) -> None:
    decoder = build_decoder()
    before = children()
    caught, thread = begin(decoder, clip(LONG), replace(OGG, container=container))
    assert reached(lambda: len(children() - before) == (2 if container is Container.OGG else 1))

    decoder.cancel()
    thread.join(timeout=10)

    assert [type(error) for error in caught] == [DecoderCancelled]
    assert reached(lambda: children() == before)


def test_a_cancel_while_the_process_is_being_started_is_heard(
    build_decoder: BuildDecoder, clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoder = build_decoder()
    start = decoder._start
    monkeypatch.setattr(decoder, "_start", lambda: (decoder.cancel(), start()))

    with clip(LONG).open("rb") as file, pytest.raises(DecoderCancelled):
        decoder.probe(file)


def test_an_encoder_that_dies_fails_its_task(build_decoder: BuildDecoder, clip: Clip) -> None:
    decoder = build_decoder()
    before = children()
    caught, thread = begin(decoder, clip(LONG), OGG)
    assert reached(lambda: bool(encoders(before)))

    os.kill(encoders(before).pop(), signal.SIGKILL)
    thread.join(timeout=30)

    assert [error.code for error in caught] == ["encoding_failed"]
    assert reached(lambda: not encoders(before))


def test_an_encoder_that_hangs_is_stopped(build_decoder: BuildDecoder, clip: Clip) -> None:
    decoder = build_decoder(wall_seconds=3.0)
    before = children()
    caught, thread = begin(decoder, clip(LONG), OGG)
    assert reached(lambda: bool(encoders(before)))
    (encoder,) = encoders(before)

    os.kill(encoder, signal.SIGSTOP)
    thread.join(timeout=30)

    assert [type(error) for error in caught] == [DecoderTimeout]
    assert "stood still" in caught[0].message
    assert reached(lambda: not is_alive(encoder))


def test_a_killed_decoder_takes_its_encoder_with_it(build_decoder: BuildDecoder, clip: Clip) -> None:
    decoder = build_decoder()
    before = children()
    caught, thread = begin(decoder, clip(LONG), OGG)
    assert reached(lambda: bool(encoders(before)))

    os.kill((children() - before - encoders(before)).pop(), signal.SIGKILL)
    thread.join(timeout=10)

    assert [type(error) for error in caught] == [DecoderCrashed]
    assert reached(lambda: children() == before)


def test_a_damaged_source_leaves_no_encoder(build_decoder: BuildDecoder, tmp_path: Path, clip: Clip) -> None:
    data = clip(H264).read_bytes()
    (tmp_path / "cut.mp4").write_bytes(data[: len(data) // 4])
    before = children()

    with pytest.raises(DamagedSource):
        made_film(build_decoder(), tmp_path / "cut.mp4", OGG)

    assert len(children() - before) == 1


def test_work_goes_on_past_its_time_while_it_gets_on(build_decoder: BuildDecoder, clip: Clip) -> None:
    decoder = build_decoder(wall_seconds=1.0)
    slow = RenditionRequest(container=Container.WEBM, crf=4)
    fractions: list[float] = []
    started = time.monotonic()

    with clip(replace(LONG, frames=800)).open("rb") as file:
        decoder.make(file, slow, fractions.append)

    assert time.monotonic() - started > 1.0
    assert fractions == sorted(fractions) and len(fractions) > 5


def test_work_that_cannot_tell_how_far_it_is_tells_that_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoder_process, "_REPORT_SECONDS", 0.05)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        report = decoder_process._reporter(Channel(theirs))
        for fraction in (0.5, 0.5, 0.5):
            report(fraction)
            time.sleep(0.06)
            report(fraction)
        theirs.shutdown(socket.SHUT_WR)
        channel = Channel(ours)
        told = [channel.receive()[0] for _ in range(4)]

    assert told == [{"progress": 0.5}] * 4


def test_after_a_rendition_pictures_have_a_process_of_their_own_limits(build_decoder: BuildDecoder, clip: Clip) -> None:
    decoder = build_decoder(output_bytes=2_000_000)
    before = children()
    made_film(decoder, clip(Recipe()), RenditionRequest(crf=20))
    film = made_film(decoder, clip(Recipe()), RenditionRequest(crf=20))
    (long_worker,) = children() - before

    assert make(decoder, clip(H264)).rung == "exact"

    (worker,) = children() - before
    assert worker != long_worker and "2000000" in Path(f"/proc/{worker}/limits").read_text()
    assert film.numbers == list(range(60))


def test_patience_is_renewed_by_work_and_not_for_ever() -> None:
    patience = Patience(Limits(wall_seconds=0.05, renewals=2))
    first = patience.deadline

    patience.renew()
    renewed = patience.deadline
    time.sleep(0.2)
    patience.renew()

    assert first < renewed <= patience.deadline == pytest.approx(first + 0.1)


def test_without_renewals_work_does_not_count() -> None:
    patience = Patience(Limits(wall_seconds=100.0))
    first = patience.deadline

    time.sleep(0.01)
    patience.renew()

    assert patience.deadline == first


def begin(decoder: Decoder, path: Path, wanted: Any) -> tuple[list[MediaError], threading.Thread]:
    """Begin a rendition in a thread; what it raises comes into the list."""
    caught: list[MediaError] = []

    def run() -> None:
        try:
            with path.open("rb") as file:
                decoder.make(file, wanted)
        except MediaError as err:
            caught.append(err)

    thread = threading.Thread(target=run)
    thread.start()
    return caught, thread


def encoders(before: set[int]) -> set[int]:
    """Return the encoders among the children that are new."""
    return {child for child in children() - before if "ffmpeg" in Path(f"/proc/{child}/cmdline").read_text()}
