"""The frames that may stand for a video: the good ones ranked, each other one with what speaks against it."""

from fractions import Fraction
from pathlib import Path

import pytest

from app.media.decoding.frames import Rung
from app.media.decoding.source import open_video
from app.media.decoding.walk import FrameWalk
from app.media.errors import DamagedSource
from app.media.stills.pick import Picks, Relation, pick_posters
from app.media.stills.scoring import Fault
from tests.clips import Recipe
from tests.media.conftest import Clip
from tests.media.finding import LIMITS
from tests.media.scenes import Picture, blurred, faded, film, frame_of, mixed, picked, plain, scene, title
from tests.media.test_frames import VP9

GOOD = range(40, 70)
GOPS = pytest.mark.parametrize("gop", [5, 1000], ids=["many keyframes", "one keyframe"])
BAD = {
    Fault.BLACK: plain(0),
    Fault.WHITE: plain(255),
    Fault.FLAT: plain(90),
    Fault.TITLE: title(),
    Fault.FAINT: faded(scene(1), 0.1, to=128),
    Fault.BLURRED: blurred(scene(1)),
}
EACH_BAD = pytest.mark.parametrize(("fault", "bad"), BAD.items(), ids=[fault.name for fault in BAD])


def faults_of(picks: Picks) -> list[object]:
    return [verdict.fault for verdict in picks.rejected]


@GOPS
@EACH_BAD
def test_a_good_frame_wins_over_each_bad_one(clip: Clip, fault: Fault, bad: Picture, gop: int) -> None:
    picks = picked(clip, film({GOOD: scene(1), range(100): bad}, gop=gop))

    assert [frame_of(verdict.look) in GOOD for verdict in picks.candidates] == [True]
    assert picks.candidates[0].reason is None
    assert fault in faults_of(picks)


@EACH_BAD
def test_where_all_is_bad_the_best_of_it_is_the_poster_and_says_why(clip: Clip, fault: Fault, bad: Picture) -> None:
    picks = picked(clip, film({range(50): bad}))

    assert [verdict.reason for verdict in picks.candidates] == [fault.value]
    assert picks.is_all_black is (fault is Fault.BLACK)


def test_five_that_differ_are_ranked(clip: Clip) -> None:
    recipe = film({range(start, start + 20): scene(start) for start in range(0, 160, 20)})

    picks = picked(clip, recipe)

    scores = [verdict.look.score for verdict in picks.candidates]
    assert len({frame_of(verdict.look) // 20 for verdict in picks.candidates}) == 5
    assert scores == sorted(scores, reverse=True)
    assert all(0.3 < score <= 1 for score in scores)


def test_as_many_as_are_wanted_come(clip: Clip) -> None:
    recipe = film({range(start, start + 20): scene(start) for start in range(0, 160, 20)})

    counts = [len(picked(clip, recipe, count=count).candidates) for count in (1, 3, 20)]

    assert counts == [1, 3, 8]


def test_what_is_nearly_the_same_as_a_candidate_names_it(clip: Clip) -> None:
    picks = picked(clip, film({range(100): scene(1)}))

    (candidate,) = picks.candidates
    assert set(faults_of(picks)) == {Relation.ALIKE}
    assert picks.rejected[0].other is candidate.look
    assert picks.rejected[0].reason == "Nearly the same as the picture at 00:00:00.200."


def test_of_equal_frames_an_early_one_is_picked_but_not_the_first(clip: Clip) -> None:
    picks = picked(clip, film({range(100): scene(1)}))

    assert 0 < frame_of(picks.candidates[0].look) <= 10


def test_a_fade_in_is_passed_over_for_what_it_leads_to(clip: Clip) -> None:
    steps = {range(number, number + 5): faded(scene(1), number / 60) for number in range(0, 60, 5)}

    picks = picked(clip, film({**steps, range(60, 100): scene(1)}))

    assert frame_of(picks.candidates[0].look) >= 50
    assert Relation.FADE in faults_of(picks)
    assert len(picks.candidates) == 1


def test_the_middle_of_a_cross_fade_is_passed_over(clip: Clip) -> None:
    mixture = range(45, 55)

    picks = picked(clip, film({range(45): scene(1), mixture: mixed(scene(1), scene(2)), range(55, 100): scene(2)}))

    assert {frame_of(verdict.look) // 55 for verdict in picks.candidates} == {0, 1}
    assert [frame_of(verdict.look) in mixture for verdict in picks.rejected if verdict.fault is Relation.BLEND] == [
        True,
        True,
    ]


def test_what_was_rejected_is_told_of_in_bounds_what_is_no_repetition_first(clip: Clip) -> None:
    bad = {range(10 * place, 10 * place + 10): picture for place, picture in enumerate(BAD.values())}

    picks = picked(clip, film({**bad, range(60, 200): scene(1)}))

    faults = faults_of(picks)
    assert len(faults) <= 10
    assert set(BAD) <= set(faults)
    assert faults[-1] is Relation.ALIKE


def test_between_few_keyframes_frames_are_exact(clip: Clip) -> None:
    recipe = film({range(start, start + 20): scene(start) for start in range(0, 100, 20)}, gop=1000)

    picks = picked(clip, recipe)

    assert len(picks.candidates) == 5
    assert {verdict.look.rung for verdict in picks.candidates} <= {Rung.EXACT, Rung.KEYFRAME}
    assert Rung.EXACT in {verdict.look.rung for verdict in picks.candidates}


def test_a_video_of_one_frame_gives_that(clip: Clip) -> None:
    picks = picked(clip, film({range(1): scene(1)}))

    assert [frame_of(verdict.look) for verdict in picks.candidates] == [0]
    assert picks.rejected == ()


def test_the_same_video_gives_the_same(clip: Clip) -> None:
    recipe = film({range(start, start + 20): scene(start) for start in range(0, 160, 20)}, gop=30)

    first, second = (
        [(verdict.look.position_seconds, verdict.look.score) for verdict in picked(clip, recipe).candidates]
        for _ in range(2)
    )

    assert first == second


@pytest.mark.parametrize("duration", [None, Fraction(0), Fraction(1, 100), Fraction(100_000)])
def test_a_duration_that_is_unknown_or_wrong_gives_a_frame_all_the_same(clip: Clip, duration: Fraction | None) -> None:
    with clip(VP9).open("rb") as file, open_video(file, LIMITS) as source:
        picks = pick_posters(FrameWalk(source, LIMITS), source, duration, count=5)

    assert picks.candidates[0].look.score > 0.2


def test_a_video_without_one_whole_frame_is_called_damaged(clip: Clip, tmp_path: Path) -> None:
    data = clip(Recipe(container_options={"movflags": "faststart"})).read_bytes()
    start = data.index(b"mdat") + 4
    path = tmp_path / "noise"
    path.write_bytes(data[:start] + b"\xff" * (len(data) - start))

    with path.open("rb") as file, open_video(file, LIMITS) as source, pytest.raises(DamagedSource):
        pick_posters(FrameWalk(source, LIMITS), source, Fraction(2), count=5)
