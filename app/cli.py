"""The command line: run the service or a part of it, do something with its jobs, or make pictures without it."""

import argparse
import logging
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.config import Settings
from app.errors import AppError
from app.media.errors import MediaError
from app.media.requests.base import Fit

OK, FAILED = 0, 2
STOPPED = 128 + signal.SIGINT  # as a shell tells of it


def main(arguments: Sequence[str]) -> int:
    """Run one command and return the process's exit code."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (AppError, MediaError) as err:
        print(err.message, file=sys.stderr)  # noqa: T201
        return FAILED
    except KeyboardInterrupt:
        return STOPPED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m app", description="Video Thumbnails Maker")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in (_add_running, _add_operations, _add_thumbnail, _add_make, _add_estimate):
        add(commands)
    return parser


def _add_running(commands: Any) -> None:
    serve = commands.add_parser("serve", help="run the whole service: web and worker")
    serve.add_argument("--servers", action="store_true", help="with a private MariaDB and Redis under the data folder")
    serve.set_defaults(run=_serve)

    web = commands.add_parser("web", help="run the web part alone: for several machines, beside their workers")
    web.set_defaults(run=_web)

    work = commands.add_parser("work", help="run a worker alone")
    work.set_defaults(run=_work)

    schema = commands.add_parser("schema", help="print the tables as SQL")
    schema.set_defaults(run=_schema)


def _add_operations(commands: Any) -> None:
    queue = commands.add_parser("queue", help="tell how the queue is doing; pause it, or let it go on")
    queue.add_argument("deed", nargs="?", choices=["pause", "resume"])
    queue.add_argument("--json", action="store_true", help="tell it as JSON")
    queue.set_defaults(run=_operate, operation="queue")

    cancel = commands.add_parser("cancel", help="cancel jobs that wait or are worked on")
    cancel.add_argument("jobs", nargs="+", metavar="JOB", help="video-3 or thumbnail-12")
    cancel.set_defaults(run=_operate, operation="cancel")

    retry = commands.add_parser("retry", help="queue jobs again that failed or were cancelled")
    retry.add_argument("jobs", nargs="*", metavar="JOB", help="video-3 or thumbnail-12")
    retry.add_argument("--failed", action="store_true", help="all that failed")
    retry.set_defaults(run=_operate, operation="retry")

    delete = commands.add_parser("delete", help="delete videos with everything made from them")
    delete.add_argument("jobs", nargs="+", metavar="VIDEO", help="video-3")
    delete.set_defaults(run=_operate, operation="delete")

    sweep = commands.add_parser("sweep", help="remove stored files that belong to nothing any more")
    sweep.add_argument("--dry-run", action="store_true", help="only tell how many there are")
    sweep.set_defaults(run=_operate, operation="sweep")

    expire = commands.add_parser("expire", help="let go of files that are not to be kept any longer")
    expire.set_defaults(run=_operate, operation="expire")


def _add_thumbnail(commands: Any) -> None:
    thumbnail = commands.add_parser("thumbnail", help="make one thumbnail of a file; no service is needed")
    thumbnail.add_argument("file", type=Path, metavar="FILE")
    thumbnail.add_argument("--at", default="10%", metavar="POSITION", help="12.5, 01:23.500 or 10%% (default: 10%%)")
    thumbnail.add_argument("--width", type=int, help="largest width in pixels (default: 320, or by --height)")
    thumbnail.add_argument("--height", type=int, help="largest height in pixels (default: by --width)")
    thumbnail.add_argument(
        "--fit", choices=[fit.value for fit in Fit], default=Fit.FIT.value, help="how it meets the box"
    )
    thumbnail.add_argument(
        "-o", "--output", type=Path, metavar="OUT", help="where to write it: .jpg, .png, .webp or .avif"
    )
    thumbnail.add_argument("--json", action="store_true", help="print what was found in the file and what was made")
    thumbnail.set_defaults(run=_thumbnail)


def _add_make(commands: Any) -> None:
    make = commands.add_parser("make", help="make any output of a file; no service is needed")
    make.add_argument("what", metavar="OUTPUT", help="an output (storyboard, rendition, …) or the name of a preset")
    make.add_argument("file", type=Path, metavar="FILE")
    make.add_argument("--set", action="append", metavar="NAME=VALUE", help="an option of the output; may be repeated")
    make.add_argument("-o", "--output", type=Path, metavar="OUT", help="a folder, or the one file: poster.jpg")
    make.add_argument("--json", action="store_true", help="print what was made as JSON")
    make.set_defaults(run=_make)


def _add_estimate(commands: Any) -> None:
    estimate = commands.add_parser("estimate", help="measure how many jobs this machine can do, at once and in an hour")
    estimate.add_argument("file", nargs="?", type=Path, metavar="FILE", help="a typical video (default: one made here)")
    estimate.add_argument("--seconds", type=float, default=30.0, help="about how long it may take (default: 30)")
    estimate.add_argument("--json", action="store_true", help="tell it as JSON")
    estimate.set_defaults(run=_estimate)


def _serve(options: argparse.Namespace) -> int:
    from app.supervisor import serve

    return serve(Settings.read(), with_servers=options.servers)


def _web(_options: argparse.Namespace) -> int:
    from app.supervisor import become_web

    become_web(Settings.read())


def _work(_options: argparse.Namespace) -> int:
    from app.start_checks import check_data_dir, check_servers
    from app.wiring import build_core
    from app.worker import Worker

    settings = Settings.read()
    log_to_stderr(settings.log_level)
    check_data_dir(settings)
    check_servers(settings)
    core = build_core(settings, is_web=False)
    worker = Worker(core)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    worker.run()
    core.close()
    return OK


def _schema(_options: argparse.Namespace) -> int:
    from app.schema import to_sql

    sys.stdout.write(to_sql())
    return OK


def _operate(options: argparse.Namespace) -> int:
    from app import operations

    return operations.operate(options)


def _thumbnail(options: argparse.Namespace) -> int:
    from app.one_file import make_thumbnail

    # TERM takes the way of Ctrl-C: whatever was begun is cleared away.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    return make_thumbnail(options)


def _make(options: argparse.Namespace) -> int:
    from app.one_output import make_output

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    return make_output(options)


def _estimate(options: argparse.Namespace) -> int:
    from app.estimate import estimate

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    return estimate(options)


def log_to_stderr(level: str) -> None:
    """Send the process's log to standard error, one line an entry."""
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)-7s %(name)s: %(message)s", stream=sys.stderr)
    logging.getLogger("alembic").setLevel(logging.WARNING)
