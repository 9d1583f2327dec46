"""Real files, good and bad, through a decoder in its jail: what MANIFEST.json promises of each, and soon."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.media.decoder import Decoder
from app.media.errors import DecoderError, MediaError
from app.media.facts import Probe, Product
from app.media.limits import Limits
from app.media.requests.base import Box
from app.media.requests.thumbnail import ThumbnailRequest
from tests.corpus.entries import LONGEST_SECONDS, SIDE, is_promised, may_be_read, may_be_refused

pytestmark = pytest.mark.corpus

WANTED = ThumbnailRequest(positions=("10%",), sizes=(Box(width=SIDE, height=SIDE),))


@pytest.fixture(scope="module")
def decoder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Decoder]:
    """One decoder for all files, as a worker has: what one file does to it, the next one meets."""
    decoder = Decoder(tmp_path_factory.mktemp("decoder") / "out", Limits(wall_seconds=LONGEST_SECONDS))
    yield decoder
    decoder.close()


def test_a_file_gives_what_its_entry_promises(corpus: Path, decoder: Decoder, entry: dict[str, Any]) -> None:
    began = time.monotonic()

    found = work_on(decoder, corpus / entry["name"])

    assert time.monotonic() - began < LONGEST_SECONDS
    if isinstance(found, MediaError):
        assert may_be_refused(entry) and not isinstance(found, DecoderError), found.message
    else:
        probe, picture = found
        assert may_be_read(entry)
        assert is_promised(entry, (probe.width, probe.height), (picture.width, picture.height))


def work_on(decoder: Decoder, path: Path) -> tuple[Probe, Product] | MediaError:
    """Do what is done with an upload, intake and a thumbnail; return what came of it."""
    try:
        with path.open("rb") as file:
            probe = decoder.take_in(file).probe
            picture = decoder.make(file, WANTED.of(probe.duration_seconds)).products[0]
    except MediaError as err:
        return err
    decoder.copy_result(picture, bytearray().extend)
    return probe, picture
