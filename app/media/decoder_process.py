"""The inside of a decoder process: shut in first, then one task after another until the line is cut."""

import importlib
import pkgutil
import socket
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from app.media import jail
from app.media.channel import Channel, ChannelClosed
from app.media.errors import DecoderOutOfMemory, InvalidOption, MediaError
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
    opening, _file = channel.receive()
    limits, output = Limits(**opening["limits"]), Path(opening["output"])
    cell = jail.Cell(
        memory_bytes=limits.memory_bytes,
        output_bytes=limits.output_bytes,
        output=output,
        syscall_filter=bytes.fromhex(opening["syscall_filter"]),
    )
    layers = jail.enter(cell, _preload)
    _bound_pictures(limits)
    channel.send({"layers": layers})
    try:
        while True:
            message, file = channel.receive()
            jail.limit_cpu(limits.cpu_seconds)
            channel.send(_answer(message, file, limits, output, channel))
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
    message: dict[str, Any], file: BinaryIO | None, limits: Limits, output: Path, channel: Channel
) -> dict[str, Any]:
    from app.media.tasks import Workshop

    try:
        if file is None:
            return {"error": MediaError.code, "message": "No file came with the task."}
        with file:
            workshop = Workshop(output, limits, _reporter(channel))
            return {"result": _run(workshop, message["task"], file, message["options"])}
    except InvalidOption as err:
        return {"error": err.code, "message": err.message, "field": err.field}
    except MediaError as err:
        return {"error": err.code, "message": err.message}
    except MemoryError:
        return {"error": DecoderOutOfMemory.code, "message": ""}


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
