"""Real files, good and bad, through `python -m app thumbnail`: what the manifest promises of each, and nothing left."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.corpus.entries import LONGEST_SECONDS, MISSING, SIDE, is_promised, list_entries, may_be_read, may_be_refused
from tests.test_cli import Ran, run

pytestmark = [pytest.mark.corpus, pytest.mark.processes]


@dataclass(frozen=True)
class Timed:
    """A command that ended, and how long it took."""

    ran: Ran
    seconds: float


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory, corpus: Path) -> dict[str, Timed]:
    """The command on every file, each in a folder of its own, two at a time."""

    def make(name: str) -> Timed:
        folder = tmp_path_factory.mktemp("corpus") / "desk"
        (folder / "temporary").mkdir(parents=True)
        began = time.monotonic()
        # It ends only when nobody holds its output any more: a process that is left would be waited for in vain.
        ran = run(
            folder, *f"thumbnail --json --width {SIDE} --height {SIDE} -o made.png --".split(), str(corpus / name)
        )
        return Timed(ran, time.monotonic() - began)

    names = [entry["name"] for entry in list_entries() if entry["name"] != MISSING]
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(names, pool.map(make, names), strict=True))


def test_a_file_gives_what_its_entry_promises(ended: dict[str, Timed], entry: dict[str, Any]) -> None:
    ran = ended[entry["name"]].ran

    assert ended[entry["name"]].seconds < LONGEST_SECONDS
    if ran.code == 0:
        source = json.loads(ran.out)["source"]
        with Image.open(ran.folder / "made.png") as picture:
            assert may_be_read(entry)
            assert is_promised(entry, (source["width"], source["height"]), picture.size)
    else:
        assert may_be_refused(entry), ran.err
        assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
        assert ran.err.strip().endswith(".") and "Traceback" not in ran.err


def test_nothing_is_left_but_pictures(ended: dict[str, Timed]) -> None:
    left = {name: sorted(set(timed.ran.after) - set(timed.ran.before)) for name, timed in ended.items()}

    assert left == {name: ["made.png"] if timed.ran.code == 0 else [] for name, timed in ended.items()}
