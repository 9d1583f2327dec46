"""Bytes in a folder: atomic, tidy, and a sentence where the folder is out of order."""

import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.errors import StorageError
from app.storage.local import LocalStorage
from tests.service import ROOT

KEY = "sources/1/ab/abc"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def storage(root: Path) -> LocalStorage:
    return LocalStorage(root)


@contextmanager
def _full_disk(bytes_left: int) -> Iterator[None]:
    """Let no file grow beyond this size: what a full disk does, and as root too."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_left, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def _open(storage: LocalStorage, key: str) -> None:
    storage.open(key).close()


def _left_behind(root: Path) -> list[str]:
    return [path.name for path in (root / "incoming").iterdir()]


def test_a_discarded_upload_leaves_nothing_behind(storage: LocalStorage, root: Path) -> None:
    incoming = storage.receive(KEY)
    incoming.write(b"some bytes")
    during = _left_behind(root)

    incoming.discard()

    assert len(during) == 1
    assert _left_behind(root) == []


def test_a_kept_upload_leaves_nothing_behind(storage: LocalStorage, root: Path) -> None:
    incoming = storage.receive(KEY)
    incoming.write(b"some bytes")

    incoming.keep()

    assert _left_behind(root) == []
    assert (root / KEY).read_bytes() == b"some bytes"


@pytest.mark.parametrize("piece", [b"x" * 100, b"x" * 100_000], ids=["small pieces", "large pieces"])
def test_an_upload_that_fills_the_disk_says_so(storage: LocalStorage, piece: bytes) -> None:
    incoming = storage.receive(KEY)

    with _full_disk(bytes_left=50_000), pytest.raises(StorageError) as refusal:
        for _ in range(1000):
            incoming.write(piece)

    assert refusal.value.message == "The file could not be written: File too large."
    incoming.discard()


@pytest.mark.parametrize("piece", [b"x" * 100, b"x" * 100_000], ids=["small pieces", "large pieces"])
def test_an_upload_that_filled_the_disk_leaves_nothing_behind(storage: LocalStorage, root: Path, piece: bytes) -> None:
    incoming = storage.receive(KEY)

    with _full_disk(bytes_left=50_000):
        with pytest.raises(StorageError):
            for _ in range(1000):
                incoming.write(piece)
        incoming.discard()

    assert _left_behind(root) == []


def test_an_upload_that_does_not_fit_at_the_last_moment_is_not_kept(storage: LocalStorage, root: Path) -> None:
    incoming = storage.receive(KEY)
    incoming.write(b"x" * 100)

    with _full_disk(bytes_left=50):
        with pytest.raises(StorageError, match="The file could not be stored: File too large"):
            incoming.keep()
        incoming.discard()

    assert not storage.exists(KEY)
    assert _left_behind(root) == []


def test_a_folder_that_cannot_be_written_gives_a_sentence(storage: LocalStorage, root: Path) -> None:
    (root / "incoming").rmdir()
    (root / "incoming").write_bytes(b"")  # a file where a folder is needed: not even root can write below it

    with pytest.raises(StorageError) as refusal:
        storage.receive(KEY)

    assert refusal.value.message == "No room could be made for the file: Not a directory."
    assert refusal.value.is_retryable


def test_an_upload_that_cannot_be_kept_gives_a_sentence_and_leaves_nothing_behind(
    storage: LocalStorage, root: Path
) -> None:
    (root / "sources").write_bytes(b"")
    incoming = storage.receive(KEY)
    incoming.write(b"some bytes")

    with pytest.raises(StorageError) as refusal:
        incoming.keep()
    incoming.discard()

    assert refusal.value.message.startswith("The file could not be stored: ")
    assert _left_behind(root) == []


@pytest.mark.parametrize("key", ["../outside", "sources/../../outside", "sources/1/..", "..", "{outside}"])
@pytest.mark.parametrize("act", [_open, LocalStorage.exists, LocalStorage.delete])
def test_a_key_that_leads_out_is_refused(
    storage: LocalStorage, tmp_path: Path, act: Callable[[LocalStorage, str], object], key: str
) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(b"secret")

    with pytest.raises(StorageError) as refusal:
        act(storage, key.format(outside=outside))

    assert refusal.value.message == "A key led out of the data folder."
    assert outside.read_bytes() == b"secret"


@pytest.mark.parametrize("key", ["../outside", "{outside}"])
def test_nothing_is_written_under_a_key_that_leads_out(storage: LocalStorage, tmp_path: Path, key: str) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(b"secret")

    with pytest.raises(StorageError, match="A key led out of the data folder"):
        storage.receive(key.format(outside=outside))

    assert outside.read_bytes() == b"secret"


def test_a_link_that_leads_out_is_not_followed(storage: LocalStorage, root: Path) -> None:
    (root.parent / "outside").write_bytes(b"secret")
    (root / "link").symlink_to(root.parent / "outside")

    with pytest.raises(StorageError, match="A key led out of the data folder"):
        storage.open("link")


def test_a_folder_is_not_bytes(storage: LocalStorage, root: Path) -> None:
    (root / "sources").mkdir()

    with pytest.raises(StorageError, match="The stored file cannot be read"):
        storage.open("sources")

    assert not storage.exists("sources")


def test_bytes_written_before_a_restart_are_there_after_it(storage: LocalStorage, root: Path) -> None:
    incoming = storage.receive(KEY)
    incoming.write(b"some bytes")
    incoming.keep()

    restarted = LocalStorage(root)

    with restarted.open(KEY) as file:
        assert file.read() == b"some bytes"


def test_what_a_killed_process_was_taking_in_is_cleared_away(storage: LocalStorage, root: Path) -> None:
    script = (
        "import sys, os, pathlib; from app.storage.local import LocalStorage\n"
        "LocalStorage(pathlib.Path(sys.argv[1])).receive('key').write(b'half'); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", script, str(root)], cwd=ROOT, check=False)
    left = _left_behind(root)

    LocalStorage(root)

    assert len(left) == 1
    assert _left_behind(root) == []


def test_a_process_that_starts_leaves_alone_what_another_is_taking_in(storage: LocalStorage, root: Path) -> None:
    incoming = storage.receive(KEY)
    incoming.write(b"some bytes")

    LocalStorage(root)
    incoming.keep()

    assert (root / KEY).read_bytes() == b"some bytes"


def test_blocking_work_is_handed_to_who_can_wait(root: Path) -> None:
    handed: list[str] = []

    def run_elsewhere(call: Callable[..., Any], *arguments: Any) -> Any:
        handed.append(call.__name__)
        return call(*arguments)

    incoming = LocalStorage(root, run_elsewhere).receive(KEY)
    incoming.write(b"some bytes")
    incoming.keep()

    assert handed == ["_keep"]
