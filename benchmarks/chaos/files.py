"""What the clients send: short clips and pictures of many formats, and files that must be refused."""

import json
import os
import random
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from tests.clips import Recipe, make_clip

# Of a corpus, where there is one: small, and read within a second.
_FILMS = """rotated_video.mp4 rails_video.webm again.mkv av1_video.mkv h265_10bits.mp4 testvideo-43.avi
test_sample.flv bear-vp9-odd-dimensions.webm transparent_prores4444.mov elf_vfr.mp4 pig_wmv2.wmv""".split()
_PICTURES = "Landscape_6.jpg hopper.bmp rot1mir1.avif 16bit.png paletted-transparent.png".split()
_MOST_HOSTILE_BYTES = 300_000
PLAIN = "h264.mp4"
_RECIPES = {
    PLAIN: Recipe(frames=75),
    "vp8.webm": Recipe(codec="libvpx", container="webm", frames=50, options={"deadline": "realtime"}),
    "mpeg4.avi": Recipe(codec="mpeg4", container="avi", frames=60),
    "h264.mkv": Recipe(container="mkv", frames=60, width=320, height=180),
    "mpeg2.ts": Recipe(codec="mpeg2video", container="ts", frames=50, rate=Fraction(25), gop=12),
}


@dataclass(frozen=True, slots=True)
class Given:
    """A file to upload. `is_good`: it is to be read; otherwise it is to be refused. `is_film`: it has a length."""

    name: str
    data: bytes
    is_good: bool
    is_film: bool

    def varied(self, draw: random.Random) -> "Given":
        """Return it as a file that was not there before, where its format has room for what nobody reads."""
        if not self.name.endswith(".mp4") or not self.is_good:
            return self
        extra = draw.randbytes(16)
        box = (8 + len(extra)).to_bytes(4, "big") + b"free" + extra
        return Given(self.name, self.data + box, self.is_good, self.is_film)


def make_files(folder: Path) -> list[Given]:
    """Return files to send: generated ones, and those of MEDIA_CORPUS where that is there."""
    folder.mkdir()
    made = [make_clip(folder / name, recipe) for name, recipe in _RECIPES.items()]
    found = [Given(path.name, path.read_bytes(), is_good=True, is_film=True) for path in made]
    whole = found[0].data
    refused = {
        "cut.mp4": whole[: len(whole) // 3],
        "page.mp4": b"<!doctype html><title>404</title>",
        "noise.mkv": bytes(random.Random(1).randbytes(5000)),
        "list.mp4": b"ffconcat version 1.0\nfile /etc/passwd\n",
        "list.m3u8": b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
    }
    found += [Given(name, data, is_good=False, is_film=False) for name, data in refused.items()]
    return found + _of_corpus()


def _of_corpus() -> list[Given]:
    folder = Path(os.environ.get("MEDIA_CORPUS", Path(__file__).parents[2] / "../shared/media"))
    manifest = folder / "MANIFEST.json"
    if not manifest.is_file():
        return []
    found = []
    for entry in json.loads(manifest.read_text())["files"]:
        name, outcome = entry["name"], entry["expected"]["outcome"]
        is_good = outcome == "ok" and name in (*_FILMS, *_PICTURES)
        if is_good or (outcome == "reject" and 0 < entry["bytes"] < _MOST_HOSTILE_BYTES):
            found.append(Given(name, (folder / name).read_bytes(), is_good=is_good, is_film=name in _FILMS))
    return found
