"""The line between a worker and a decoder process: JSON messages over a Unix socket, files by descriptor.

JSON and not pickle: what comes back was written by a process that may have been taken over by the file it read,
and reading a pickle is running it.
"""

import json
import math
import os
import socket
import struct
import time
from contextlib import ExitStack
from typing import Any, BinaryIO, NoReturn

_HEADER = struct.Struct("!I")
# Facts about a source take a few kilobytes; what claims to be longer is not an answer.
MAX_MESSAGE_BYTES = 1024 * 1024


class ChannelClosed(Exception):
    """Raised when the other side is gone or does not keep the protocol."""


class Channel:
    """One end of the line. Each message is a JSON object, with at most one open file beside it."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end

    def send(self, message: dict[str, Any], file: BinaryIO | None = None, *, deadline: float | None = None) -> None:
        """Send a message and lend the other side a descriptor of `file`.

        Raises ChannelClosed, and TimeoutError when the other side did not take it until `deadline` (as
        time.monotonic counts).
        """
        data = json.dumps(message).encode()
        try:
            self._wait_until(deadline)
            if file is None:
                self._end.sendall(_HEADER.pack(len(data)))
            else:
                socket.send_fds(self._end, [_HEADER.pack(len(data))], [file.fileno()])
            self._end.sendall(data)
        except TimeoutError:
            raise
        except OSError as err:
            raise ChannelClosed(str(err)) from err

    def receive(self, *, deadline: float | None = None) -> tuple[dict[str, Any], BinaryIO | None]:
        """Wait until `deadline` (as time.monotonic counts) for the next message, and the file that came with it.

        The caller closes that file. Raises ChannelClosed, and TimeoutError when the message was not whole in time.
        """
        try:
            with ExitStack() as unclaimed:
                self._wait_until(deadline)
                header, descriptors, _flags, _address = socket.recv_fds(self._end, _HEADER.size, 1)
                for descriptor in descriptors:
                    unclaimed.callback(os.close, descriptor)
                (length,) = _HEADER.unpack(header + self._exactly(_HEADER.size - len(header), deadline))
                message = self._message(length, deadline)
                file = os.fdopen(descriptors[0], "rb") if descriptors else None
                unclaimed.pop_all()
                return message, file
        except TimeoutError:
            raise
        # RecursionError: arrays in arrays, deeper than any answer.
        except (OSError, ValueError, RecursionError) as err:
            raise ChannelClosed(str(err)) from err

    def _message(self, length: int, deadline: float | None) -> dict[str, Any]:
        if length > MAX_MESSAGE_BYTES:
            raise ChannelClosed("not a message: too long")
        message = json.loads(self._exactly(length, deadline), parse_constant=_refuse, parse_float=_finite)
        if not isinstance(message, dict):
            raise ChannelClosed("not a message")
        return message

    def _exactly(self, length: int, deadline: float | None) -> bytes:
        data = b""
        while len(data) < length:
            self._wait_until(deadline)
            part = self._end.recv(length - len(data))
            if not part:
                raise ChannelClosed("the other side is gone")
            data += part
        return data

    def _wait_until(self, deadline: float | None) -> None:
        # Set before each step: a peer that sends a byte now and then must not stretch the time.
        left = None if deadline is None else deadline - time.monotonic()
        if left is not None and left <= 0:
            raise TimeoutError("the time is over")
        self._end.settimeout(left)

    def close(self) -> None:
        self._end.close()


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a number")


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _refuse(text)
