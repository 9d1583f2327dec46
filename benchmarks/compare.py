"""Measure several ways to do the same thing, taking turns, so that a slow minute is slow for all of them."""

import math
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence

Way = Callable[[], object]


def take_turns(ways: Mapping[str, Way], rounds: int) -> dict[str, float]:
    """Return the median seconds of each way over `rounds` rounds; each round runs every way once, in random order.

    A way that fails is left out.
    """
    able = [name for name, way in ways.items() if _warm(way)]
    times: dict[str, list[float]] = {name: [] for name in able}
    for _ in range(rounds):
        for name in random.sample(able, len(able)):
            began = time.perf_counter()
            ways[name]()
            times[name].append(time.perf_counter() - began)
    return {name: statistics.median(taken) for name, taken in times.items()}


def geometric_mean(values: Sequence[float]) -> float:
    """Return the mean for ratios."""
    return math.exp(sum(map(math.log, values)) / len(values))


def _warm(way: Way) -> bool:
    try:
        way()
    except (RuntimeError, OSError, subprocess.CalledProcessError):
        return False
    return True


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table in Markdown."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    for number, row in enumerate((head, *rows)):
        sys.stdout.write("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |\n")
        if number == 0:
            sys.stdout.write("|" + "|".join("-" * (width + 2) for width in widths) + "|\n")
