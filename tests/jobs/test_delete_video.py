"""Deleting a video takes everything made from it along, and nothing that anybody else needs."""

import pytest
from sqlalchemy import select

from app.errors import ClaimLost, NotFound
from app.extensions import db
from app.models import LOCAL_USER_ID, Artifact, JobEvent, Source, SourceUse, ThumbnailJob, VideoJob
from app.wiring import Core
from tests.make import (
    claim_job,
    complete_thumbnail,
    count_rows,
    events_of,
    make_incoming,
    make_owner,
    make_ready_video,
    make_thumbnail,
)


def _files(core: Core) -> list[str]:
    root = core.settings.data_path
    return sorted(
        str(path.relative_to(root))
        for top in ("sources", "outputs")
        for path in (root / top).rglob("*.*")
        if path.is_file()
    )


def _store(core: Core, key: str) -> None:
    incoming = core.storage.receive(key)
    incoming.write(b"made")
    incoming.keep()


def test_a_video_goes_with_its_rows_and_files(core: Core) -> None:
    video = make_ready_video(core)
    complete_thumbnail(core, claim_job(core, make_thumbnail(core, video)))
    _store(core, f"outputs/1/{video.public_id}/some-job/1/image.jpg")

    core.controls.delete_video(LOCAL_USER_ID, video.id)

    assert [count_rows(model) for model in (VideoJob, ThumbnailJob, Artifact, Source)] == [0, 0, 0, 0]
    assert _files(core) == []


def test_what_happened_stays_known(core: Core) -> None:
    video = make_ready_video(core)

    core.controls.delete_video(LOCAL_USER_ID, video.id)

    *before, told = events_of(video)
    assert (told.event, told.payload["filename"]) == ("job.deleted", video.filename)
    assert told.version > before[-1].version
    assert count_rows(JobEvent) == 4


def test_bytes_that_another_video_has_stay(core: Core) -> None:
    first, second = [make_ready_video(core, data=b"the same").id for _ in range(2)]

    core.controls.delete_video(LOCAL_USER_ID, first)

    source = core.queries.get_video(LOCAL_USER_ID, second).source
    assert source is not None
    key = source.key
    with core.storage.open(key) as file:
        assert file.read() == b"the same"
    core.controls.delete_video(LOCAL_USER_ID, second)
    assert (count_rows(Source), core.storage.exists(key)) == (0, False)


def test_an_uploaded_poster_goes_with_its_video(core: Core) -> None:
    video = make_ready_video(core)
    incoming = make_incoming(core, b"a picture")
    core.service.receive_poster(LOCAL_USER_ID, video.id, incoming)
    assert (count_rows(Source), count_rows(SourceUse)) == (2, 1)

    core.controls.delete_video(LOCAL_USER_ID, video.id)

    assert (count_rows(Source), count_rows(SourceUse), _files(core)) == (0, 0, [])


def test_a_poster_that_is_used_twice_stays_until_both_are_gone(sqlite_core: Core) -> None:
    videos = [make_ready_video(sqlite_core, data=data) for data in (b"one", b"two")]
    for video in videos:
        incoming = make_incoming(sqlite_core, b"a picture")
        sqlite_core.service.receive_poster(LOCAL_USER_ID, video.id, incoming)

    sqlite_core.controls.delete_video(LOCAL_USER_ID, videos[0].id)

    (key,) = db.session.scalars(select(Source.key).join(SourceUse))
    assert sqlite_core.storage.exists(key)


def test_who_works_on_it_can_do_nothing_more(core: Core) -> None:
    video = make_ready_video(core)
    claim = claim_job(core, make_thumbnail(core, video))

    core.controls.delete_video(LOCAL_USER_ID, video.id)

    assert core.lifecycle.list_held(claim.worker_id) == set()
    assert not core.lifecycle.renew(claim)
    assert not core.lifecycle.give_back(claim, reason="Late.")
    with pytest.raises(ClaimLost):
        complete_thumbnail(core, claim)
    assert count_rows(Artifact) == 0


def test_of_somebody_else_nothing_is_deleted(sqlite_core: Core) -> None:
    theirs = make_ready_video(sqlite_core, owner_id=make_owner())

    with pytest.raises(NotFound):
        sqlite_core.controls.delete_video(LOCAL_USER_ID, theirs.id)

    assert count_rows(VideoJob) == 1


def test_the_same_bytes_can_come_again_after(sqlite_core: Core) -> None:
    first = make_ready_video(sqlite_core, data=b"the same")
    sqlite_core.controls.delete_video(LOCAL_USER_ID, first.id)

    again = make_ready_video(sqlite_core, data=b"the same")

    source = sqlite_core.queries.get_video(LOCAL_USER_ID, again.id).source
    assert source is not None
    assert sqlite_core.storage.exists(source.key)
