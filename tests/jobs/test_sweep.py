"""What belongs to nothing is found and removed; what is about to be named is not."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from app.jobs.sweep import SETTLED
from app.models import LOCAL_USER_ID
from app.wiring import Core
from tests.conftest import Clock
from tests.make import artifacts_of, claim_job, complete_thumbnail, make_ready_video, make_thumbnail


def _store(core: Core, key: str) -> Path:
    incoming = core.storage.receive(key)
    incoming.write(b"something")
    incoming.keep()
    return core.settings.data_path / key


def _age(path: Path, clock: Clock, age: timedelta) -> Path:
    moment = (clock() - age).timestamp()
    os.utime(path, (moment, moment))
    return path


@pytest.mark.parametrize("key", ["sources/1/ab/abc-1", "outputs/1/video/job/2/image.jpg"])
def test_what_no_row_names_is_removed_when_it_has_settled(core: Core, clock: Clock, key: str) -> None:
    left = _age(_store(core, key), clock, SETTLED + timedelta(seconds=1))
    young = _age(_store(core, f"{key}-young"), clock, SETTLED - timedelta(seconds=1))

    swept = core.sweep.run(clock())

    assert (swept.files, swept.size_bytes) == (1, 9)
    assert (left.exists(), young.exists()) == (False, True)


def test_what_a_row_names_stays_however_old_it_is(core: Core, clock: Clock) -> None:
    video = make_ready_video(core)
    complete_thumbnail(core, claim_job(core, make_thumbnail(core, video)))
    source = core.queries.get_video(LOCAL_USER_ID, video.id).source
    assert source is not None
    paths = [core.settings.data_path / source.key, *(_store(core, one.key) for one in artifacts_of(video))]
    for path in paths:
        _age(path, clock, timedelta(days=400))

    swept = core.sweep.run(clock())

    assert swept.files == 0
    assert all(path.exists() for path in paths)


def test_a_trial_removes_nothing(sqlite_core: Core, clock: Clock) -> None:
    left = _age(_store(sqlite_core, "sources/1/ab/abc-1"), clock, timedelta(days=2))

    swept = sqlite_core.sweep.run(clock(), is_trial=True)

    assert (swept.files, left.exists()) == (1, True)


def test_however_many_there_are_each_is_looked_at(
    sqlite_core: Core, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.jobs.sweep._BATCH", 3)
    for number in range(10):
        _age(_store(sqlite_core, f"outputs/1/video/job/1/{number}.jpg"), clock, timedelta(days=2))

    assert sqlite_core.sweep.run(clock()).files == 10
