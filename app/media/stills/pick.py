"""Pick which of the frames that were looked at may stand for a video: say what speaks against each, rank the rest."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import islice, product

from app.media.decoding.source import VideoSource
from app.media.decoding.walk import FrameWalk
from app.media.stills.likeness import is_alike, is_blend, is_fainter
from app.media.stills.looks import Look, look_around
from app.media.stills.scoring import Fault
from app.media.timecode import format_timecode

# How many looks to either side a cross-fade can reach.
_BLEND_REACH = 3
# What is rejected is shown for a person to see why, not all of it.
_MOST_REJECTED, _MOST_OF_A_KIND = 10, 3


class Relation(StrEnum):
    """What speaks against a picture beside others; the value is the sentence, but for where the other one is."""

    BLEND = "Two pictures run into each other here, as in a cross-fade."
    FADE = "A fainter form of the picture at {}, as in a fade."
    ALIKE = "Nearly the same as the picture at {}."


@dataclass(frozen=True, slots=True)
class Verdict:
    """A look, and what speaks against it if something does; `other` is the better one it was held against."""

    look: Look
    fault: Fault | Relation | None = None
    other: Look | None = None

    @property
    def reason(self) -> str | None:
        """Return the sentence that says why this may not stand for the video, or None where it may."""
        return self.fault and self.fault.format(format_timecode(self.other.position_seconds) if self.other else "")

    @property
    def code(self) -> str | None:
        """Return the same as `reason` in one word, for programs."""
        return self.fault and self.fault.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Picks:
    """The candidates, at least one, and some of what was rejected; the best first.

    Where everything was rejected the one candidate is the best of that, and has a reason.
    """

    candidates: tuple[Verdict, ...]
    rejected: tuple[Verdict, ...]
    is_all_black: bool


def pick_posters(
    walk: FrameWalk,
    source: VideoSource,
    duration_seconds: Fraction | None,
    *,
    count: int,
    moments: Sequence[Fraction] = (),
) -> Picks:
    """Look at a video's frames, and pick up to `count` that differ; only at those of `moments`, where there are any.

    Raises DamagedSource when not one decodes.
    """
    return pick(look_around(walk, source, duration_seconds, moments), count=count)


def pick(looks: Sequence[Look], *, count: int) -> Picks:
    """Rank one or more looks, in the order in which they are shown; of equally good ones the earlier wins."""
    verdicts = list(_judge(looks))
    rejected = [verdict for verdict in verdicts if verdict.fault]
    good = [verdict for verdict in verdicts if not verdict.fault] or [rejected.pop(0)]
    return Picks(
        candidates=tuple(good[:count]),
        rejected=tuple(islice(_worth_showing(rejected), _MOST_REJECTED)),
        is_all_black=all(verdict.fault is Fault.BLACK for verdict in verdicts),
    )


def _judge(looks: Sequence[Look]) -> Iterator[Verdict]:
    """Yield a verdict on each look, the best first."""
    sound = [look for look in looks if not look.measures.fault]
    blends = {look.position_seconds for place, look in enumerate(sound) if _is_blend(sound, place)}
    better: list[Verdict] = []
    for look in sorted(looks, key=lambda look: -look.score):
        if look.measures.fault:
            yield Verdict(look, look.measures.fault)
        elif look.position_seconds in blends:
            yield Verdict(look, Relation.BLEND)
        else:
            better.append(_compare(look, better))
            yield better[-1]


def _is_blend(looks: Sequence[Look], place: int) -> bool:
    earlier = looks[max(0, place - _BLEND_REACH) : place]
    later = looks[place + 1 : place + 1 + _BLEND_REACH]
    one = looks[place].print
    return any(is_blend(one, before.print, after.print) for before, after in product(earlier, later))


def _compare(look: Look, better: Sequence[Verdict]) -> Verdict:
    """Hold a look against better ones; on the way to black each form may be like only the one before it."""
    for verdict in better:
        if is_fainter(look.print, verdict.look.print):
            return Verdict(look, Relation.FADE, verdict.look)
    for verdict in better:
        if not verdict.fault and is_alike(look.print, verdict.look.print):
            return Verdict(look, Relation.ALIKE, verdict.look)
    return Verdict(look)


def _worth_showing(rejected: Iterable[Verdict]) -> Iterator[Verdict]:
    """Yield a few of each kind; what is nearly the same as a candidate comes last."""
    seen: Counter[str] = Counter()
    for verdict in sorted(rejected, key=lambda verdict: verdict.fault is Relation.ALIKE):
        seen[str(verdict.fault)] += 1
        if seen[str(verdict.fault)] <= _MOST_OF_A_KIND:
            yield verdict
