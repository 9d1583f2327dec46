"""A decoder: one jailed process and the side of it that waits. Nothing hostile is ever parsed on this side."""

import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from app.media.channel import Channel, ChannelClosed
from app.media.errors import (
    DamagedSource,
    DecoderCancelled,
    DecoderCrashed,
    DecoderError,
    DecoderOutOfMemory,
    DecoderTimeout,
    DecoderUnavailable,
    EncodingFailed,
    InvalidOption,
    MediaError,
    NoVideoStream,
    SourceTooLarge,
    UnsupportedSource,
)
from app.media.facts import Intake, Made, Probe, Product, UntrustedAnswer
from app.media.film.theora import theora_encoder
from app.media.limits import Limits
from app.media.requests.base import Report, Request, no_report
from app.media.requests.rendition import Container, RenditionRequest
from app.media.results import copy_product
from app.media.start_child import start_child
from app.media.stderr import StderrPipe
from app.media.syscalls import compile_filter
from app.media.task import Patience, Task

T = TypeVar("T")

# A fresh process now and then: what leaks in a decoding library leaks only this long.
_MAX_TASKS = 1000
# Loading the libraries takes 0.2 s on a quiet machine; this is for one that is far from quiet.
_START_SECONDS = 60.0
_PROBE = Task("probe", {})
_TOLD_ERRORS: Mapping[str, type[MediaError]] = {
    error.code: error for error in (UnsupportedSource, NoVideoStream, DamagedSource, SourceTooLarge, EncodingFailed)
}


