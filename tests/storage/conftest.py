"""Each kind of storage."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from app.storage.base import Storage
from app.storage.cache import Cache
from app.storage.local import LocalStorage
from app.storage.memory import MemoryStorage
from app.storage.s3 import S3Storage, build_s3
from tests.bucket import Bucket


@pytest.fixture
def build_bucket_storage(bucket: Bucket, tmp_path: Path) -> Iterator[Callable[..., S3Storage]]:
    """Build storages on the test's bucket; each is a process of its own as far as the bucket can tell."""
    with ExitStack() as opened:

        def build(options: str = "", keys: Mapping[str, str] | None = None) -> S3Storage:
            cache = Cache(tmp_path / "cache", most_bytes=10**9, min_free_bytes=0)
            return opened.enter_context(closing(build_s3(bucket.url(options), cache, keys or {})))

        yield build


@pytest.fixture(params=["memory", "local", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    """Each kind of storage in turn, empty."""
    if request.param == "memory":
        return MemoryStorage()
    if request.param == "local":
        return LocalStorage(tmp_path / "data")
    built: Storage = request.getfixturevalue("build_bucket_storage")()
    return built
