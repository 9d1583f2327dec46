"""A video's page: the player, what can be made, what was made, and which still stands for the video."""

from typing import Any

from flask import Response, make_response, render_template

from app.auth.guards import content_policy
from app.models import VideoJob
from app.web.access import core, owner_id
from app.web.contexts.candidates import candidates_of
from app.web.contexts.cards import video_card
from app.web.contexts.pictures import large_picture_of
from app.web.contexts.player import player_of
from app.web.contexts.rows import job_row
from app.web.facts import video_facts
from app.web.forms.filling import Asked, fill_forms
from app.web.player_styles import PLAYER_STYLES

_OUTPUTS_SHOWN = 50


def render_video(video_id: int, asked: Asked, *, poster_fault: str = "", status: int = 200) -> Response:
    """Render the page, with what was asked filled in."""
    last_event_id = core().queries.newest_event_id()
    video = core().queries.get_video(owner_id(), video_id)
    response = make_response(
        render_template(
            "video/page.html",
            last_event_id=last_event_id,
            video=video,
            card=video_card(video),
            picture_of_video=large_picture_of(video),
            intake=job_row(video),
            facts=video_facts(video),
            kept_until=core().retention.kept_until(video),
            forms=fill_forms(video, asked, core().presets),
            poster_fault=poster_fault,
            **_made(video),
        ),
        status,
    )
    response.headers["Content-Security-Policy"] = content_policy(*PLAYER_STYLES, films_at=core().storage.origin)
    return response


def _made(video: VideoJob) -> dict[str, Any]:
    outputs = core().queries.list_thumbnails(owner_id(), video.id, limit=_OUTPUTS_SHOWN)
    return {
        "player": player_of(video, outputs),
        "outputs": [job_row(job) for job in outputs],
        "limit": _OUTPUTS_SHOWN,
        "candidates": candidates_of(video, core().queries.list_candidates(owner_id(), video.id)),
    }
