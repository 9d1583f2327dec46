"""Copies of what is stored elsewhere: bounded, fetched once, and never half."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import pytest

from app.errors import StorageError, StorageFull
from app.storage.cache import Cache
from tests.service import ROOT

_DAY = 24 * 3600
_OPEN_SLOWLY = """
import sys, time
from pathlib import Path
from app.storage.cache import Cache
folder, log, seconds = Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])
def fetch(file):
    with log.open("a") as told:
        told.write("fetched\\n")
    for _ in range(10):
        file.write(b"0123456789"); file.flush(); time.sleep(seconds)
with Cache(folder, most_bytes=10**6, min_free_bytes=0).open("key", "v1", 100, fetch) as file:
    print(len(file.read()))
"""


def _cache(folder: Path, most_bytes: int = 1000, min_free_bytes: int = 0) -> Cache:
    return Cache(folder, most_bytes=most_bytes, min_free_bytes=min_free_bytes)


def _bringing(data: bytes, fetched: list[bytes] | None = None) -> Callable[[BinaryIO], None]:
    def fetch(file: BinaryIO) -> None:
        if fetched is not None:
            fetched.append(data)
        file.write(data)

    return fetch


def _open(cache: Cache, key: str, size: int = 300, fetched: list[bytes] | None = None) -> bytes:
    with cache.open(key, "v1", size, _bringing(bytes(size), fetched)) as file:
        return file.read()


def _opening(folder: Path, log: Path, seconds: float) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _OPEN_SLOWLY, str(folder), str(log), str(seconds)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_what_is_there_is_not_fetched_again(tmp_path: Path) -> None:
    cache, fetched = _cache(tmp_path), list[bytes]()

    read = [_open(cache, "key", 3, fetched) for _ in range(2)]

    assert (read, len(fetched)) == ([bytes(3)] * 2, 1)


def test_another_version_of_the_same_key_is_fetched(tmp_path: Path) -> None:
    cache = _cache(tmp_path)
    _open(cache, "key", 3)

    with cache.open("key", "v2", 3, _bringing(b"new")) as file:
        assert file.read() == b"new"


def test_a_copy_cannot_be_changed_by_who_reads_it(tmp_path: Path) -> None:
    for _ in range(2):  # just fetched, and found
        with (
            _cache(tmp_path).open("key", "v1", 3, _bringing(b"old")) as file,
            pytest.raises(OSError, match="Bad file descriptor"),
        ):
            os.write(file.fileno(), b"new")


def test_what_was_not_used_for_longest_gives_way(tmp_path: Path) -> None:
    cache, fetched = _cache(tmp_path, most_bytes=1000), list[bytes]()
    for age, key in ((300, "a"), (200, "b"), (100, "c")):
        _open(cache, key)
        newest = max(tmp_path.iterdir(), key=lambda path: path.stat().st_ctime_ns)
        os.utime(newest, (time.time() - age, time.time() - age))
    _open(cache, "a")  # used just now

    _open(cache, "d")

    for key in ("a", "c", "d"):
        _open(cache, key, fetched=fetched)
    assert fetched == []
    _open(cache, "b", fetched=fetched)
    assert len(fetched) == 1


def test_what_is_larger_than_the_whole_cache_can_be_read_all_the_same(tmp_path: Path) -> None:
    cache = _cache(tmp_path, most_bytes=10)

    assert len(_open(cache, "key", 5000)) == 5000


def test_what_is_open_can_be_read_to_its_end_when_it_gave_way(tmp_path: Path) -> None:
    cache = _cache(tmp_path, most_bytes=400)
    with cache.open("a", "v1", 300, _bringing(b"a" * 300)) as file:
        _open(cache, "b")

        assert file.read() == b"a" * 300
    assert len(list(tmp_path.iterdir())) == 1


def test_what_was_not_used_for_a_day_goes(tmp_path: Path) -> None:
    cache = _cache(tmp_path)
    _open(cache, "a", 3)
    for path in (*tmp_path.iterdir(), tmp_path / "left.part"):
        path.touch()
        os.utime(path, (time.time() - _DAY - 1, time.time() - _DAY - 1))

    _open(cache, "b", 3)

    assert len(list(tmp_path.iterdir())) == 1


def test_a_disk_that_is_nearly_full_takes_no_copy_and_loses_those_there_are(tmp_path: Path) -> None:
    _open(_cache(tmp_path), "a", 3)
    cache = _cache(tmp_path, min_free_bytes=10**18)

    with pytest.raises(StorageFull, match="the disk is nearly full"):
        _open(cache, "b", 3)

    assert list(tmp_path.iterdir()) == []
    assert not cache.has_room()


def test_what_is_forgotten_is_gone(tmp_path: Path) -> None:
    cache = _cache(tmp_path)
    _open(cache, "a", 3)

    cache.forget("a")

    assert list(tmp_path.iterdir()) == []


def test_a_fetch_that_fails_leaves_nothing_and_can_be_tried_again(tmp_path: Path) -> None:
    cache = _cache(tmp_path)

    def fail(file: BinaryIO) -> None:
        file.write(b"half")
        raise StorageError("The store is away.")

    with pytest.raises(StorageError):
        cache.open("key", "v1", 3, fail)

    assert list(tmp_path.iterdir()) == []
    assert _open(cache, "key", 3) == bytes(3)


def test_a_copy_that_was_cut_short_is_fetched_again(tmp_path: Path) -> None:
    cache = _cache(tmp_path)
    _open(cache, "key", 3)
    (copy,) = tmp_path.iterdir()
    copy.write_bytes(b"")

    assert _open(cache, "key", 3) == bytes(3)


def test_many_at_once_fetch_it_once(tmp_path: Path) -> None:
    cache, fetched, read = _cache(tmp_path), list[bytes](), list[bytes]()

    def slowly(file: BinaryIO) -> None:
        fetched.append(b"")
        time.sleep(0.3)
        file.write(b"abc")

    def run() -> None:
        with cache.open("key", "v1", 3, slowly) as file:
            read.append(file.read())

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(fetched), read) == (1, [b"abc"] * 8)
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.processes
def test_two_processes_fetch_it_once(tmp_path: Path) -> None:
    folder, log = tmp_path / "cache", tmp_path / "log"

    both = [_opening(folder, log, 0.1) for _ in range(2)]
    read = [process.communicate(timeout=30)[0] for process in both]

    assert read == ["100\n", "100\n"]
    assert log.read_text() == "fetched\n"


@pytest.mark.processes
def test_what_a_killed_process_was_fetching_another_fetches_whole(tmp_path: Path) -> None:
    folder, log = tmp_path / "cache", tmp_path / "log"
    with _opening(folder, log, 10) as killed:
        while not any(path.stat().st_size for path in folder.glob("*.part")):
            time.sleep(0.02)
        with suppress(ProcessLookupError):
            killed.send_signal(signal.SIGKILL)

    with _opening(folder, log, 0) as other:
        read, _ = other.communicate(timeout=30)

    assert read == "100\n"
    assert len(list(folder.iterdir())) == 1


def test_a_copy_that_was_given_up_while_it_was_looked_at_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, fstat = list[int](), os.fstat

    def remove_and_look(descriptor: int) -> os.stat_result:
        if not looked:  # as who held it until now may do, between any two looks
            next(tmp_path.glob("*.part")).unlink()
        looked.append(descriptor)
        return fstat(descriptor)

    monkeypatch.setattr(os, "fstat", remove_and_look)

    assert _open(_cache(tmp_path), "key", 3) == bytes(3)
    assert len(looked) > 1
