"""Sites to knock at: one of each test's own, one without a database, and a real service with a real clip."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.extensions import db
from app.servers import PrivateDatabase, PrivateRedis
from tests.clips import Recipe, make_clip
from tests.service import Service, running
from tests.web.site import (
    DATABASE,
    Visitor,
    add_picture,
    add_ready_video,
    add_strangers_video,
    add_worker,
    lose_database,
    open_site,
)

MAX_UPLOAD_BYTES = 200_000


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that is up to date already: copied, it spares each test the migrations."""
    data = tmp_path_factory.mktemp("migrated")
    with open_site(data):
        pass
    return data / DATABASE


@pytest.fixture
def client(tmp_path: Path, migrated: Path) -> Iterator[Visitor]:
    """A client of the web application on a data folder of the test's own; `client.core` has its parts."""
    with open_site(tmp_path / "data", migrated=migrated) as client:
        yield client


@pytest.fixture
def small_client(tmp_path: Path, migrated: Path) -> Iterator[Visitor]:
    """A client of a site that accepts small files only."""
    with open_site(tmp_path / "data", migrated=migrated, max_upload_bytes=MAX_UPLOAD_BYTES) as client:
        yield client


@pytest.fixture(scope="session")
def read_only_client(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Visitor]:
    """A client of a site that all tests share, and none changes: video 1, its thumbnail 1, and somebody else's both."""
    with open_site(tmp_path_factory.mktemp("shared") / "data", migrated=migrated) as client:
        add_picture(client, add_ready_video(client))
        add_picture(client, add_strangers_video(client))
        yield client


@pytest.fixture(params=["sqlite", pytest.param("mariadb", marks=pytest.mark.servers)], scope="session")
def stranded_client(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """A client of a site whose database was there, and is gone: each kind in turn."""
    folder = tmp_path_factory.mktemp("stranded")
    if request.param == "sqlite":
        with open_site(folder / "data") as client:
            lose_database(client)
            yield client
        return
    server = PrivateDatabase(folder / "mariadb")
    server.start()
    with open_site(folder / "data", database_url=server.url()) as client:
        client.get("/videos")
        server.stop()
        yield client
        with client.application.app_context():
            db.engine.dispose()


@pytest.fixture
def client_with_redis_gone(tmp_path: Path, migrated: Path) -> Iterator[Visitor]:
    """A client of a site whose Redis was there, and is gone; its worker is."""
    server = PrivateRedis(tmp_path / "redis")
    server.start()
    with open_site(tmp_path / "data", migrated=migrated, redis_url=server.url()) as client:
        add_worker(client)
        assert client.get("/readyz").status_code == 200
        server.stop()
        yield client


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A video of two seconds whose frames name themselves."""
    return make_clip(tmp_path_factory.mktemp("clips") / "clip.mp4", Recipe(frames=50))


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory, clip: Path) -> Iterator[Service]:
    """A real service that has read a real clip, video 1. Shared: tests add to what is there."""
    with running(tmp_path_factory.mktemp("web") / "data", SEATS="1", MAX_UPLOAD_BYTES="3M") as service:
        service.upload(clip)
        service.wait_until("/videos/1", "COMPLETED")
        yield service


@pytest.fixture(scope="session")
def wire(service: Service) -> Iterator[httpx.Client]:
    """A connection to the real service."""
    with httpx.Client(base_url=service.base, timeout=30) as wire:
        yield wire
