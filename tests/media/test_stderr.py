"""What a decoder's libraries say goes with the error, shortened and made harmless, and can hold nothing up."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.media.errors import MediaError
from app.media.stderr import CLAIMS, FIRST_LINES, LAST_LINES, MAX_LINE, StderrPipe, say
from tests.media.conftest import BuildDecoder, Clip
from tests.media.decoding import make
from tests.media.test_frames import H264


@pytest.fixture
def pipe() -> Iterator[StderrPipe]:
    pipe = StderrPipe()
    yield pipe
    pipe.close()


def _write(pipe: StderrPipe, text: str) -> None:
    os.write(pipe.end.fileno(), text.encode())


def _fill(descriptor: int) -> None:
    with pytest.raises(BlockingIOError):
        while True:
            os.write(descriptor, b"x")


def test_each_line_is_read_once(pipe: StderrPipe) -> None:
    assert pipe.read_lines() == ()
    _write(pipe, "one\n\ntwo\n")

    assert (pipe.read_lines(), pipe.read_lines()) == (("one", "two"), ())


def test_of_many_lines_the_first_and_the_last_are_kept(pipe: StderrPipe) -> None:
    _write(pipe, "".join(f"line {number}\n" for number in range(1000)))

    lines = pipe.read_lines()

    assert lines[0] == "line 0"
    assert lines[FIRST_LINES] == f"({1000 - FIRST_LINES - LAST_LINES} more lines)"
    assert lines[-1] == "line 999"
    assert len(lines) == FIRST_LINES + 1 + LAST_LINES


def test_lines_are_fit_to_be_shown(pipe: StderrPipe) -> None:
    _write(pipe, "[h264 @ 0x55d0c8a3f2c0] bad\x1b[31m\x00\u202e block\nsame\nsame\nsame\n" + "x" * 5000)

    assert pipe.read_lines() == ("[h264] bad[31m block", "same", "x" * MAX_LINE)


@pytest.mark.parametrize("hidden", ["\u061c", "\u200f", "\u2060\u2066\u2069\u206f", "\ufeff", "\u2028", "\U000e0041"])
def test_what_turns_or_hides_letters_is_left_out(pipe: StderrPipe, hidden: str) -> None:
    _write(pipe, f"[h264] ü{hidden} × 語\n")

    assert "".join(pipe.read_lines()) == "[h264] ü × 語"


def test_bytes_that_are_no_text_can_be_shown_and_stored(pipe: StderrPipe) -> None:
    os.write(pipe.end.fileno(), b"half a pair: \xed\xa0\x80\n")

    (line,) = pipe.read_lines()

    assert line.encode().decode().rstrip("\ufffd") == "half a pair: "


def test_a_full_pipe_holds_nobody_up(pipe: StderrPipe) -> None:
    _fill(pipe.end.fileno())

    assert len(pipe.read_lines()) == 1


def test_a_line_for_a_full_pipe_is_dropped(pipe: StderrPipe) -> None:
    ours = os.dup(2)
    os.dup2(pipe.end.fileno(), 2)
    try:
        say("first")
        _fill(2)
        say("second")
    finally:
        os.dup2(ours, 2)
        os.close(ours)

    first, rest = pipe.read_lines()
    assert (first, set(rest)) == ("first", {"x"})


def test_what_was_written_can_be_read_after_the_end(pipe: StderrPipe) -> None:
    _write(pipe, "last words\n")
    pipe.close()

    assert pipe.read_lines() == ("last words",)


@pytest.mark.processes
def test_an_error_brings_along_what_was_said(build_decoder: BuildDecoder, clip: Clip, tmp_path: Path) -> None:
    decoder, cut = build_decoder(), tmp_path / "cut.mp4"
    cut.write_bytes(clip(H264).read_bytes()[:500])

    with pytest.raises(MediaError) as caught:
        make(decoder, cut)
    with pytest.raises(MediaError) as other:
        make(decoder, Path(__file__))

    assert "moov atom not found" in " ".join(caught.value.log)
    assert other.value.log == ()


@pytest.mark.processes
def test_what_the_header_says_is_told_first(build_decoder: BuildDecoder, clip: Clip, tmp_path: Path) -> None:
    spoiled = tmp_path / "spoiled.mp4"
    data = clip(H264).read_bytes()
    frames, index = data.index(b"mdat") + 4, data.index(b"moov") - 4
    spoiled.write_bytes(data[:frames] + b"\xff" * (index - frames) + data[index:])

    with pytest.raises(MediaError) as caught, spoiled.open("rb") as file:
        build_decoder().take_in(file)

    assert caught.value.log[0] == "Its header says: mov,mp4,m4a,3gp,3g2,mj2, h264 192 × 96, 2.400 s"


@pytest.mark.processes
def test_a_source_is_taken_in_though_nothing_more_can_be_said(
    build_decoder: BuildDecoder, clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoder = build_decoder()
    decoder.prepare()
    assert decoder._stderr is not None
    end = os.open(f"/proc/self/fd/{decoder._stderr._pipe.fileno()}", os.O_WRONLY | os.O_NONBLOCK)
    _fill(end)
    monkeypatch.setattr(StderrPipe, "read_lines", lambda _self: ())  # a library was quicker than who reads

    with clip(H264).open("rb") as file:
        taken = decoder.take_in(file)

    assert taken.products
    assert CLAIMS.encode() not in decoder._stderr._pipe.read()
    os.close(end)
