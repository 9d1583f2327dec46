"""Thousands of damaged files through jailed decoders: what comes of them, and what is left behind.

    python -m benchmarks.fuzz [--count 5000] [--seed 1] [--only NUMBER] [--keep FOLDER]

Ends with 1 when a decoder crashed or when a process or a file was left. `--only` tries one mutant of the seed again,
`--keep` writes those that crashed a decoder or ran past their time to a folder.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from app.media.decoder import Decoder
from app.media.errors import DecoderCrashed, DecoderTimeout, MediaError
from app.media.limits import MIB, Limits
from app.media.requests.base import Box
from app.media.requests.thumbnail import ThumbnailRequest
from benchmarks.compare import print_table
from benchmarks.mutants import Files, Mutant, corpus_files, generated_files, make_mutant
from tests.media.processes import children

LIMITS = Limits(wall_seconds=10.0, cpu_seconds=10, memory_bytes=1024 * MIB)
TASKS = ("take_in", "make_thumbnail")
_THREADS = 2
_WANTED = ThumbnailRequest(positions=("10%",), sizes=(Box(width=160, height=160),))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one task on one mutant; `code` is "ok" or the error's word."""

    number: int
    origin: str
    damage: str
    task: str
    code: str
    message: str
    seconds: float


@dataclass
class Found:
    """What came of all mutants, and the names of what was left of the decoders."""

    outcomes: list[Outcome] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def of(self, error: type[MediaError]) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.code == error.code]


def fuzz(files: Files, *, seed: int, numbers: Iterable[int], limits: Limits = LIMITS) -> Found:
    """Run mutants through two decoders at once. Anything raised but MediaError is a fault, and goes through."""
    before, found = children(), Found()
    parts = [list(numbers)[start::_THREADS] for start in range(_THREADS)]
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(_THREADS) as threads:
        folder = Path(name)
        works = [
            threads.submit(_work, folder / str(seat), files, seed, part, limits) for seat, part in enumerate(parts)
        ]
        for work in works:
            found.outcomes.extend(work.result())
        found.left.extend(str(path) for path in folder.rglob("*") if not path.is_dir())
    found.left.extend(f"process {child}" for child in children() - before)
    return found


def _work(folder: Path, files: Files, seed: int, numbers: list[int], limits: Limits) -> list[Outcome]:
    decoder = Decoder(folder, limits)
    try:
        mutants = (make_mutant(files, seed=seed, number=number) for number in numbers)
        return [outcome for mutant in mutants for outcome in _try(decoder, mutant)]
    finally:
        decoder.close()


def _try(decoder: Decoder, mutant: Mutant) -> Iterator[Outcome]:
    with tempfile.TemporaryFile() as file:
        file.write(mutant.data)
        file.flush()
        for task in TASKS:
            began, code, message = time.perf_counter(), "ok", ""
            try:
                made = decoder.take_in(file) if task == "take_in" else decoder.make(file, _WANTED)
                for product in made.products:
                    decoder.copy_result(product, len)
            except MediaError as err:
                code, message = err.code, err.message
            seconds = time.perf_counter() - began
            yield Outcome(mutant.number, mutant.origin, mutant.damage, task, code, message, seconds)


def main() -> int:
    options = _options()
    files = corpus_files() or generated_files()
    numbers = range(options.count) if options.only is None else [options.only]
    began = time.monotonic()
    found = fuzz(files, seed=options.seed, numbers=numbers)
    print(f"{len(numbers)} mutants of {len(files)} files, seed {options.seed}, {time.monotonic() - began:.0f} s\n")
    _print(found)
    if options.keep:
        _keep(options.keep, files, options.seed, found)
    return 1 if found.of(DecoderCrashed) or found.left else 0


def _print(found: Found) -> None:
    counted = Counter((outcome.code, outcome.task) for outcome in found.outcomes)
    codes = sorted({code for code, _task in counted}, key=lambda code: -counted[code, TASKS[0]])
    print_table(("outcome", *TASKS), [(code, *(str(counted[code, task]) for task in TASKS)) for code in codes])
    print()
    rows = [
        (str(outcome.number), outcome.task, outcome.damage, outcome.origin, f"{outcome.seconds:.2f} s", outcome.message)
        for outcome in (*found.of(DecoderCrashed), *found.of(DecoderTimeout))
    ]
    print_table(("number", "task", "damage", "file", "took", "why"), rows)
    longest = max(found.outcomes, key=lambda outcome: outcome.seconds)
    print(f"\nLongest: {longest.seconds:.2f} s, {longest.task} of {longest.number} ({longest.origin}).")
    print(f"Left behind: {', '.join(found.left) or 'nothing'}.")


def _keep(folder: Path, files: Files, seed: int, found: Found) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number in {outcome.number for outcome in (*found.of(DecoderCrashed), *found.of(DecoderTimeout))}:
        (folder / f"{seed}-{number}").write_bytes(make_mutant(files, seed=seed, number=number).data)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="the number of the one mutant to try")
    parser.add_argument("--keep", type=Path, help="a folder for the mutants that crashed a decoder or took too long")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
