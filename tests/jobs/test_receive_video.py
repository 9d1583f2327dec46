"""Uploads: bytes first, then rows; the same bytes once."""

import hashlib

import pytest
from sqlalchemy import select

from app.errors import InvalidRequest, StorageError
from app.events.bus import BellBus
from app.extensions import db
from app.jobs.service import Service
from app.jobs.sources import Sources
from app.jobs.transactions import Transactions
from app.models import LOCAL_USER_ID, Origin, Source, Status, VideoJob
from app.queue.base import Doorbell
from app.queue.silent import SilentBell
from app.wiring import Core
from tests.conftest import Clock
from tests.make import (
    claim_job,
    complete_intake,
    count_rows,
    events_of,
    make_incoming,
    make_owner,
    make_video,
    row_of,
)


def test_an_upload_is_a_queued_video(core: Core, clock: Clock) -> None:
    video = make_video(core, filename="holiday.mp4")

    row = core.queries.get_video(LOCAL_USER_ID, video.id)
    assert (row.status, row.filename, row.origin) == (Status.QUEUED, "holiday.mp4", Origin.UPLOAD)
    assert (row.attempt, row.version, row.max_attempts) == (0, 1, 3)
    assert row.created_at == row.queued_at == row.run_after == clock()


def test_an_upload_is_told(core: Core) -> None:
    video = make_video(core, filename="holiday.mp4")

    (told,) = events_of(video)
    assert (told.event, told.from_status, told.status) == ("job.queued", None, Status.QUEUED)
    assert (told.payload["id"], told.payload["filename"]) == (video.id, "holiday.mp4")


def test_the_bytes_are_kept_and_their_hash_is_known(core: Core) -> None:
    data = b"the bytes of a video"

    video = make_video(core, data=data)

    sha256 = hashlib.sha256(data).hexdigest()
    source = core.queries.get_video(video.owner_id, video.id).source
    assert source is not None
    assert (source.sha256, source.size_bytes) == (sha256, len(data))
    assert source.key.startswith(f"sources/{LOCAL_USER_ID}/")
    with core.storage.open(source.key) as file:
        assert file.read() == data


def test_nothing_becomes_a_row_whose_bytes_could_not_be_kept(sqlite_core: Core) -> None:
    incoming = make_incoming(sqlite_core, b"some bytes")
    # A file where a folder is needed: even root cannot store below it.
    (sqlite_core.settings.data_path / "sources").write_bytes(b"")

    with pytest.raises(StorageError):
        sqlite_core.service.receive_video(LOCAL_USER_ID, incoming, "clip.mp4")
    incoming.discard()

    assert (count_rows(VideoJob), count_rows(Source)) == (0, 0)


def test_when_an_upload_is_told_its_bytes_can_be_read(core: Core) -> None:
    found: list[bool] = []
    incoming = make_incoming(core, b"some bytes")
    told = Transactions(BellBus(lambda: found.append(core.storage.exists(_only_key()))), Doorbell(SilentBell()))

    Service(told, Sources(core.storage), max_attempts=3).receive_video(LOCAL_USER_ID, incoming, "clip.mp4")

    assert found == [True]


def test_the_same_bytes_are_stored_once_for_an_owner(core: Core) -> None:
    first = make_video(core, data=b"the same", filename="one.mp4")
    second = make_video(core, data=b"the same", filename="two.mp4")

    assert first.id != second.id
    assert first.source_id == second.source_id
    assert count_rows(Source) == 1
    assert [path for path in (core.settings.data_path / "sources").rglob("*") if path.is_file()] == [
        core.settings.data_path / _only_key()
    ]


def test_each_owner_has_bytes_of_their_own(core: Core) -> None:
    mine = make_video(core, data=b"the same")
    theirs = make_video(core, data=b"the same", owner_id=make_owner())

    source = core.queries.get_video(theirs.owner_id, theirs.id).source
    assert source is not None
    assert mine.source_id != source.id
    assert source.key.startswith(f"sources/{theirs.owner_id}/")


def test_what_is_known_of_bytes_stays_known_when_they_come_again(core: Core) -> None:
    first = make_video(core, data=b"the same")
    complete_intake(core, claim_job(core, first))

    second = make_video(core, data=b"the same")

    source = core.queries.get_video(second.owner_id, second.id).source
    assert source is not None
    assert source.media_type == "video/mp4"
    assert row_of(second).status is Status.QUEUED


def test_an_empty_file_is_refused(sqlite_core: Core) -> None:
    incoming = make_incoming(sqlite_core)

    with pytest.raises(InvalidRequest) as refusal:
        sqlite_core.service.receive_video(LOCAL_USER_ID, incoming, "empty.mp4")
    incoming.discard()

    assert (refusal.value.field, refusal.value.code) == ("video", "empty_file")
    assert (count_rows(VideoJob), count_rows(Source)) == (0, 0)


def _only_key() -> str:
    return db.session.scalars(select(Source.key)).one()
