"""Tasks that are called off."""

import os
import signal

import pytest

from app.media.errors import DecoderCancelled
from tests.media.conftest import BuildDecoder, Clip
from tests.media.decoding import make
from tests.media.processes import is_alive, reached
from tests.media.test_decoder import failure_of, prepared
from tests.media.test_frames import H264

pytestmark = pytest.mark.processes


def test_a_running_task_that_is_called_off_ends_and_its_process_with_it(
    build_decoder: BuildDecoder, clip: Clip
) -> None:
    decoder = build_decoder()
    child = prepared(decoder)
    os.kill(child, signal.SIGSTOP)

    error = failure_of(decoder, clip(H264), decoder.cancel)

    assert isinstance(error, DecoderCancelled)
    assert reached(lambda: not is_alive(child))


def test_after_a_call_to_stop_no_task_begins_until_the_decoder_is_prepared(
    build_decoder: BuildDecoder, clip: Clip
) -> None:
    decoder = build_decoder()
    decoder.cancel()
    with pytest.raises(DecoderCancelled):
        make(decoder, clip(H264))

    decoder.prepare()

    assert make(decoder, clip(H264)).rung == "exact"
