"""A seat of the worker: one thread, one decoder, at most one job."""

import logging
import threading
import time
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from app.errors import AppError, ClaimLost, StorageFull
from app.jobs.claims import Claim, Failure
from app.media.decoder import Decoder
from app.media.errors import DecoderCancelled, DecoderError, DecoderUnavailable, MediaError
from app.models import JobKind, Output
from app.pace import Pace
from app.wiring import Core

_log = logging.getLogger(__name__)

# A job shorter than this tells nothing between its start and its end.
_TELL_SECONDS = 1.0
# Whoever cannot start a process now will hardly do so in the next instant.
_SHORT_OF_SECONDS = 5.0
# How often a database that is away is asked whether it is back.
_ASK_AGAIN_SECONDS = 0.5
_UNWRITTEN = Failure(
    code="result_not_written", message="What was made could not be written to the database.", is_retryable=True
)
_UNFORESEEN = Failure(
    code="internal_error", message="Something went wrong in the service itself; its log says what.", is_retryable=True
)


@dataclass(slots=True)
class Running:
    """The job in a seat, and when its lease and its progress were last written (by the monotonic clock)."""

    claim: Claim
    renewed_at: float
    told_at: float
    pace: Pace
    told: float = 0.0
    progress: float = 0.0
    is_lost: bool = False

    def report(self, fraction: float) -> None:
        self.progress = max(self.progress, fraction)
        self.pace.note(time.monotonic(), self.progress)


class Seat:
    """Works on one job at a time: `work` runs in a thread of the pool, the rest is called from others."""

    def __init__(self, core: Core, decoder: Decoder) -> None:
        self.decoder = decoder
        self._core = core
        self._lock = threading.Lock()
        self._running: Running | None = None
        self._reason_to_give_back = ""

    @property
    def is_busy(self) -> bool:
        return self._running is not None

    @property
    def running(self) -> Running | None:
        """Return the job in hand."""
        return self._running

    def make_ready(self) -> None:
        """Have a decoder waiting, so that the next job need not wait for one."""
        try:
            self.decoder.prepare()
        except DecoderError as err:
            _log.error("No decoder could be started; the next job will try again: %s", err)

    def take(self, claim: Claim, *, threads: int = 1) -> None:
        """Put a job into this free seat; from now on it is kept, and can be given back."""
        now = time.monotonic()
        self.decoder.threads = threads
        self._running = Running(claim, renewed_at=now, told_at=now, pace=Pace(now))

    def work(self) -> None:
        """Do the job that was taken to its end, whatever that is. Never raises: this is the job's boundary."""
        running = self._running
        if running is None:
            return
        try:
            with self._core.app.app_context():
                self._do(running)
        except ClaimLost:
            _log.warning("%s was finished too late: somebody else holds it.", _name(running.claim))
        except SQLAlchemyError as err:
            _log.warning("What became of %s cannot be written down: %s", _name(running.claim), err)
            self._return_unwritten(running.claim)
        except Exception:  # noqa: BLE001
            # The lease runs out, and the job returns to the queue by that.
            _log.exception("%s is left to its lease.", _name(running.claim))
        finally:
            with self._lock:
                self._running = None
        self.make_ready()

    def keep(self, running: Running, now: float, *, renew_seconds: float, is_held: bool) -> None:
        """Renew the lease and pass progress on where that is due; called in the app's context, about twice a second.

        A job that is not held any more, because it was cancelled, deleted or given to somebody else, is called off.
        """
        if running.is_lost:
            return
        if is_held and now - running.renewed_at >= renew_seconds:
            is_held = self._core.lifecycle.renew(running.claim)
            running.renewed_at = now
        if is_held and now - running.told_at >= _TELL_SECONDS and running.progress > running.told:
            stage = _stage_of(running.claim)
            running.told, running.told_at = running.progress, now
            eta_seconds = running.pace.seconds_left(now)
            is_held = self._core.lifecycle.report(
                running.claim, stage=stage, progress=running.told, eta_seconds=eta_seconds
            )
        if not is_held:
            running.is_lost = True
            self._cancel(running)

    def give_back(self, reason: str) -> None:
        """Call off the job in hand and return it to the queue; does nothing when there is none."""
        self._reason_to_give_back = reason
        if running := self._running:
            self._cancel(running)

    def _cancel(self, running: Running) -> None:
        # Under the lock, so that it cannot be the next job's decoder that is killed.
        with self._lock:
            if self._running is running:
                self.decoder.cancel()

    def _do(self, running: Running) -> None:
        claim = running.claim
        try:
            self._core.pipeline.run(claim, self.decoder, running.report)
        except (ClaimLost, SQLAlchemyError):
            raise
        except DecoderCancelled:
            if not running.is_lost:
                self._core.lifecycle.give_back(claim, reason=self._reason_to_give_back)
        except (DecoderUnavailable, StorageFull) as err:
            # The machine is short of something, which is no fault of the job's and costs it no try.
            _log.error("%s waits: %s", _name(claim), err.message)
            self._core.lifecycle.give_back(claim, reason=err.message, after_seconds=_SHORT_OF_SECONDS)
        except (AppError, MediaError) as err:
            self._fail(claim, _failure_of(err))
        except Exception:  # noqa: BLE001  (the job's boundary)
            _log.exception("%s met something unforeseen.", _name(claim))
            self._fail(claim, _UNFORESEEN)

    def _return_unwritten(self, claim: Claim) -> None:
        """Have a job done again whose end could not be written, as soon as the database answers. Never raises.

        That is no crash, and where the database was away it costs no try. Until then the job is kept.
        """
        is_away = False
        while not self._reason_to_give_back:
            try:
                with self._core.app.app_context():
                    if is_away:
                        self._core.lifecycle.give_back(claim, reason=_UNWRITTEN.message)
                    else:
                        self._fail(claim, _UNWRITTEN)
                return
            except ClaimLost:
                return  # it was written after all, or is somebody else's by now
            except SQLAlchemyError:
                is_away = True
                time.sleep(_ASK_AGAIN_SECONDS)
        _log.warning("%s is left to its lease.", _name(claim))

    def _fail(self, claim: Claim, failure: Failure) -> None:
        status = self._core.lifecycle.fail(claim, failure)
        _log.info("%s: %s (%s); it is %s now.", _name(claim), failure.message, failure.code, status)


def _failure_of(err: AppError | MediaError) -> Failure:
    log = err.log if isinstance(err, MediaError) else ()
    return Failure(code=err.code, message=err.message, is_retryable=err.is_retryable, log=log)


def _stage_of(claim: Claim) -> str:
    """Return what is being done, in the words of people who wait for it."""
    if claim.ref.kind is JobKind.VIDEO:
        return "Making the video" if claim.recipe else "Reading the file"
    return "Encoding" if claim.output in (Output.RENDITION, Output.PREVIEW) else "Decoding"


def _name(claim: Claim) -> str:
    return f"{claim.ref.kind.capitalize()} job {claim.ref.id}, attempt {claim.attempt}"
