"""What is not made, or tried again, because there is nothing to make it from."""

from app.errors import Conflict
from app.jobs.claims import SOURCE_CANCELLED, SOURCE_EXPIRED, SOURCE_FAILED
from app.models import Status, VideoJob


def refuse_barren(video: VideoJob) -> None:
    """Raise Conflict for a video from which nothing can be made: nobody is going to read it, or its file is gone."""
    if video.status is Status.FAILED:
        raise Conflict(f"Nothing can be made from this video: {video.error_message}", code=SOURCE_FAILED.code)
    if video.status is Status.CANCELLED:
        raise Conflict(
            "Nothing can be made from this video: reading it was cancelled. Retry it first.", code=SOURCE_CANCELLED.code
        )
    refuse_gone(video)


def refuse_gone(video: VideoJob) -> None:
    """Raise Conflict for a video that cannot be read, now or again, because its file is not kept any more."""
    if video.is_gone:
        raise Conflict(
            "Nothing more can be made from this video: its file is not kept any more. Upload it again.",
            code=SOURCE_EXPIRED.code,
        )
