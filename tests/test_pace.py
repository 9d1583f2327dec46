"""How long a job will take yet: told when it is known, and not before."""

import pytest

from app.pace import Pace


def _pace(*notes: tuple[float, float]) -> Pace:
    pace = Pace(0.0)
    for now, done in notes:
        pace.note(now, done)
    return pace


def test_at_one_pace_the_rest_takes_as_long_as_it_should() -> None:
    pace = _pace(*((second, second / 100) for second in range(1, 26)))

    assert pace.seconds_left(25.0) == pytest.approx(75, rel=0.05)


@pytest.mark.parametrize("notes", [[], [(1.0, 0.5)], [(60.0, 0.01)]], ids=["nothing", "too soon", "too little"])
def test_before_it_is_known_nothing_is_told(notes: list[tuple[float, float]]) -> None:
    assert _pace(*notes).seconds_left(notes[-1][0] if notes else 100.0) is None


def test_a_job_that_slows_down_tells_nothing_until_it_goes_on_evenly() -> None:
    pace = _pace((1.0, 0.1), (2.0, 0.2), (3.0, 0.3), (9.0, 0.31), (13.0, 0.32))
    assert pace.seconds_left(13.0) is None

    for second in range(14, 100):
        pace.note(float(second), 0.32 + (second - 13) / 500)

    assert pace.seconds_left(99.0) == pytest.approx(254, rel=0.1)


def test_a_job_that_stands_still_tells_nothing() -> None:
    pace = _pace((5.0, 0.5), (6.0, 0.5), (20.0, 0.5), (31.0, 0.5))

    assert pace.seconds_left(31.0) is None
