"""How far the work is, for whoever watches."""

from app.wiring import Core
from tests.make import claim_job, complete_intake, events_of, make_video, ref_of, row_of


def test_progress_is_in_the_row(core: Core) -> None:
    video = make_video(core)
    claim = claim_job(core, video)

    is_held = core.lifecycle.report(claim, stage="Reading the file", progress=0.25)

    row = row_of(video)
    assert is_held
    assert (row.stage, row.progress) == ("Reading the file", 0.25)


def test_progress_is_told_as_the_whole_job(core: Core) -> None:
    video = make_video(core)
    claim = claim_job(core, video)

    core.lifecycle.report(claim, stage="Reading the file", progress=0.25)

    told = events_of(video)[-1]
    assert (told.event, told.version) == ("job.progressed", 3)
    assert (told.payload["progress"], told.payload["stage"]) == (0.25, "Reading the file")


def test_each_report_counts_the_version_on(core: Core) -> None:
    video = make_video(core)
    claim = claim_job(core, video)

    for progress in (0.25, 0.5, 0.75):
        core.lifecycle.report(claim, stage="Decoding", progress=progress)

    assert [event.version for event in events_of(video)] == [1, 2, 3, 4, 5]
    assert row_of(video).version == 5


def test_a_finished_job_shows_no_stage_and_all_of_the_progress(core: Core) -> None:
    video = make_video(core)
    claim = claim_job(core, video)
    core.lifecycle.report(claim, stage="Reading the file", progress=0.9)

    complete_intake(core, claim)

    row = row_of(video)
    assert (row.stage, row.progress) == ("", 1.0)


def test_the_history_of_a_job_leaves_progress_out(core: Core) -> None:
    video = make_video(core)
    core.lifecycle.report(claim_job(core, video), stage="Decoding", progress=0.5)

    history = core.queries.list_history(video.owner_id, ref_of(video), limit=10)

    assert [event.event for event in history] == ["job.queued", "job.started"]
