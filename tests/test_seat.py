"""A seat keeps its job for as long as it works, whatever it can tell of how far it is."""

import time
from pathlib import Path

from sqlalchemy.exc import DataError

from app.media.decoder import Decoder
from app.media.errors import DecoderUnavailable
from app.media.facts import Intake
from app.media.limits import Limits
from app.models import Status
from app.seat import Seat
from app.wiring import Core
from tests.conftest import Clock
from tests.make import claim_job, make_video, row_of

LEASE = 15


class _NoDecoder(Decoder):
    """A decoder of which no process can be started."""

    def prepare(self) -> None:
        raise DecoderUnavailable("No decoder could be started (Cannot allocate memory).")

    def take_in(self, *_arguments: object, **_options: object) -> Intake:
        raise DecoderUnavailable("No decoder could be started (Cannot allocate memory).")


class _TooMuch(Decoder):
    """A decoder whose results the database refuses to take."""

    def prepare(self) -> None:
        """Have no process waiting."""

    def take_in(self, *_arguments: object, **_options: object) -> Intake:
        raise DataError("INSERT INTO artifact …", {}, Exception("Data too long for column 'key'"))


def test_what_the_database_refuses_costs_a_try_and_is_no_crash(core: Core, tmp_path: Path) -> None:
    video = make_video(core)
    seat = Seat(core, _TooMuch(tmp_path, Limits()))
    seat.take(claim_job(core, video))

    seat.work()

    row = row_of(video)
    assert (row.status, row.error_code) == (Status.QUEUED, "result_not_written")
    assert (row.max_attempts - row.attempt, row.crashes) == (2, 0)


def test_when_no_decoder_can_be_started_the_job_waits_and_loses_no_try(
    core: Core, clock: Clock, tmp_path: Path
) -> None:
    video = make_video(core)
    seat = Seat(core, _NoDecoder(tmp_path, Limits()))
    seat.take(claim_job(core, video))

    seat.work()

    row = row_of(video)
    assert (row.status, row.max_attempts - row.attempt, row.crashes) == (Status.QUEUED, 3, 0)
    assert row.run_after > clock()


def test_a_job_that_is_not_held_any_more_is_called_off(core: Core, tmp_path: Path) -> None:
    decoder = Decoder(tmp_path, Limits())
    seat = Seat(core, decoder)
    video = make_video(core)
    seat.take(claim_job(core, video))
    running = seat.running
    assert running is not None

    seat.keep(running, time.monotonic(), renew_seconds=LEASE / 3, is_held=True)
    assert not decoder.is_cancelled
    seat.keep(running, time.monotonic(), renew_seconds=LEASE / 3, is_held=False)

    assert decoder.is_cancelled


def test_a_job_that_tells_no_progress_is_kept(core: Core, clock: Clock, tmp_path: Path) -> None:
    seat = Seat(core, Decoder(tmp_path, Limits()))
    seat.take(claim_job(core, make_video(core)))
    running = seat.running
    assert running is not None

    for number in range(1, 4):
        clock.move(LEASE - 1)
        seat.keep(running, time.monotonic() + number * LEASE, renew_seconds=LEASE / 3, is_held=True)

    assert core.lifecycle.reclaim() == 0
