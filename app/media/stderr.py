"""What a decoder process writes to its standard error: what libraries complain of.

It goes into a pipe that nobody waits for: when that is full, more is dropped. So a hostile file can neither fill a log
nor hold anything up by what it makes a library say.
"""

import os
import re
from contextlib import suppress
from itertools import groupby
from typing import BinaryIO

# What is kept of it: how it began, which tells what the file is, and how it ended.
FIRST_LINES, LAST_LINES, MAX_LINE = 4, 12, 200
# How the line begins that tells what a file claims to be.
CLAIMS = "Its header says: "
_PIPE_BYTES = 64 * 1024
_STDERR = 2
# Where in its memory a library has something is nobody's business, nor of any use.
_ADDRESS = re.compile(r" @ 0x[0-9a-f]+")


def say(line: str) -> None:
    """Write a line to the standard error of this decoder process; dropped where the pipe is full."""
    # Not through sys.stderr, which keeps what it could not write and raises again with the next line.
    with suppress(BlockingIOError):
        os.write(_STDERR, f"{line}\n".encode())


class StderrPipe:
    """The pipe of one process. `end` is to be lent to it, and closed on this side once it has it."""

    def __init__(self) -> None:
        read, write = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._pipe = os.fdopen(read, "rb", buffering=0)
        self.end: BinaryIO = os.fdopen(write, "wb", buffering=0)
        self._unread = b""

    def read_lines(self) -> tuple[str, ...]:
        """Return what was written since the last time: its first and its last lines, fit to be shown."""
        if not self._pipe.closed:
            self._unread = self._pipe.read(_PIPE_BYTES) or b""
        unread, self._unread = self._unread, b""
        return _shorten(unread.decode("utf-8", "replace"))

    def close(self) -> None:
        """Let go of the pipe; what was written until now can still be read."""
        if not self._pipe.closed:
            self._unread = self._pipe.read(_PIPE_BYTES) or b""
        self.end.close()
        self._pipe.close()


def _shorten(text: str) -> tuple[str, ...]:
    lines = [_seen(_ADDRESS.sub("", line)).rstrip()[:MAX_LINE] for line in text.splitlines()]
    lines = [line for line, _same in groupby(lines) if line]
    # Put first, where it is not left out: libraries say more than enough before it is known.
    lines.sort(key=lambda line: not line.startswith(CLAIMS))
    left_out = len(lines) - FIRST_LINES - LAST_LINES
    if left_out > 0:
        lines[FIRST_LINES:-LAST_LINES] = [f"({left_out} more lines)"]
    return tuple(lines)


def _seen(line: str) -> str:
    """Leave out what moves the cursor, turns the direction of writing or cannot be seen."""
    return "".join(letter for letter in line if letter.isprintable())
