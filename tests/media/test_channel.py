"""The line to a decoder process: what is sent arrives, and what a burglar sends does no harm."""

import json
import os
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from app.media.channel import MAX_MESSAGE_BYTES, Channel, ChannelClosed

Ends = tuple[Channel, socket.socket]


@pytest.fixture
def ends() -> Iterator[Ends]:
    """A channel, and the bare socket at the other end."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Channel(ours), theirs


def frame(text: bytes) -> bytes:
    return struct.pack("!I", len(text)) + text


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def in_background(send: Callable[[], None]) -> threading.Thread:
    """Send from another thread until the line is cut, as another process would."""

    def run() -> None:
        with suppress(OSError, ChannelClosed):
            send()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.parametrize(
    "message", [{}, {"task": "probe", "options": {"t": "1.5", "n": None}}, {"ü": "€" * 1000}, {"n": [0.1, -7, True]}]
)
def test_a_message_arrives_as_it_was_sent(ends: Ends, message: dict[str, Any]) -> None:
    ours, theirs = ends

    Channel(theirs).send(message)
    received, file = ours.receive()

    assert received == message
    assert file is None


def test_messages_arrive_one_by_one_in_their_order(ends: Ends) -> None:
    ours, theirs = ends
    for number in range(20):
        Channel(theirs).send({"number": number})

    numbers = [ours.receive()[0]["number"] for _ in range(20)]

    assert numbers == list(range(20))


def test_a_message_in_many_pieces_arrives_whole(ends: Ends) -> None:
    ours, theirs = ends
    data = frame(json.dumps({"text": "x" * 50}).encode())

    def drip() -> None:
        for byte in data:
            theirs.send(bytes([byte]))

    thread = in_background(drip)
    message, _file = ours.receive(deadline=time.monotonic() + 10)
    thread.join()

    assert message == {"text": "x" * 50}


def test_a_message_as_long_as_allowed_arrives(ends: Ends) -> None:
    ours, theirs = ends
    text = "x" * (MAX_MESSAGE_BYTES - len('{"text": ""}'))

    thread = in_background(lambda: Channel(theirs).send({"text": text}))
    message, _file = ours.receive()
    thread.join()

    assert message == {"text": text}


def test_an_open_file_arrives_with_its_message(ends: Ends, tmp_path: Path) -> None:
    ours, theirs = ends
    path = tmp_path / "source"
    path.write_bytes(b"what is in it")

    with path.open("rb") as file:
        Channel(theirs).send({"task": "probe"}, file)
    _message, received = ours.receive()

    assert received is not None
    with received:
        assert received.read() == b"what is in it"


def test_of_several_files_at_once_only_one_is_taken(ends: Ends, tmp_path: Path) -> None:
    ours, theirs = ends
    before = open_files()
    with (tmp_path / "many").open("wb") as file:
        socket.send_fds(theirs, [frame(b"{}")], [file.fileno()] * 8)

    _message, received = ours.receive()

    assert received is not None
    assert open_files() == before + 1
    received.close()


def test_a_file_in_the_middle_of_a_message_is_not_taken(ends: Ends, tmp_path: Path) -> None:
    ours, theirs = ends
    before = open_files()
    data = frame(b'{"a": 1}')
    theirs.sendall(data[:6])
    with (tmp_path / "late").open("wb") as file:
        socket.send_fds(theirs, [data[6:]], [file.fileno()])

    message, received = ours.receive()

    assert (message, received) == ({"a": 1}, None)
    assert open_files() == before


@pytest.mark.parametrize("text", [b"[]", b"nonsense"])
def test_a_file_beside_nonsense_is_not_kept_open(ends: Ends, tmp_path: Path, text: bytes) -> None:
    ours, theirs = ends
    before = open_files()
    with (tmp_path / "stray").open("wb") as file:
        socket.send_fds(theirs, [frame(text)], [file.fileno()])

    with pytest.raises(ChannelClosed) as caught:
        ours.receive()

    # While the error is looked at, so that it is not the collector of garbage that closes the file.
    assert caught.value is not None
    assert open_files() == before


def test_a_folder_instead_of_a_file_is_not_kept_open(ends: Ends, tmp_path: Path) -> None:
    ours, theirs = ends
    folder = os.open(tmp_path, os.O_RDONLY)
    socket.send_fds(theirs, [frame(b"{}")], [folder])
    os.close(folder)
    before = open_files()

    with pytest.raises(ChannelClosed):
        ours.receive()

    assert open_files() == before


@pytest.mark.parametrize("piece", [b"", b"\x00", b"\x00\x00\x00\x09", b'\x00\x00\x00\x09{"a":'])
def test_a_peer_that_is_gone_closes_the_channel(ends: Ends, piece: bytes) -> None:
    ours, theirs = ends
    theirs.sendall(piece)
    theirs.close()

    with pytest.raises(ChannelClosed):
        ours.receive()


def test_sending_to_a_peer_that_is_gone_closes_the_channel(ends: Ends) -> None:
    ours, theirs = ends
    theirs.close()

    with pytest.raises(ChannelClosed):
        ours.send({"task": "probe"})


def test_a_longer_message_than_allowed_is_refused_unread(ends: Ends) -> None:
    ours, theirs = ends
    theirs.sendall(struct.pack("!I", MAX_MESSAGE_BYTES + 1))

    with pytest.raises(ChannelClosed):
        ours.receive(deadline=time.monotonic() + 5)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"nonsense",
        b"[]",
        b"1",
        b'"text"',
        b"null",
        b'{"a": 1} {}',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": "\xff\xfe"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
    ids=lambda text: repr(text[:12]),
)
def test_what_is_not_an_honest_message_closes_the_channel(ends: Ends, text: bytes) -> None:
    ours, theirs = ends
    thread = in_background(lambda: theirs.sendall(frame(text)))

    with pytest.raises(ChannelClosed):
        ours.receive(deadline=time.monotonic() + 5)
    thread.join()


def test_silence_ends_at_the_deadline(ends: Ends) -> None:
    ours, _theirs = ends
    start = time.monotonic()

    with pytest.raises(TimeoutError):
        ours.receive(deadline=start + 0.2)

    assert 0.15 < time.monotonic() - start < 2


def test_a_peer_that_drips_bytes_does_not_stretch_the_deadline(ends: Ends) -> None:
    ours, theirs = ends
    start = time.monotonic()

    def drip() -> None:
        for byte in frame(b" " * 1000):
            theirs.send(bytes([byte]))
            time.sleep(0.02)

    thread = in_background(drip)
    with pytest.raises(TimeoutError):
        ours.receive(deadline=start + 0.3)
    elapsed = time.monotonic() - start
    theirs.close()
    thread.join()

    assert elapsed < 2


def test_bytes_that_are_always_there_do_not_stretch_the_deadline(ends: Ends) -> None:
    ours, theirs = ends
    theirs.sendall(frame(b"{}") * 100)

    with pytest.raises(TimeoutError):
        ours.receive(deadline=time.monotonic() - 1)


def test_a_message_that_came_in_time_leaves_no_deadline_behind(ends: Ends) -> None:
    ours, theirs = ends
    Channel(theirs).send({})
    ours.receive(deadline=time.monotonic() + 0.1)
    text = "x" * 900_000

    # More than the socket holds: it is sent only as fast as the other side reads it.
    thread = in_background(lambda: ours.send({"text": text}))
    time.sleep(0.5)
    message, _file = Channel(theirs).receive(deadline=time.monotonic() + 5)
    thread.join()

    assert message == {"text": text}
