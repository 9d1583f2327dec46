"""Damaged files to try a decoder with: the same for the same seed, made of real files or of generated clips."""

import os
import random
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.clips import Recipe, make_clip

CORPUS = Path(os.environ.get("MEDIA_CORPUS", Path(__file__).resolve().parents[1] / "../shared/media"))
# Larger files only take longer: what is damaged in them is damaged in small ones too.
_LARGEST_BYTES = 4 * 1024 * 1024
# Where headers and indexes are, and so most of what a demuxer believes.
_HEAD_BYTES = 4096
_CLIPS = (
    Recipe(frames=30),
    Recipe(frames=30, sound="aac", container="mov"),
    Recipe(frames=30, container="mkv", sound="aac"),
    Recipe(frames=30, container="ts"),
    Recipe(frames=30, codec="mpeg4", container="avi"),
    Recipe(frames=30, codec="mpeg2video", container="mpg"),
    Recipe(frames=30, codec="libvpx-vp9", container="webm", options={"deadline": "realtime"}),
    Recipe(frames=30, codec="flv", container="flv"),
)

Files = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Mutant:
    """A damaged file: which one of its seed, of what it was made and how, its bytes."""

    number: int
    origin: str
    damage: str
    data: bytes


def corpus_files() -> dict[str, bytes]:
    """Return the files of the corpus by name, without the large ones; none where there is no corpus."""
    paths = sorted(path for path in CORPUS.glob("*") if path.is_file() and path.suffix != ".json")
    return {path.name: path.read_bytes() for path in paths if 0 < path.stat().st_size <= _LARGEST_BYTES}


def generated_files() -> dict[str, bytes]:
    """Make a clip in each of some usual containers and codecs, and return them by name."""
    with tempfile.TemporaryDirectory() as folder:
        names = [f"{number}-{recipe.codec}.{recipe.container}" for number, recipe in enumerate(_CLIPS)]
        return {
            name: make_clip(Path(folder) / name, recipe).read_bytes()
            for name, recipe in zip(names, _CLIPS, strict=True)
        }


def make_mutant(files: Files, *, seed: int, number: int) -> Mutant:
    """Return mutant `number` of a seed; it depends on nothing but the two and the files."""
    dice = random.Random(f"{seed}/{number}")
    origin, other = dice.choice(list(files)), dice.choice(list(files))
    damage = dice.choice(list(_DAMAGES))
    data = _DAMAGES[damage](files[origin], files[other], dice)
    name = f"{origin} + {other}" if damage == "spliced" else origin
    return Mutant(number, name, damage, data)


def _flip(data: bytes, count: int, dice: random.Random) -> bytes:
    """Flip `count` bits, half of them near the start."""
    changed = bytearray(data)
    for _ in range(count):
        end = min(len(data), _HEAD_BYTES) if dice.random() < 0.5 else len(data)
        changed[dice.randrange(end)] ^= 1 << dice.randrange(8)
    return bytes(changed)


def _flip_few(data: bytes, _other: bytes, dice: random.Random) -> bytes:
    return _flip(data, dice.randint(1, 16), dice)


def _flip_many(data: bytes, _other: bytes, dice: random.Random) -> bytes:
    return _flip(data, min(20_000, 1 + len(data) // dice.randint(20, 1000)), dice)


def _truncate(data: bytes, _other: bytes, dice: random.Random) -> bytes:
    return data[: dice.randint(1, len(data))]


def _hole(data: bytes, _other: bytes, dice: random.Random) -> bytes:
    """Put zeros where something was, as a download does that was never finished."""
    start, end = _block(data, dice)
    return data[:start] + bytes(end - start) + data[end:]


def _splice(data: bytes, other: bytes, dice: random.Random) -> bytes:
    """Put the start of another file on the rest of this one."""
    length = dice.randint(8, _HEAD_BYTES)
    return other[:length] + data[length:]


def _double(data: bytes, _other: bytes, dice: random.Random) -> bytes:
    """Put a block in once more, somewhere."""
    start, end = _block(data, dice)
    at = dice.randint(0, len(data))
    return data[:at] + data[start:end] + data[at:]


def _block(data: bytes, dice: random.Random) -> tuple[int, int]:
    start = dice.randrange(min(len(data), _HEAD_BYTES) if dice.random() < 0.3 else len(data))
    return start, min(len(data), start + dice.randint(1, max(1, len(data) // 4)))


_DAMAGES: Mapping[str, Callable[[bytes, bytes, random.Random], bytes]] = {
    "few bits": _flip_few,
    "many bits": _flip_many,
    "truncated": _truncate,
    "hole": _hole,
    "spliced": _splice,
    "doubled": _double,
}
