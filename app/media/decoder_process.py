"""The inside of a decoder process: shut in first, then one task after another until the line is cut."""

import gc
import importlib
import os
import pkgutil
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

from app.media import jail
from app.media.channel import Channel, ChannelClosed
from app.media.errors import DecoderCrashed, DecoderOutOfMemory, InvalidOption, MediaError
from app.media.limits import Limits

# Modules of PyAV that do something when loaded, and nothing for us.
_RUN_ON_IMPORT = (".__main__", ".datasets")
# Told at most this often: a long task sends some dozen reports, not thousands.
_REPORT_STEP = 0.02
# But where a step takes long, this often: whoever waits wants to know that it goes on. How far, may be unknown.
_REPORT_SECONDS = 2.0


def main(descriptor: int) -> None:
    """Serve the worker at the other end of the socket `descriptor`; returns when that end is closed."""
    channel = Channel(socket.socket(fileno=descriptor))
    opening, lent = channel.receive()
    if lent is None:
        sys.exit("No file for results came.")
    with lent:
        results = os.fdopen(os.dup(lent.fileno()), "wb")
    _nothing, stderr = channel.receive()
    if stderr is None:
        sys.exit("No pipe for what is to be said came.")
    limits = Limits(**opening["limits"])
    cell = jail.Cell(
        parent_pid=opening["parent_pid"],
        memory_bytes=limits.memory_bytes,
        output_bytes=limits.output_bytes,
        syscall_filter=bytes.fromhex(opening["syscall_filter"]),
    )
    layers = jail.enter(cell, _preload)
    # Until here a failure to start is told in the worker's log; a hostile file must not write there, or fill it.
    with stderr:
        os.dup2(stderr.fileno(), sys.stderr.fileno())
    _listen_to_libraries()
    _bound_pictures(limits)
    channel.send({"layers": layers})
    try:
        while True:
            message, file = channel.receive()
            more = [channel.receive()[1] for _ in range(message["more_files"])]
            jail.limit_cpu(limits.cpu_seconds)
            results.seek(0)
            channel.send(_answer(message, [file, *more], limits, results, channel))
            # Frames that were turned hold themselves (render.release); none of them outlives its task.
            gc.collect()
    except ChannelClosed:
        return


def _preload() -> None:
    """Load everything a task may touch: once the jail is closed not even a module can be read."""
    import av
    from PIL import Image

    import app.media.tasks  # noqa: F401  (loaded for its effect)

    for module in pkgutil.walk_packages(av.__path__, "av."):
        if not module.name.endswith(_RUN_ON_IMPORT):
            importlib.import_module(module.name)
    Image.init()


def _listen_to_libraries() -> None:
    """Let libav write its errors down."""
    import av.logging

    av.logging.restore_default_callback()
    av.logging.set_libav_level(av.logging.ERROR)


def _bound_pictures(limits: Limits) -> None:
    """Set Pillow's own bound, which refuses at twice its number, so that ours is the one that counts."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = limits.pixels


def _answer(
    message: dict[str, Any], files: Sequence[BinaryIO | None], limits: Limits, results: BinaryIO, channel: Channel
) -> dict[str, Any]:
    from app.media.tasks import run
    from app.media.workshop import Workshop

    with ExitStack() as opened:
        came = [opened.enter_context(file) for file in files if file is not None]
        if len(came) < len(files):
            return {"error": MediaError.code, "message": "No file came with the task."}
        try:
            workshop = Workshop(results, limits, _reporter(channel), threads=message["threads"], lent=came[1:])
            return {"result": run(workshop, message["task"], came[0], message["options"]).to_json()}
        except InvalidOption as err:
            return {"error": err.code, "message": err.message, "field": err.field}
        except MediaError as err:
            return {"error": err.code, "message": err.message}
        except MemoryError:
            return {"error": DecoderOutOfMemory.code, "message": ""}
        except Exception as err:  # noqa: BLE001  (the worker is told of it, and ends this process)
            return {"error": DecoderCrashed.code, "message": _breakdown(err)}


def _breakdown(err: Exception) -> str:
    *_, (frame, line) = traceback.walk_tb(err.__traceback__)
    where = f"{Path(frame.f_code.co_filename).name}:{line}"
    return f"The decoder broke down on this file ({type(err).__name__} at {where})."


def _reporter(channel: Channel) -> Callable[[float], None]:
    told, told_at = 0.0, time.monotonic()
    # Parts of a task may run on threads of their own, and two messages at once would be none.
    telling = threading.Lock()

    def report(fraction: float) -> None:
        nonlocal told, told_at
        with telling:
            now = time.monotonic()
            if fraction >= told + _REPORT_STEP or now >= told_at + _REPORT_SECONDS:
                told, told_at = max(told, fraction), now
                channel.send({"progress": round(float(told), 6)})

    return report