class Decoder:
    """Runs media tasks in a jailed process of its own, starting one when there is none.

    Results are left in one file without a name, on the disk of the folder `output`: the process can make no other,
    and what it is lent is emptied before each task and can never hold more than `limits` allow.
    One thread calls tasks; `cancel` may be called from any. `threads` is how many threads the next task may decode on:
    more than one only while processors are idle, because several jobs share them better with one each.
    """

    def __init__(self, output: Path, limits: Limits) -> None:
        self.output = output
        self.layers: dict[str, str] = {}
        self.threads = 1
        self._limits = limits
        self._running = limits  # those of the process there is
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: Channel | None = None
        self._results: BinaryIO | None = None
        self._stderr: StderrPipe | None = None
        self._tasks = 0
        self._is_cancelled = False

    def take_in(self, file: BinaryIO, report: Report = no_report, *, moments: Sequence[float] = ()) -> Intake:
        """Probe a source and make its first posters, of `moments` (seconds) where it is known what these show.

        Raises MediaError.
        """
        return self._call(Task("take_in", {"moments": list(moments)}, report), file, Intake.from_json)

    def probe(self, file: BinaryIO) -> Probe:
        """Tell what is in a source. Raises MediaError."""
        return self._call(_PROBE, file, Probe.from_json)

    def make(
        self, file: BinaryIO, wanted: Request, report: Report = no_report, *, lent: Sequence[BinaryIO] = ()
    ) -> Made:
        """Make what one request asks for; `lent` are other files it speaks of. Raises MediaError."""
        limits = wanted.allowed(self._limits)
        with ExitStack() as pipes:
            given: Sequence[BinaryIO] = ()
            if isinstance(wanted, RenditionRequest) and wanted.container is Container.OGG:
                has_sound = wanted.audio and self._call(_PROBE, file, Probe.from_json, limits=limits).sound is not None
                encoder = theora_encoder(bitrate_kbps=wanted.bitrate_kbps, has_sound=has_sound, limits=limits)
                given = pipes.enter_context(encoder)
            task = Task(wanted.task, wanted.to_json(), report, lent=lent, given=given)
            return self._call(task, file, Made.from_json, limits=limits)

    def copy_result(self, product: Product, write: Callable[[bytes], object]) -> None:
        """Hand the bytes of what was just made to `write`, piece by piece.

        A copy, because the process that made them could still change them. Raises DecoderCrashed when they are not
        what was told; what was written is then worth nothing.
        """
        copy_product(self._results, product, write)

    def prepare(self) -> None:
        """Forget an earlier `cancel`, and have a process ready so that the next task need not wait for one.

        Raises DecoderError.
        """
        if self._is_cancelled:
            # A process that was killed may take a moment to go: the next task must not be given to it.
            self.close()
        self._is_cancelled = False
        self._ensure_process(self._limits)

    def cancel(self) -> None:
        """Call off the running task, and any begun before the next `prepare`: they raise DecoderCancelled."""
        self._is_cancelled = True
        process = self._process
        if process is not None:
            process.kill()

    @property
    def is_cancelled(self) -> bool:
        """Tell whether `cancel` was called since the last `prepare`."""
        return self._is_cancelled

    def close(self) -> None:
        """End the process, whatever it is doing."""
        if self._channel is not None:
            self._channel.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        for file in (self._results, self._stderr):
            if file is not None:
                file.close()
        self._channel = self._process = self._results = self._stderr = None

    def _call(self, task: Task, file: BinaryIO, read: Callable[[object], T], *, limits: Limits | None = None) -> T:
        self._check_cancelled()
        self._ensure_process(limits or self._limits)
        # Again: a cancel that came while the process was being started found none to kill.
        self._check_cancelled()
        self._tasks += 1
        assert self._stderr is not None  # noqa: S101  (there is a process)
        stderr = self._stderr
        stderr.read_lines()  # what an earlier task left
        try:
            return self._attempt(task, file, read)
        except MediaError as err:
            err.log = stderr.read_lines()
            raise

    def _attempt(self, task: Task, file: BinaryIO, read: Callable[[object], T]) -> T:
        try:
            return read(self._exchange(task, file))
        except UntrustedAnswer as err:
            self.close()
            raise DecoderCrashed(f"The decoder gave an answer that makes no sense ({err}).") from err
        except ChannelClosed as err:
            raise self._why_gone() from err
        except TimeoutError as err:
            self.close()
            raise DecoderTimeout(
                f"Decoding took longer than {self._running.wall_seconds:.0f} s and was stopped."
                if not self._running.renewals
                else f"The work stood still for {self._running.wall_seconds:.0f} s and was stopped."
            ) from err

    def _check_cancelled(self) -> None:
        if self._is_cancelled:
            raise DecoderCancelled("The task was called off.")

    def _exchange(self, task: Task, file: BinaryIO) -> object:
        """Send a task, pass progress on, and return the result. Raises what the child says went wrong."""
        assert self._channel is not None and self._results is not None  # noqa: S101  (there is a process)
        self._results.truncate(0)
        patience = Patience(self._running)
        more = [*task.lent, *task.given]
        message = {"task": task.name, "options": task.options, "threads": self.threads, "more_files": len(more)}
        self._channel.send(message, file, deadline=patience.deadline)
        for other in more:
            self._channel.send({}, other, deadline=patience.deadline)
        for given in task.given:
            given.close()
        while True:
            answer, stray = self._channel.receive(deadline=patience.deadline)
            if stray is not None:
                stray.close()
            if "error" in answer:
                raise self._error(answer)
            if "result" in answer:
                return answer["result"]
            if type(fraction := answer.get("progress")) is float:
                patience.renew()
                task.report(min(1.0, max(0.0, fraction)))

    def _error(self, answer: Mapping[str, Any]) -> MediaError:
        code, message = answer.get("error"), str(answer.get("message", ""))[:500]
        if code == InvalidOption.code:
            return InvalidOption(message, field=str(answer.get("field", ""))[:50])
        if code == DecoderOutOfMemory.code:
            # What is left of a heap after that is not to be trusted with the next file.
            self.close()
            return DecoderOutOfMemory(
                f"Decoding needs more than the {self._running.memory_bytes >> 20} MiB it may have."
            )
        if found := _TOLD_ERRORS.get(str(code)):
            return found(message)
        self.close()
        return DecoderCrashed(message)

    def _why_gone(self) -> DecoderError:
        process, was_cancelled = self._process, self._is_cancelled
        code = 0
        if process is not None:
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=1)
            code = process.returncode or 0
        self.close()
        if was_cancelled:
            return DecoderCancelled("The task was called off.")
        if code == -signal.SIGXCPU:
            return DecoderTimeout(
                f"Decoding took more than {self._running.cpu_seconds} s of processor time and was stopped."
            )
        return DecoderCrashed(f"The decoder broke down on this file ({_exit_name(code)}).")

    def _ensure_process(self, limits: Limits) -> None:
        """Have a process with these limits. They are for good, so work that may take more has one of its own."""
        is_spent = self._tasks >= _MAX_TASKS or limits != self._running
        if self._process is not None and (self._process.poll() is not None or is_spent):
            self.close()
        if self._process is None:
            self._running = limits
            self._start()

    def _start(self) -> None:
        try:
            self._stderr = stderr = StderrPipe()
            self._channel = channel = self._spawn()
        except OSError as err:
            self.close()
            raise DecoderUnavailable(f"No decoder could be started ({err.strerror}).") from err
        self._tasks = 0
        deadline = time.monotonic() + _START_SECONDS
        opening = {
            "parent_pid": os.getpid(),
            "limits": asdict(self._running),
            "syscall_filter": compile_filter().hex(),
        }
        try:
            channel.send(opening, self._results, deadline=deadline)
            channel.send({}, stderr.end, deadline=deadline)
            stderr.end.close()
            answer, _file = channel.receive(deadline=deadline)
        except (ChannelClosed, TimeoutError) as err:
            why = self._why_gone()
            if isinstance(why, DecoderCancelled):
                raise why from err
            raise DecoderUnavailable("A decoder was started and ended before it could begin.") from err
        self.layers = dict(answer["layers"])

    def _spawn(self) -> Channel:
        """Start a process and return the line to it."""
        self.output.mkdir(parents=True, exist_ok=True)
        self._results = tempfile.TemporaryFile(dir=self.output, buffering=0)  # noqa: SIM115  (until close)
        with ExitStack() as undo:
            ours, theirs = socket.socketpair()
            undo.callback(ours.close)
            with theirs:
                self._process = start_child(theirs)
            undo.pop_all()
        return Channel(ours)


def _exit_name(code: int) -> str:
    if code < 0:
        with suppress(ValueError):
            return signal.Signals(-code).name
    return f"exit {code}"
