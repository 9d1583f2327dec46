"""The files that MANIFEST.json names, and what it promises of each."""

import json
import os
from pathlib import Path
from typing import Any

# No file, however it is made, takes longer than this to be read or refused.
LONGEST_SECONDS = 20.0
# The box that thumbnails are asked to fit into.
SIDE = 160
# Where there is no corpus there is one test, and it fails when it is run: leaving it out is for --fast to say.
MISSING = "the corpus is missing"

Size = tuple[float, float]


def list_entries() -> list[dict[str, Any]]:
    """Return what the manifest says of each file."""
    folder = Path(os.environ.get("MEDIA_CORPUS", Path(__file__).parents[2] / "../shared/media")).resolve()
    manifest = folder / "MANIFEST.json"
    return list(json.loads(manifest.read_text())["files"]) if manifest.is_file() else [{"name": MISSING}]


def may_be_read(entry: dict[str, Any]) -> bool:
    return entry["expected"]["outcome"] in ("ok", "either")


def may_be_refused(entry: dict[str, Any]) -> bool:
    return entry["expected"]["outcome"] in ("reject", "either")


def is_promised(entry: dict[str, Any], source: Size, picture: Size) -> bool:
    """Tell whether the displayed size is one that the manifest accepts, and the thumbnail of its shape, to a pixel."""
    expected = entry["expected"]
    sizes = [(expected.get("displayed_width", source[0]), expected.get("displayed_height", source[1]))]
    sizes += [tuple(size) for size in entry.get("accept_displayed", ())]
    scale = min(1, SIDE / source[0], SIDE / source[1])
    is_of_its_shape = _is_near(picture, (source[0] * scale, source[1] * scale))
    return is_of_its_shape and any(_is_near(source, size) for size in sizes)


def _is_near(one: Size, other: Size) -> bool:
    return abs(one[0] - other[0]) <= 1 and abs(one[1] - other[1]) <= 1
