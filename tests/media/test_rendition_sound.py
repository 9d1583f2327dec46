"""The sound of a rendition: it is there, it is where the pictures are, and what is odd about it is told."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from app.media.film.rendition import make_rendition
from app.media.requests.rendition import Container, RenditionRequest
from tests.clips import Recipe
from tests.media.conftest import Clip
from tests.media.films import RATE, Film, beeps, make_beeping, make_film

FILMS = [Container.MP4, Container.WEBM]
# A video frame of 25 a second, and the resolution of the beeps' beginnings.
SYNC_SECONDS = 0.02


def wanted(container: Container = Container.MP4, **options: Any) -> RenditionRequest:
    return RenditionRequest(container=container, crf=20, **options)


def flashes(film: Film, *, seconds: int) -> list[float]:
    """Return when the first frame of each full second of the pictures' clock is seen."""
    return [next(time for time, number in film.seen if number == 25 * second) for second in range(1, seconds)]


@pytest.mark.parametrize("container", FILMS)
@pytest.mark.parametrize("ending", ["mp4", "mkv", "ts", "mov"])
def test_beeps_are_heard_when_their_frames_are_seen(tmp_path: Path, container: Container, ending: str) -> None:
    film = make_film(make_rendition, make_beeping(tmp_path / f"beeps.{ending}"), wanted(container))

    assert beeps(film) == pytest.approx(flashes(film, seconds=3), abs=SYNC_SECONDS)


@pytest.mark.parametrize(
    "late", [{"late": Fraction(3, 10)}, {"sound_late": Fraction(7, 10)}, {"late": Fraction(113, 1000)}], ids=str
)
@pytest.mark.parametrize("ending", ["mp4", "mkv"])
def test_a_stream_that_begins_late_stays_in_its_place(tmp_path: Path, ending: str, late: Any) -> None:
    film = make_film(make_rendition, make_beeping(tmp_path / f"beeps.{ending}", **late), wanted())

    assert beeps(film) == pytest.approx(flashes(film, seconds=3), abs=SYNC_SECONDS)
    with film.open() as container:
        starts = [float((stream.start_time or 0) * stream.time_base) for stream in container.streams]
        assert starts == pytest.approx([0, 0], abs=0.03)


@pytest.mark.parametrize("fps", [10, 24])
def test_another_rate_does_not_move_the_pictures(tmp_path: Path, fps: int) -> None:
    film = make_film(make_rendition, make_beeping(tmp_path / "beeps.mp4", seconds=5), wanted(fps=fps))

    seen = [min(abs(time - beep) for time, number in film.seen if number >= round(beep) * 25) for beep in beeps(film)]
    assert len(seen) == 4 and max(seen) <= 1 / fps


@pytest.mark.parametrize("codec", ["aac", "ac3", "flac", "mp2", "pcm_s16le", "libopus"])
def test_sound_of_any_usual_codec_is_kept(clip: Clip, codec: str) -> None:
    film = make_film(make_rendition, clip(Recipe(container="mkv", frames=30, sound=codec)), wanted())

    with film.open() as container:
        (sound,) = container.streams.audio
        assert (sound.codec_context.name, sound.rate, sound.codec_context.channels) == ("aac", RATE, 2)
        assert float(sound.duration * sound.time_base) == pytest.approx(1.2, abs=0.1)


def test_sound_is_left_out_where_none_is_wanted(clip: Clip) -> None:
    film = make_film(make_rendition, clip(Recipe(sound="aac")), wanted(audio=False))

    with film.open() as container:
        assert [stream.type for stream in container.streams] == ["video"]
    assert film.made.notes == ()


@pytest.mark.parametrize(("layout", "channels"), [("mono", 1), ("stereo", 2), ("5.1", 2), ("7.1", 2), ("quad", 2)])
def test_many_channels_become_two(tmp_path: Path, layout: str, channels: int) -> None:
    path = make_channels(tmp_path / "channels.mkv", layout)

    film = make_film(make_rendition, path, wanted())

    with film.open() as container:
        assert container.streams.audio[0].codec_context.channels == channels
        loudest = max(np.abs(frame.to_ndarray()).max() for frame in container.decode(audio=0))
        assert loudest > 0.05


def test_a_pause_in_the_sound_is_silence(tmp_path: Path) -> None:
    path = tmp_path / "pause.mkv"
    with av.open(str(make_beeping(tmp_path / "whole.mkv", seconds=4))) as source, av.open(str(path), "w") as output:
        streams = {stream.index: output.add_stream_from_template(stream) for stream in source.streams}
        for packet in source.demux():
            is_left_out = (
                packet.stream.type == "audio" and packet.pts is not None and 1.5 < packet.pts * packet.time_base < 2.6
            )
            if packet.size and not is_left_out:
                packet.stream = streams[packet.stream.index]
                output.mux(packet)

    film = make_film(make_rendition, path, wanted())

    assert beeps(film) == pytest.approx([1, 3], abs=SYNC_SECONDS)


def test_damaged_sound_is_told(tmp_path: Path) -> None:
    path = make_beeping(tmp_path / "beeps.mkv")
    with av.open(str(path)) as source, av.open(str(tmp_path / "hurt.mkv"), "w") as output:
        streams = {stream.index: output.add_stream_from_template(stream) for stream in source.streams}
        for number, packet in enumerate(source.demux()):
            if packet.size:
                hurt = packet if packet.stream.type == "video" or number % 20 else av.Packet(b"\x55" * packet.size)
                hurt.pts, hurt.dts, hurt.time_base = packet.pts, packet.dts, packet.time_base
                hurt.stream = streams[packet.stream.index]
                output.mux(hurt)

    film = make_film(make_rendition, tmp_path / "hurt.mkv", wanted())

    assert film.numbers == list(range(75))
    assert film.made.notes == ("Some of the sound is damaged; it is left out.",)


def make_channels(path: Path, layout: str) -> Path:
    """Write a second of film with a tone in every channel."""
    with av.open(str(path), "w") as output:
        pictures: Any = output.add_stream("libx264", rate=25)
        pictures.width, pictures.height, pictures.pix_fmt = 64, 64, "yuv420p"
        sound: Any = output.add_stream("flac", rate=44_100, layout=layout)
        for _ in range(25):
            output.mux(pictures.encode(av.VideoFrame(64, 64, "yuv420p")))
        output.mux(pictures.encode(None))
        tone = (np.sin(np.arange(44_100) / 20) * 8000).astype(np.int16)
        frame = av.AudioFrame(format="s16", layout=layout, samples=44_100)
        frame.planes[0].update(np.repeat(tone, len(frame.layout.channels)).tobytes())
        frame.sample_rate, frame.pts, frame.time_base = 44_100, 0, Fraction(1, 44_100)
        output.mux(sound.encode(frame))
        output.mux(sound.encode(None))
    return path


def test_sound_that_goes_on_after_the_pictures_is_a_sign_of_work(tmp_path: Path) -> None:
    told: list[float] = []
    path = make_beeping(tmp_path / "beeps.mp4")

    make_film(make_rendition, path, wanted(fps=1), told.append)

    # Three pictures, and a piece of sound for each thousand samples.
    assert len(told) > 100
