"""What every storage promises."""

import hashlib
import os
from datetime import UTC, datetime, timedelta

import pytest

from app.errors import StorageError
from app.storage.base import BytesMissing, Incoming, Storage

KEY = "sources/1/ab/abcdef"


def _incoming(storage: Storage, data: bytes = b"some bytes", key: str = KEY) -> Incoming:
    incoming = storage.receive(key)
    incoming.write(data)
    return incoming


def _read(storage: Storage, key: str = KEY) -> bytes:
    with storage.open(key) as file:
        return file.read()


def test_kept_bytes_are_read_back(storage: Storage) -> None:
    incoming = storage.receive(KEY)
    for piece in (b"some ", b"", b"bytes", bytes(range(256)) * 1000):
        incoming.write(piece)

    incoming.keep()

    assert _read(storage) == b"some bytes" + bytes(range(256)) * 1000
    assert storage.exists(KEY)


def test_incoming_bytes_are_counted_and_hashed(storage: Storage) -> None:
    incoming = storage.receive(KEY)

    taken = [incoming.write(b"some "), incoming.write(b"bytes")]

    assert (taken, incoming.size_bytes) == ([5, 5], 10)
    assert incoming.sha256 == hashlib.sha256(b"some bytes").hexdigest()
    incoming.discard()


def test_the_hash_is_that_of_what_was_taken_even_when_it_is_kept(storage: Storage) -> None:
    incoming = _incoming(storage, b"some bytes")

    incoming.keep()

    assert incoming.sha256 == hashlib.sha256(b"some bytes").hexdigest()
    assert incoming.size_bytes == 10


def test_nothing_can_be_read_before_it_is_kept(storage: Storage) -> None:
    incoming = _incoming(storage)

    assert not storage.exists(KEY)
    with pytest.raises(BytesMissing):
        storage.open(KEY)
    incoming.discard()


def test_what_is_discarded_is_not_there(storage: Storage) -> None:
    incoming = _incoming(storage)

    incoming.discard()

    assert not storage.exists(KEY)
    with pytest.raises(StorageError):
        incoming.keep()


def test_keeping_takes_the_place_of_what_was_there(storage: Storage) -> None:
    _incoming(storage, b"a longer old one").keep()

    _incoming(storage, b"new").keep()

    assert _read(storage) == b"new"


def test_who_reads_while_it_is_replaced_reads_one_or_the_other(storage: Storage) -> None:
    _incoming(storage, b"old" * 100_000).keep()
    with storage.open(KEY) as file:
        beginning = file.read(3)

        _incoming(storage, b"new" * 100_000).keep()

        assert beginning + file.read() == b"old" * 100_000
    assert _read(storage) == b"new" * 100_000


def test_discarding_what_is_kept_does_nothing(storage: Storage) -> None:
    incoming = _incoming(storage)
    incoming.keep()

    incoming.discard()
    incoming.discard()

    assert _read(storage) == b"some bytes"


def test_what_is_kept_takes_no_more_bytes(storage: Storage) -> None:
    incoming = _incoming(storage)
    incoming.keep()

    with pytest.raises(StorageError):
        incoming.write(b"more")
    with pytest.raises(StorageError):
        incoming.keep()

    assert _read(storage) == b"some bytes"


def test_many_can_be_received_side_by_side(storage: Storage) -> None:
    incomings = [storage.receive(f"key/{number}") for number in range(5)]
    for turn in range(3):
        for number, incoming in enumerate(incomings):
            incoming.write(b"%d%d " % (number, turn))

    for incoming in incomings:
        incoming.keep()

    assert [_read(storage, f"key/{number}") for number in range(5)] == [b"%d0 %d1 %d2 " % (n, n, n) for n in range(5)]


def test_missing_bytes_say_so(storage: Storage) -> None:
    with pytest.raises(BytesMissing) as refusal:
        storage.open("not/there")

    assert (refusal.value.code, refusal.value.message) == ("bytes_missing", "The stored file is gone.")


def test_what_is_opened_is_a_file_that_a_decoder_can_be_handed(storage: Storage) -> None:
    _incoming(storage, b"0123456789").keep()

    with storage.open(KEY) as file:
        size = os.fstat(file.fileno()).st_size
        file.seek(7)
        rest = file.read()

    assert (size, rest) == (10, b"789")


def test_each_reader_has_a_place_of_its_own(storage: Storage) -> None:
    _incoming(storage, b"0123456789").keep()

    with storage.open(KEY) as one, storage.open(KEY) as other:
        one.seek(5)
        read = (one.read(), other.read())

    assert read == (b"56789", b"0123456789")


def test_deleted_bytes_are_gone(storage: Storage) -> None:
    _incoming(storage).keep()

    storage.delete(KEY)

    assert not storage.exists(KEY)
    with pytest.raises(BytesMissing):
        storage.open(KEY)


def test_deleting_what_is_not_there_does_nothing(storage: Storage) -> None:
    storage.delete("not/there")

    assert not storage.exists("not/there")


def test_everything_below_a_prefix_is_told_and_removed(storage: Storage) -> None:
    for key in ("outputs/1/video/a/1/image.jpg", "outputs/1/video/b/1/index.json", "outputs/1/videos/c/1/image.jpg"):
        _incoming(storage, key.encode(), key).keep()
    told = {one.key: one.size_bytes for one in storage.list_below("outputs/1/video/")}

    storage.delete_below("outputs/1/video/")

    assert told == {"outputs/1/video/a/1/image.jpg": 29, "outputs/1/video/b/1/index.json": 30}
    assert [one.key for one in storage.list_below("outputs/")] == ["outputs/1/videos/c/1/image.jpg"]


def test_below_what_is_not_there_is_nothing(storage: Storage) -> None:
    storage.delete_below("outputs/1/nothing/")

    assert list(storage.list_below("outputs/1/nothing/")) == []


def test_when_bytes_were_kept_is_told(storage: Storage) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    _incoming(storage).keep()

    (told,) = storage.list_below("sources/")

    assert before <= told.kept_at <= datetime.now(UTC) + timedelta(seconds=1)
