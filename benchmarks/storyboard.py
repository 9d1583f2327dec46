"""A storyboard of 60 tiles (sprite, WebVTT, JSON) of a 10-minute 1080p30 video, warm and through the jail.

    python -m benchmarks.storyboard [--rounds 5] [--one-pass-rounds 1] [--source CLIP]

Every ratio is by medians of interleaved runs; the one pass, which takes half a minute, has its own few rounds. The
limits are what must be done at the least: read every packet once, decode the needed keyframes on two threads.
"""

import argparse
import re
import subprocess
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import av

from app.media.decoder import Decoder
from app.media.limits import Limits
from app.media.requests.base import Accuracy
from app.media.requests.storyboard import StoryboardLook, StoryboardRequest
from benchmarks.clips import H264_4K, PIECE_1080P30, ensure, ensure_long
from benchmarks.compare import Way, print_table, take_turns
from benchmarks.thumbnail import DEFAULT_SOURCE

OURS = "ours, keyframes"
SECONDS, TILES = 600, 60
_FILTER = f"fps=1/{SECONDS // TILES},scale=160:-2,tile=10x6"


def main() -> None:
    options = _options()
    ten = ensure_long(PIECE_1080P30, 10, options.source)
    longer = {minutes: ensure_long(PIECE_1080P30, minutes, options.source) for minutes in (10, 60, 120)}
    with tempfile.TemporaryDirectory() as folder:
        target = str(Path(folder) / "peer.jpg")
        _print_times(take_turns(_ways(ten, Path(folder), target), options.rounds))
        if options.one_pass_rounds:
            decoder = _decoder(Path(folder) / "once")
            once = {OURS: _ours(decoder, ten), "ffmpeg, one pass": _ffmpeg(ten, target)}
            _print_times(take_turns(once, options.one_pass_rounds))
            decoder.close()
        _print_lengths(longer, Path(folder), options.rounds)
        _print_memory(ten, ensure(H264_4K, options.source), Path(folder))


def _ways(path: Path, folder: Path, target: str) -> dict[str, Way]:
    packets = _needed_packets(path)
    return {
        OURS: _ours(_decoder(folder / "ours"), path),
        "ffmpeg -skip_frame nokey": _ffmpeg(path, target, "-skip_frame", "nokey"),
        "ffmpeg -discard:v nokey -skip_frame nokey": _ffmpeg(
            path, target, "-discard:v", "nokey", "-skip_frame", "nokey"
        ),
        "limit: read every packet": lambda: _read_all(path),
        "limit: decode the keyframes, 2 threads": lambda: _decode_all(path, packets),
    }


def _decoder(output: Path) -> Decoder:
    decoder = Decoder(output, Limits())
    decoder.threads = 2
    decoder.prepare()
    return decoder


def _ours(
    decoder: Decoder,
    path: Path,
    *,
    tiles: int = TILES,
    seconds: float = SECONDS,
    accuracy: Accuracy = Accuracy.KEYFRAME,
) -> Way:
    wanted = StoryboardRequest(look=StoryboardLook(count=tiles), accuracy=accuracy, duration_seconds=seconds)

    def make() -> None:
        with path.open("rb") as file:
            decoder.make(file, wanted)

    return make


def _ffmpeg(path: Path, target: str, *options: str) -> Way:
    command = ["ffmpeg", "-v", "error", "-y", *options, "-i", str(path), "-vf", _FILTER, "-frames:v", "1", target]
    return lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _read_all(path: Path) -> None:
    with av.open(str(path), options={"skip_frame": "all"}) as container:
        for _ in container.demux(video=0):
            pass


def _needed_packets(path: Path) -> list[av.Packet]:
    found = {}
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        for number in range(TILES):
            container.seek(int(number * SECONDS / TILES / (stream.time_base or 1)), stream=stream)
            packet = next(iter(container.demux(stream)))
            found[packet.pts] = packet
    return list(found.values())


def _decode_all(path: Path, packets: Sequence[av.Packet]) -> None:
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(_decode, [path] * 2, [packets[::2], packets[1::2]]))


def _decode(path: Path, packets: Sequence[av.Packet]) -> None:
    with av.open(str(path), options={"skip_frame": "all"}) as container:
        context = container.streams.video[0].codec_context
        context.thread_count = 1
        for packet in packets:
            context.decode(packet)
            context.decode(None)
            context.flush_buffers()


def _print_times(times: dict[str, float]) -> None:
    rows = [[name, f"{seconds * 1000:.0f} ms", f"{seconds / times[OURS]:.2f}"] for name, seconds in times.items()]
    print()
    print_table(["60 tiles of 10 minutes", "median", "times ours"], rows)


def _print_lengths(paths: dict[int, Path], folder: Path, rounds: int) -> None:
    decoder = _decoder(folder / "lengths")
    ways = {f"{minutes} min": _ours(decoder, path, tiles=100, seconds=minutes * 60) for minutes, path in paths.items()}
    times = take_turns(ways, rounds)
    decoder.close()
    print()
    print_table(["100 tiles of", "median"], [[name, f"{seconds * 1000:.0f} ms"] for name, seconds in times.items()])


def _print_memory(ten: Path, four_k: Path, folder: Path) -> None:
    rows = []
    for name, path, seconds, accuracy in (
        ("10 min 1080p, keyframes", ten, SECONDS, Accuracy.KEYFRAME),
        ("10 s 4K, keyframes", four_k, H264_4K.seconds, Accuracy.KEYFRAME),
        ("10 s 4K, exact", four_k, H264_4K.seconds, Accuracy.EXACT),
    ):
        decoder = _decoder(folder / "memory")
        for _ in range(3):
            _ours(decoder, path, seconds=seconds, accuracy=accuracy)()
        rows.append([name, f"{peak_mib(decoder)} MiB"])
        decoder.close()
    print()
    print_table(["60 tiles, three times", "peak of the decoder process"], rows)


def peak_mib(decoder: Decoder) -> int:
    """Return the most memory that was ever resident, libraries included."""
    process = decoder._process
    status = Path(f"/proc/{process.pid if process else 'self'}/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+([0-9]+) kB", status)
    return int(found[1]) // 1024 if found else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--one-pass-rounds", type=int, default=1)
    parser.add_argument("--source", type=Path, default=DEFAULT_SOURCE, help="a real video to make the clips from")
    return parser.parse_args()


if __name__ == "__main__":
    main()
