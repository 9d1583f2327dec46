"""Damaged files, the same in every run: each one is refused in words or read, and nothing is left behind.

`python -m benchmarks.fuzz` tries thousands of them.
"""

from dataclasses import replace

import pytest

from app.media.errors import DecoderCrashed
from benchmarks.fuzz import LIMITS, TASKS, Found, fuzz
from benchmarks.mutants import Files, corpus_files, generated_files, make_mutant

pytestmark = pytest.mark.processes

SEED, COUNT = 7, 250
LONGEST_SECONDS = 3.0


@pytest.fixture(scope="module")
def files() -> Files:
    return corpus_files() or generated_files()


@pytest.fixture(scope="module")
def found(files: Files) -> Found:
    return fuzz(files, seed=SEED, numbers=range(COUNT), limits=replace(LIMITS, wall_seconds=LONGEST_SECONDS))


def test_every_damaged_file_is_answered(found: Found) -> None:
    answered = {(outcome.number, outcome.task) for outcome in found.outcomes}

    assert answered == {(number, task) for number in range(COUNT) for task in TASKS}


def test_no_damaged_file_breaks_a_decoder(found: Found) -> None:
    crashes = [(outcome.number, outcome.origin, outcome.message) for outcome in found.of(DecoderCrashed)]

    assert crashes == []


def test_no_damaged_file_holds_a_decoder_past_its_time(found: Found) -> None:
    longest = max(outcome.seconds for outcome in found.outcomes)

    # The next process must be started within a task's time after one that was ended.
    assert longest < LONGEST_SECONDS + 2


def test_nothing_is_left_of_the_decoders(found: Found) -> None:
    assert found.left == []


def test_a_damaged_file_can_be_made_again_from_its_numbers(files: Files) -> None:
    first, again = (make_mutant(files, seed=1, number=5) for _ in range(2))

    assert first == again
    assert first.data != make_mutant(files, seed=2, number=5).data
