"""Start the process of a decoder: nothing of ours gets into it but one end of a socket."""

import socket
import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent.parent
# What the child finds in its environment: nothing of ours, least of all the database's address.
_ENVIRONMENT = {"LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
# Memory of frames that are done with is kept for the next ones: having the kernel clear it anew for each file takes
# a third of the time of one 4K frame. Freed memory beyond 256 MiB goes back.
_ENVIRONMENT |= {"MALLOC_MMAP_THRESHOLD_": str(32 << 20), "MALLOC_TRIM_THRESHOLD_": str(256 << 20)}
_CHILD = """
import sys
sys.path.insert(0, sys.argv[1])
from app.media.decoder_process import main
main(int(sys.argv[2]))
"""


def start_child(theirs: socket.socket) -> subprocess.Popen[bytes]:
    """Start one that is served at the other end of this socket. Raises OSError."""
    return subprocess.Popen(
        # -I: nothing from the environment or the current folder gets into the child. Warnings name files of ours.
        [sys.executable, "-I", "-W", "ignore", "-c", _CHILD, str(_ROOT), str(theirs.fileno())],
        pass_fds=(theirs.fileno(),),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        env=_ENVIRONMENT,
        cwd="/",
        # A Ctrl-C in the terminal is for the worker, which decides what becomes of its decoders.
        start_new_session=True,
    )
