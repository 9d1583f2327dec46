"""Kill parts of the service at random while it works, and tell whether anything was lost. Exit code 0: nothing was."""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.chaos.run import Plan, run
from benchmarks.chaos.stage import STAGES
from benchmarks.chaos.verdict import Verdict
from benchmarks.compare import print_table

HEAD = (
    "mode",
    "kills",
    "accepted",
    "completed",
    "refused",
    "cancelled",
    "poison",
    "kept without an answer",
    "lost",
    "unexpected",
    "duplicated",
    "not re-opening",
    "pages that differ",
    "attempts interrupted",
    "ready again s",
    "job done s",
    "back in the queue s",
    "stray files, after the sweep",
)


def main() -> int:
    options = _options()
    plan = Plan(mode=options.mode, kills=options.kills, seed=options.seed, lease_seconds=options.lease)
    if options.keep:
        options.keep.mkdir(parents=True)
        verdict = run(plan, options.keep)
    else:
        with tempfile.TemporaryDirectory() as folder:
            verdict = run(plan, Path(folder))
    print_table(HEAD, [_row(plan, verdict)])
    for column, sentences in verdict.faults.items():
        sys.stdout.writelines(f"{column}: {sentence}\n" for sentence in sentences[:50])
    return 0 if verdict.is_good else 1


def _row(plan: Plan, verdict: Verdict) -> list[str]:
    outcomes, faults = verdict.outcomes, verdict.faults
    killed = ", ".join(f"{count} {target}" for target, count in verdict.kills.most_common())
    return [
        plan.mode,
        f"{verdict.kills.total()}: {killed}",
        *(str(outcomes[name]) for name in ("accepted", "completed", "refused", "cancelled")),
        f"{outcomes['poison']} + {outcomes['with its video']}",
        str(outcomes["kept without an answer"]),
        str(len(faults["lost"])),
        str(sum(len(faults[name]) for name in ("unexpected", "promises", "causeless"))),
        str(sum(len(faults[name]) for name in ("duplicated", "breaks"))),
        str(len(faults["broken"])),
        str(len(faults["differing"])),
        str(outcomes["interrupted"]),
        *(f"{seconds:.1f}" for seconds in (verdict.ready_seconds, verdict.job_seconds, verdict.return_seconds)),
        f"{verdict.strays}, {len(faults['sweep'])}",
    ]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chaos", description=__doc__)
    parser.add_argument("--mode", choices=sorted(STAGES), default="sqlite")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lease", type=float, default=15.0, metavar="SECONDS")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where to leave the data and the log: a new folder")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
