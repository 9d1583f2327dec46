"""One thumbnail of 320 pixels, warm and through the jail, against the tools people use.

    python -m benchmarks.thumbnail [--rounds 15] [--source CLIP]

Every figure is how many times faster than the tool named, by medians of interleaved runs. Peers that are not
installed are left out: ffmpeg and ffmpegthumbnailer from the system, cv2 from `pip install opencv-python-headless`.
"""

import argparse
import importlib.util
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from app.media.decoder import Decoder
from app.media.limits import Limits
from app.media.requests.base import Accuracy, Box
from app.media.requests.thumbnail import ThumbnailRequest
from benchmarks.clips import ALL, ensure
from benchmarks.compare import Way, geometric_mean, print_table, take_turns

WIDTH = 320
DEFAULT_SOURCE = Path(os.environ.get("MEDIA_CORPUS", "../shared/media")) / "big_buck_bunny_0_30.webm"


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        decoder = Decoder(Path(folder) / "out", Limits())
        decoder.threads = 2
        decoder.prepare()
        results = {}
        for clip in ALL:
            path = ensure(clip, options.source)
            # Off a keyframe, and not where a tool would look by itself.
            seconds = clip.seconds * 0.62 + 0.02
            results[clip.name] = take_turns(_ways(decoder, path, seconds, Path(folder)), options.rounds)
        decoder.close()
    for title, ours in (("Nearest keyframe", "ours, keyframe"), ("Exact frame", "ours, exact")):
        _print(title, ours, results)


def _ways(decoder: Decoder, path: Path, seconds: float, folder: Path) -> dict[str, Way]:
    def ours(accuracy: Accuracy) -> Way:
        wanted = ThumbnailRequest(positions=(f"{seconds:.3f}",), sizes=(Box(width=WIDTH),), accuracy=accuracy)

        def make() -> None:
            with path.open("rb") as file:
                decoder.make(file, wanted)

        return make

    ways: dict[str, Way] = {"ours, keyframe": ours(Accuracy.KEYFRAME), "ours, exact": ours(Accuracy.EXACT)}
    target = str(folder / "peer.jpg")
    if shutil.which("ffmpeg"):
        ways["ffmpeg"] = _command(
            [
                "ffmpeg",
                "-v",
                "error",
                "-y",
                "-ss",
                f"{seconds}",
                "-i",
                str(path),
                "-frames:v",
                "1",
                "-vf",
                f"scale={WIDTH}:-2",
                target,
            ]
        )
    if shutil.which("ffmpegthumbnailer"):
        clock = f"{int(seconds // 3600):02}:{int(seconds // 60 % 60):02}:{int(seconds % 60):02}"
        ways["ffmpegthumbnailer"] = _command(
            ["ffmpegthumbnailer", "-i", str(path), "-o", target, "-s", str(WIDTH), "-t", clock]
        )
    ways["moviepy"] = lambda: _moviepy(path, seconds, target)
    if importlib.util.find_spec("cv2"):
        ways["OpenCV"] = lambda: _opencv(path, seconds, target)
    return ways


def _command(command: list[str]) -> Way:
    return lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _moviepy(path: Path, seconds: float, target: str) -> None:
    from moviepy import VideoFileClip
    from PIL import Image

    with VideoFileClip(str(path), audio=False) as clip:
        image = Image.fromarray(clip.get_frame(seconds))
        image.thumbnail((WIDTH, WIDTH))
        image.save(target)


def _opencv(path: Path, seconds: float, target: str) -> None:
    import cv2

    capture = cv2.VideoCapture(str(path))
    capture.set(cv2.CAP_PROP_POS_MSEC, seconds * 1000)
    found, frame = capture.read()
    capture.release()
    if not found:
        raise RuntimeError("no frame")
    height = round(frame.shape[0] * WIDTH / frame.shape[1])
    cv2.imwrite(target, cv2.resize(frame, (WIDTH, height), interpolation=cv2.INTER_AREA))


def _print(title: str, ours: str, results: dict[str, dict[str, float]]) -> None:
    peers = list(dict.fromkeys(name for times in results.values() for name in times if not name.startswith("ours")))
    ratios = {
        clip: {peer: times[peer] / times[ours] for peer in peers if peer in times} for clip, times in results.items()
    }
    rows = [
        [
            clip,
            f"{results[clip][ours] * 1000:.1f} ms",
            *(f"{row[peer]:.2f}" if peer in row else "fails" for peer in peers),
        ]
        for clip, row in ratios.items()
    ]
    means = (geometric_mean([row[peer] for row in ratios.values() if peer in row]) for peer in peers)
    rows.append(["geometric mean", "", *(f"{mean:.2f}" for mean in means)])
    print(f"\n{title}: how many times faster than\n")
    print_table(["clip", "ours", *peers], rows)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--source", type=Path, default=DEFAULT_SOURCE, help="a real video to make the clips from")
    return parser.parse_args()


if __name__ == "__main__":
    main()
