"""What happened to a job, in a sentence: for screen readers, notifications and logs."""

from collections.abc import Mapping
from typing import Any

_SAID = {
    "job.queued": "{what} of {name} is in the queue.",
    "job.started": "{what} of {name} has been started.",
    "job.progressed": "{what} of {name} is {percent} % done.",
    "job.completed": "{what} of {name} is ready.",
    "job.failed": "{what} of {name} failed: {why}",
    "job.cancelled": "{what} of {name} was cancelled.",
    "job.deleted": "{name} was deleted, with everything made from it.",
    "job.expired": "{what} of {name} was removed, as it was set to be.",
}


def sentence(event: str, job: Mapping[str, Any]) -> str:
    """Return the sentence for an event, from the job as the API shows it."""
    if job["type"] == "video":
        what = "The intake"
    else:
        size = f", {job['width']} × {job['height']}," if job["width"] and job["height"] else ""
        what = f"The {str(job['output']).replace('_', ' ')}{size}"
    why = (job["error"] or {}).get("message") or "no reason is known."
    percent = round(100 * float(job["progress"]))
    return _SAID.get(event, "{what} of {name} has changed.").format(
        what=what, name=job["filename"], percent=percent, why=why
    )
