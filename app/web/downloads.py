"""Whether a file was taken away, or only shown on a page: after the first download an output may be let go of."""

from flask import Response, request

from app.web.access import core

# What browsers ask for as a part of a page, by their own word (Fetch Metadata, `Sec-Fetch-Dest`).
_SHOWN = frozenset(("image", "video", "audio", "track", "iframe", "embed", "object", "style", "script", "font"))


def noted(response: Response, job_id: int | None) -> Response:
    """Return the answer as it is, with the download of that output's file noted if it is one."""
    if job_id is not None and _is_download(response):
        core().retention.note_download(job_id)
    return response


def _is_download(response: Response) -> bool:
    if request.method != "GET" or _is_shown():
        return False
    part, wanted = response.content_range, request.range
    if response.status_code == 206 and part is not None:
        return part.stop == part.length
    if response.status_code == 302 and wanted is not None:
        return all(end is None for _begin, end in wanted.ranges)
    return response.status_code in (200, 302)


def _is_shown() -> bool:
    purpose = request.headers.get("Sec-Fetch-Dest")
    # Over plain http browsers do not tell. What they ask for from a page then rather stays than goes.
    return request.referrer is not None if purpose is None else purpose in _SHOWN
