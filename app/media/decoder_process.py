"""The inside of a decoder process: shut in first, then one task after another until the line is cut."""

import importlib
import os
import pkgutil
import socket
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from app.media import jail
from app.media.channel import Channel, ChannelClosed
from app.media.errors import DecoderCrashed, DecoderOutOfMemory, InvalidOption, MediaError
from app.media.limits import Limits

if TYPE_CHECKING:
    from app.media.tasks import Workshop

# Modules of PyAV that do something when loaded, and nothing for us.
_RUN_ON_IMPORT = (".__main__", ".datasets")
# Told at most this often: a long task sends some dozen reports, not thousands.
_REPORT_STEP = 0.02


def main(descriptor: int) -> None:
    """Serve the worker at the other end of the socket `descriptor`; returns when that end is closed."""
    channel = Channel(socket.socket(fileno=descriptor))
    opening, lent = channel.receive()
    if lent is None:
        sys.exit("No file for results came.")
    with lent:
        results = os.fdopen(os.dup(lent.fileno()), "wb")
    limits = Limits(**opening["limits"])
    cell = jail.Cell(
        parent_pid=opening["parent_pid"],
        memory_bytes=limits.memory_bytes,
        output_bytes=limits.output_bytes,
        syscall_filter=bytes.fromhex(opening["syscall_filter"]),
    )
    layers = jail.enter(cell, _preload)
    # Until here a failure to start is told in the worker's log; a hostile file must not write there, or fill it.
    os.dup2(sys.stdout.fileno(), sys.stderr.fileno())
    _bound_pictures(limits)
    channel.send({"layers": layers})
    try:
        while True:
            message, file = channel.receive()
            jail.limit_cpu(limits.cpu_seconds)
            results.seek(0)
            channel.send(_answer(message, file, limits, results, channel))
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


def _bound_pictures(limits: Limits) -> None:
    """Set Pillow's own bound, which refuses at twice its number, so that ours is the one that counts."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = limits.pixels


def _answer(
    message: dict[str, Any], file: BinaryIO | None, limits: Limits, results: BinaryIO, channel: Channel
) -> dict[str, Any]:
    from app.media.tasks import Workshop

    try:
        if file is None:
            return {"error": MediaError.code, "message": "No file came with the task."}
        with file:
            workshop = Workshop(results, limits, _reporter(channel))
            return {"result": _run(workshop, message["task"], file, message["options"])}
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


def _run(workshop: "Workshop", task: str, file: BinaryIO, options: dict[str, Any]) -> dict[str, Any]:
    from app.media.requests import ThumbnailRequest

    if task == "take_in":
        return workshop.take_in(file).to_json()
    if task == "probe":
        return workshop.probe(file).to_json()
    return workshop.make_thumbnail(file, ThumbnailRequest.from_json(options)).to_json()


def _reporter(channel: Channel) -> Callable[[float], None]:
    told = 0.0

    def report(fraction: float) -> None:
        nonlocal told
        if fraction >= told + _REPORT_STEP:
            told = fraction
            channel.send({"progress": round(fraction, 3)})

    return report
