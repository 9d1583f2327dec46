"""A decoder whose process cannot be started: told as such, and nothing half-begun is left."""

import errno
import os
from pathlib import Path

import pytest

from app.media.errors import DecoderUnavailable
from tests.media.conftest import BuildDecoder, Clip
from tests.media.decoding import make
from tests.media.processes import children
from tests.media.test_frames import H264

pytestmark = pytest.mark.processes


def _opened() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.parametrize("what", ["os.pipe2", "socket.socketpair", "subprocess.Popen"])
def test_a_process_that_finds_no_room_is_told_and_the_next_task_works(
    build_decoder: BuildDecoder, clip: Clip, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    decoder, before = build_decoder(), (_opened(), children())
    with monkeypatch.context() as patch:
        patch.setattr(what, refuse)
        with pytest.raises(DecoderUnavailable, match="Too many open files"):
            decoder.prepare()
    left = (_opened(), children())

    assert left == before
    assert make(decoder, clip(H264)).rung == "exact"
