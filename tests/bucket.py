"""A private S3-compatible server, with an empty bucket for each test; it can be taken away and come back."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from app.servers import free_port

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "vtm-test", "AWS_SECRET_ACCESS_KEY": "vtm-test-secret"}


class S3Server:
    """A server that answers as Amazon's does; what is stored lives in this process and survives a stop."""

    def __init__(self) -> None:
        self.port = free_port()
        self._server: Any = None

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        # Imported where it is needed: it takes seconds.
        from moto.moto_server.threaded_moto_server import ThreadedMotoServer

        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=self.port, verbose=False)
        self._server.start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop()
            self._server = None

    def forget(self) -> None:
        """Let go of everything that is stored, on any server of this process."""
        from moto.backends import get_backend

        for backends in get_backend("s3").values():
            for backend in backends.values():
                backend.reset()


class Bucket:
    """An empty bucket of a test's own."""

    def __init__(self, server: S3Server) -> None:
        import boto3

        self.server = server
        self.name = f"vtm-{uuid.uuid4().hex[:12]}"
        self.client = boto3.client("s3", endpoint_url=server.endpoint, region_name="us-east-1")
        self.client.create_bucket(Bucket=self.name)

    def url(self, options: str = "") -> str:
        """Return its address as STORAGE_URL takes it."""
        return f"s3://{self.name}/films?endpoint={self.server.endpoint}&region=us-east-1{options}"

    def names(self) -> list[str]:
        """Name everything that is in it."""
        return sorted(one["Key"] for one in self.client.list_objects_v2(Bucket=self.name).get("Contents", ()))

    def uploads(self) -> list[str]:
        """Name what has begun to come in, and is not there yet."""
        found = self.client.list_multipart_uploads(Bucket=self.name)
        return [one["Key"] for one in found.get("Uploads", ())]


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """A store of these tests' own."""
    server = S3Server()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def bucket(s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """A bucket of one test's own, with its keys in the environment."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    bucket = Bucket(s3_server)
    yield bucket
    bucket.client.close()
    s3_server.forget()


@pytest.fixture
def own_bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """A bucket on a server of one test's own, which can be stopped and started again at the same address."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    server = S3Server()
    server.start()
    bucket = Bucket(server)
    yield bucket
    bucket.client.close()
    server.stop()
    server.forget()
