"""The line between a worker and a decoder process: JSON messages over a Unix socket, files by descriptor.

JSON and not pickle: what comes back was written by a process that may have been taken over by the file it read,
and reading a pickle is running it.
"""

import json
import os
import socket
import struct
import time
from typing import Any, BinaryIO

_HEADER = struct.Struct("!I")
# Facts about a source take a few kilobytes; what claims to be longer is not an answer.
MAX_MESSAGE_BYTES = 1024 * 1024


class ChannelClosed(Exception):
    """Raised when the other side is gone or does not keep the protocol."""


class Channel:
    """One end of the line. Each message is a JSON object, with at most one open file beside it."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end

    def send(self, message: dict[str, Any], file: BinaryIO | None = None) -> None:
        """Send a message and lend the other side a descriptor of `file`. Raises ChannelClosed."""
        data = json.dumps(message).encode()
        try:
            if file is None:
                self._end.sendall(_HEADER.pack(len(data)))
            else:
                socket.send_fds(self._end, [_HEADER.pack(len(data))], [file.fileno()])
            self._end.sendall(data)
        except OSError as err:
            raise ChannelClosed(str(err)) from err

    def receive(self, *, deadline: float | None = None) -> tuple[dict[str, Any], BinaryIO | None]:
        """Wait until `deadline` (as time.monotonic counts) for the next message, and the file that came with it.

        The caller closes that file. Raises ChannelClosed, and TimeoutError when the message was not whole in time.
        """
        try:
            self._wait_until(deadline)
            header, descriptors, _flags, _address = socket.recv_fds(self._end, _HEADER.size, 1)
            file = os.fdopen(descriptors[0], "rb") if descriptors else None
            length = _HEADER.unpack(header + self._exactly(_HEADER.size - len(header), deadline))[0]
            message = (
                json.loads(self._exactly(length, deadline), parse_constant=_refuse)
                if length <= MAX_MESSAGE_BYTES
                else None
            )
        except TimeoutError:
            raise
        except (OSError, ValueError, struct.error) as err:
            raise ChannelClosed(str(err)) from err
        if not isinstance(message, dict):
            raise ChannelClosed("not a message")
        return message, file

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
        # Set before each read: a peer that sends a byte now and then must not stretch the time.
        self._end.settimeout(None if deadline is None else max(0.001, deadline - time.monotonic()))

    def close(self) -> None:
        self._end.close()


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not a number")
