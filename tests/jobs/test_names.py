"""What jobs are called."""

from typing import Any

import pytest

from app.jobs.names import job_name
from app.jobs.outputs import OUTPUTS
from app.models import Output, ThumbnailJob, VideoJob

NAMES: list[tuple[str, dict[str, Any], str]] = [
    ("thumbnail", {"width": 320, "height": 180}, "Thumbnail, 320 × 180"),
    ("thumbnail", {"width": 320, "height": 180, "fit": "fill"}, "Thumbnail, 320 × 180, fill"),
    ("thumbnail", {"width": 320}, "Thumbnail, 320 wide"),
    ("thumbnail", {"height": 90, "count": 10}, "Thumbnails, 10 moments, 90 high"),
    ("thumbnail", {"width": 320, "formats": "jpg, avif"}, "Thumbnails, 320 wide, JPEG and AVIF"),
    ("thumbnail", {"sizes": [{"width": 1}, {"width": 2}]}, "Thumbnails, 2 sizes"),
    ("poster", {}, "Poster, best of 5"),
    ("poster", {"t": "10%"}, "Poster, at 10%"),
    ("poster", {"t": "01:05.5"}, "Poster, at 65.5 s"),
    ("storyboard", {}, "Storyboard, 10 × 10 tiles, 160 wide"),
    ("storyboard", {"interval_seconds": 2}, "Storyboard, 10 × 10 tiles, one every 2 s, 160 wide"),
    ("storyboard", {"count": 50, "width": 240}, "Storyboard, 10 × 10 tiles, 50 in all, 240 wide"),
    ("contact_sheet", {"columns": 4, "rows": 5}, "Contact sheet, 4 × 5 tiles, 1280 wide"),
    ("preview", {}, "Preview, 5 × 1 s, 320 wide, WebP"),
    ("preview", {"start": "10%", "duration": 3, "format": "mp4"}, "Preview, 3 s from 10%, 320 wide, MP4"),
    ("rendition", {"preset": "720p"}, "Rendition, 720p, MP4"),
    ("rendition", {"width": 640, "container": "webm", "audio": False}, "Rendition, 640 wide, WebM, silent"),
    ("rendition", {}, "Rendition, MP4"),
    ("player_kit", {}, "Player kit"),
    ("player_kit", {"preview": False, "contact_sheet": "false"}, "Player kit, without contact sheet and preview"),
]


@pytest.mark.parametrize(("output", "options", "name"), NAMES)
def test_an_output_is_called_by_what_was_asked(output: str, options: dict[str, Any], name: str) -> None:
    wish = OUTPUTS[Output(output)].read(options)
    job = ThumbnailJob(output=wish.output, width=wish.width, height=wish.height, options=dict(wish.options))

    assert job_name(job) == name


def test_an_uploaded_poster_says_so() -> None:
    assert job_name(ThumbnailJob(output=Output.POSTER, options={"count": 5, "upload": "0" * 64})) == "Poster, uploaded"


def test_taking_a_video_in_is_its_intake() -> None:
    assert job_name(VideoJob(filename="x.mp4")) == "Intake"
