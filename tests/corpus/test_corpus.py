"""Real files, good and bad, through a decoder in its jail: what MANIFEST.json promises of each, and soon."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.media.decoder import Decoder
from app.media.errors import DecoderError, MediaError
from app.media.facts import Picture, Probe
from app.media.limits import Limits
from app.media.requests import ThumbnailRequest

pytestmark = pytest.mark.corpus

LONGEST_SECONDS = 20.0
SIDE = 160
WANTED = ThumbnailRequest(position="10%", width=SIDE, height=SIDE)
# Where there is no corpus there is one test, and it fails when it is run: leaving it out is for --fast to say.
MISSING = "the corpus is missing"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make a test of each file that the manifest names."""
    if "entry" in metafunc.fixturenames:
        entries = _entries(Path(os.environ.get("MEDIA_CORPUS", Path(__file__).parents[2] / "../shared/media")))
        metafunc.parametrize("entry", entries or [{"name": MISSING}], ids=lambda entry: str(entry["name"]))


@pytest.fixture(scope="module")
def decoder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Decoder]:
    """One decoder for all files, as a worker has: what one file does to it, the next one meets."""
    decoder = Decoder(tmp_path_factory.mktemp("decoder") / "out", Limits(wall_seconds=LONGEST_SECONDS))
    yield decoder
    decoder.close()


def test_a_file_gives_what_its_entry_promises(corpus: Path, decoder: Decoder, entry: dict[str, Any]) -> None:
    outcome = entry["expected"]["outcome"]
    began = time.monotonic()

    found = work_on(decoder, corpus / entry["name"])

    assert time.monotonic() - began < LONGEST_SECONDS
    if isinstance(found, MediaError):
        assert outcome in ("reject", "either") and not isinstance(found, DecoderError), found.message
    else:
        assert outcome in ("ok", "either")
        assert is_promised(entry, *found)


def work_on(decoder: Decoder, path: Path) -> tuple[Probe, Picture] | MediaError:
    """Do what is done with an upload, intake and a thumbnail; return what came of it."""
    try:
        with path.open("rb") as file:
            probe = decoder.take_in(file).probe
            picture = decoder.make_thumbnail(file, WANTED.of(probe.duration_seconds))
    except MediaError as err:
        return err
    decoder.copy_result(picture, bytearray().extend)
    return probe, picture


def is_promised(entry: dict[str, Any], probe: Probe, picture: Picture) -> bool:
    """Tell whether the displayed size is one that the manifest accepts, and the thumbnail of its shape, to a pixel."""
    expected = entry["expected"]
    sizes = [(expected.get("displayed_width", probe.width), expected.get("displayed_height", probe.height))]
    sizes += [tuple(size) for size in entry.get("accept_displayed", ())]
    scale = min(1, SIDE / probe.width, SIDE / probe.height)
    is_of_its_shape = is_near((picture.width, picture.height), (probe.width * scale, probe.height * scale))
    return is_of_its_shape and any(is_near((probe.width, probe.height), size) for size in sizes)


def is_near(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return abs(one[0] - other[0]) <= 1 and abs(one[1] - other[1]) <= 1


def _entries(folder: Path) -> list[dict[str, Any]]:
    manifest = folder.resolve() / "MANIFEST.json"
    return list(json.loads(manifest.read_text())["files"]) if manifest.is_file() else []
