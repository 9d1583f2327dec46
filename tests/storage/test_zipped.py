"""Archives of stored files: whole, as long as promised, and of any size without any memory."""

import io
import tracemalloc
import zipfile

import pytest

from app.errors import StorageError
from app.storage.base import BytesMissing, Storage
from app.storage.zipped import Packed, iter_zip, zip_size

MIB = 1024 * 1024


def stored(storage: Storage, name: str, data: bytes) -> Packed:
    incoming = storage.receive(f"outputs/{name}")
    incoming.write(data)
    incoming.keep()
    return Packed(name, f"outputs/{name}", len(data))


@pytest.mark.parametrize("count", [0, 1, 3])
def test_every_file_is_in_it_and_nothing_is_compressed(storage: Storage, count: int) -> None:
    files = [stored(storage, f"bild-{number}-ö.jpg", bytes([number]) * 300_000) for number in range(count)]

    data = b"".join(iter_zip(files, storage))

    assert len(data) == zip_size(files)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert [info.filename for info in archive.infolist()] == [file.name for file in files]
        assert {info.compress_type for info in archive.infolist()} <= {zipfile.ZIP_STORED}
        assert [archive.read(file.name) for file in files] == [bytes([n]) * 300_000 for n in range(count)]


def test_an_empty_file_is_a_file_too(storage: Storage) -> None:
    files = [stored(storage, "empty.vtt", b""), stored(storage, "full.vtt", b"WEBVTT")]

    with zipfile.ZipFile(io.BytesIO(b"".join(iter_zip(files, storage)))) as archive:
        assert (archive.read("empty.vtt"), archive.read("full.vtt")) == (b"", b"WEBVTT")


def test_the_same_files_are_the_same_bytes(storage: Storage) -> None:
    files = [stored(storage, "a.jpg", b"a"), stored(storage, "b.jpg", b"b")]

    assert b"".join(iter_zip(files, storage)) == b"".join(iter_zip(files, storage))


# Not the bucket: its server is in this process, with its memory.
@pytest.mark.parametrize("storage", ["memory", "local"], indirect=True)
def test_a_large_file_takes_no_memory(storage: Storage) -> None:
    file = stored(storage, "large.mp4", bytes(16 * MIB))
    tracemalloc.start()

    sizes = [len(piece) for piece in iter_zip([file], storage)]

    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sum(sizes) == zip_size([file])
    assert most < 2 * MIB


@pytest.mark.parametrize("promised", [3, 5])
def test_a_file_that_is_not_as_long_as_promised_ends_it(storage: Storage, promised: int) -> None:
    file = stored(storage, "a.jpg", b"four")

    with pytest.raises(StorageError, match=r"a\.jpg"):
        list(iter_zip([Packed(file.name, file.key, promised)], storage))


def test_a_file_that_is_gone_ends_it(storage: Storage) -> None:
    with pytest.raises(BytesMissing):
        list(iter_zip([Packed("a.jpg", "outputs/nothing", 4)], storage))
