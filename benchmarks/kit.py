"""A whole player kit of a 10-minute 1080p30 video, warm and through the jail, against separate ffmpeg commands.

    python -m benchmarks.kit [--rounds 5] [--source CLIP]

The kit: poster with 5 candidates, storyboard of 60 tiles, contact sheet of 16, preview of 5 seconds; the commands
are the quickest that make each of them with ffmpeg, one after the other. Ratios are by medians of interleaved runs.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from app.jobs.options.player_kit import player_kit_request, read_options
from app.jobs.options.wish import SourceFacts
from app.media.decoder import Decoder
from app.media.limits import Limits
from app.media.requests.base import Box
from benchmarks.clips import PIECE_1080P30, ensure_long
from benchmarks.compare import Way, print_table, take_turns
from benchmarks.storyboard import peak_mib
from benchmarks.thumbnail import DEFAULT_SOURCE

SECONDS = 600
KEYFRAMES = ("-discard:v", "nokey", "-skip_frame", "nokey")
OURS, ALL = "ours, the whole kit", "ffmpeg, all of them"


def main() -> None:
    options = _options()
    path = ensure_long(PIECE_1080P30, SECONDS // 60, options.source)
    with tempfile.TemporaryDirectory() as folder:
        decoder = Decoder(Path(folder) / "out", Limits())
        decoder.threads = 2
        decoder.prepare()
        commands = _commands(str(path), Path(folder))
        ways: dict[str, Way] = {OURS: _ours(decoder, path)}
        ways |= {f"ffmpeg, {name}": _run_all(lines) for name, lines in commands.items()}
        times = take_turns(ways, options.rounds)
        peak = peak_mib(decoder)
        decoder.close()
    times[ALL] = sum(times[f"ffmpeg, {name}"] for name in commands)
    rows = [[name, f"{seconds * 1000:.0f} ms", f"{seconds / times[OURS]:.2f}"] for name, seconds in times.items()]
    print_table(["player kit of 10 minutes", "median", "times ours"], rows)
    sys.stdout.write(f"\nPeak of the decoder process: {peak} MiB\n")


def _ours(decoder: Decoder, path: Path) -> Way:
    facts = SourceFacts(filename=path.name, size_bytes=path.stat().st_size, duration_seconds=SECONDS)
    wanted = player_kit_request(read_options({}).options, facts, Box())

    def make() -> None:
        with path.open("rb") as file:
            decoder.make(file, wanted)

    return make


def _commands(source: str, folder: Path) -> dict[str, list[list[str]]]:
    """Return the command lines for each part."""
    return {
        "five posters": [_poster(source, number, folder) for number in range(5)],
        "storyboard": [_tiled(source, "fps=1/10,scale=160:-2,tile=10x6", folder / "sprite.jpg")],
        "contact sheet": [_tiled(source, "fps=16/600,scale=296:-2,tile=4x4", folder / "sheet.jpg")],
        "preview": [_preview(source, folder)],
    }


def _poster(source: str, number: int, folder: Path) -> list[str]:
    at, target = str(SECONDS * (number + 0.5) / 5), folder / f"poster-{number}.jpg"
    return _line("-ss", at, "-i", source, "-vf", "scale=1280:-2", "-frames:v", "1", str(target))


def _preview(source: str, folder: Path) -> list[str]:
    segments = [part for start in (59, 179, 299, 419, 539) for part in ("-ss", str(start), "-t", "1", "-i", source)]
    scaled = "".join(f"[{number}:v]fps=10,scale=320:-2[p{number}];" for number in range(5))
    joined = f"{scaled}{''.join(f'[p{number}]' for number in range(5))}concat=n=5"
    webp = ("-c:v", "libwebp_anim", "-quality", "75", "-loop", "0", str(folder / "preview.webp"))
    return _line(*segments, "-filter_complex", joined, *webp)


def _tiled(source: str, filters: str, target: Path) -> list[str]:
    return [*_line(*KEYFRAMES, "-i", source, "-vf", filters, "-frames:v", "1"), str(target)]


def _line(*arguments: str) -> list[str]:
    return [shutil.which("ffmpeg") or "ffmpeg", "-v", "error", "-y", *arguments]


def _run_all(lines: Sequence[Sequence[str]]) -> Way:
    def run() -> None:
        for line in lines:
            subprocess.run(line, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    return run


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--source", type=Path, default=DEFAULT_SOURCE, help="a real video to make the clip from")
    return parser.parse_args()


if __name__ == "__main__":
    main()
