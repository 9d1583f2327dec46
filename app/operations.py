"""What is done from the command line with the jobs of a service, whether that is running just now or not."""

import argparse
import json
import logging
import re
import sys
from collections.abc import Callable
from typing import Any

from app.config import Settings
from app.errors import AppError, InvalidRequest, StorageError
from app.jobs.claims import JobRef
from app.jobs.controls import Filter
from app.jobs.counting import count_text
from app.media.text.figures import write_size
from app.models import LOCAL_USER_ID, JobKind, Status
from app.start_checks import check_data_dir, check_servers
from app.wiring import Core, build_core

Operation = Callable[[Core, argparse.Namespace], int]


def operate(options: argparse.Namespace) -> int:
    """Run one operation on the service that the settings describe; return the exit code. Raises AppError."""
    # Before anything is opened: a slip of the pen changes nothing.
    options.refs = [_read_job(text) for text in getattr(options, "jobs", ())]
    settings = Settings.read()
    logging.basicConfig(level=settings.log_level, stream=sys.stderr)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    check_data_dir(settings)
    check_servers(settings)
    # As the web process does it: what is promised here is on the disk.
    core = build_core(settings, is_web=True)
    try:
        with core.app.app_context():
            return _OPERATIONS[options.operation](core, options)
    finally:
        core.close()


def queue(core: Core, options: argparse.Namespace) -> int:
    """Pause the queue or let it go on, and tell how it is doing."""
    if options.deed:
        {"pause": core.controls.pause, "resume": core.controls.resume}[options.deed](LOCAL_USER_ID)
    pulse = core.queries.read_pulse(LOCAL_USER_ID, core.transactions.now()).to_json()
    if options.json:
        _print(json.dumps(pulse))
        return 0
    _print("The queue is paused." if pulse["is_paused"] else "The queue is running.")
    waiting, running = count_text(pulse["waiting"]), count_text(pulse["running"])
    _print(f"{waiting} waiting, {running} in work; in the last hour {_lately(pulse)}.")
    _print(f"{pulse['workers']} workers, {pulse['seats']} seats." if pulse["workers"] else "No worker is running.")
    return 0


def cancel(core: Core, options: argparse.Namespace) -> int:
    """Cancel the named jobs."""
    return _each(options.refs, lambda ref: core.controls.cancel(LOCAL_USER_ID, ref))


def retry(core: Core, options: argparse.Namespace) -> int:
    """Queue the named jobs again, or all that failed."""
    if not options.failed:
        if not options.refs:
            raise InvalidRequest("Say which jobs: video-3, thumbnail-12, or --failed for all that failed.")
        return _each(options.refs, lambda ref: core.controls.retry(LOCAL_USER_ID, ref))
    count, has_more = 0, True
    while has_more:
        moved = core.controls.retry_many(LOCAL_USER_ID, Filter(status=Status.FAILED))
        count, has_more = count + moved.count, moved.has_more and moved.count > 0
    _print(f"{count} jobs are in the queue again.")
    return 0


def delete(core: Core, options: argparse.Namespace) -> int:
    """Delete the named videos with everything made from them."""
    return _each(options.refs, lambda ref: core.controls.delete_video(LOCAL_USER_ID, _video(ref)))


def sweep(core: Core, options: argparse.Namespace) -> int:
    """Remove stored files that belong to nothing, and find those that are missing; or tell how many there are."""
    swept = core.sweep.run(core.transactions.now(), is_trial=options.dry_run)
    said = "belong to nothing" if options.dry_run else "belonged to nothing and were removed"
    _print(f"{swept.files} files, {write_size(swept.size_bytes)}, {said}.")
    losses = core.losses.run(is_trial=options.dry_run)
    if losses.is_place_empty:
        raise StorageError(f"{losses.missing} of {losses.looked_at} files are missing. Is the storage there?")
    if losses.missing:
        _print(f"{losses.missing} files of {losses.looked_at} are missing; {losses.expired} jobs have expired by it.")
    return 0


def expire(core: Core, _options: argparse.Namespace) -> int:
    """Let go of what is not to be kept any longer, now."""
    expired = core.retention.run()
    _print(f"{expired.outputs} outputs and {expired.sources} videos' own files have expired.")
    return 0


def _read_job(text: str) -> JobRef:
    """Read `video-3` or `thumbnail-12`. Raises InvalidRequest."""
    kind, _dash, number = text.partition("-")
    if kind not in tuple(JobKind) or not re.fullmatch("[0-9]{1,18}", number):
        raise InvalidRequest(f"{text} is no job: write video-3 or thumbnail-12.")
    return JobRef(JobKind(kind), int(number))


def _each(refs: list[JobRef], do: Callable[[JobRef], object]) -> int:
    """Do it to each and tell of each; one that does not allow it stops none of the others."""
    code = 0
    for ref in refs:
        try:
            do(ref)
        except AppError as err:
            sys.stderr.write(f"{ref.kind}-{ref.id}: {err.message}\n")
            code = 2
        else:
            _print(f"{ref.kind}-{ref.id}: done.")
    return code


def _video(ref: JobRef) -> int:
    if ref.kind is not JobKind.VIDEO:
        raise InvalidRequest("Only videos can be deleted: write video-3.")
    return ref.id


def _lately(pulse: dict[str, Any]) -> str:
    return f"{count_text(pulse['completed_last_hour'])} done and {count_text(pulse['failed_last_hour'])} failed"


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")


_OPERATIONS: dict[str, Operation] = {
    "queue": queue,
    "cancel": cancel,
    "retry": retry,
    "delete": delete,
    "sweep": sweep,
    "expire": expire,
}
