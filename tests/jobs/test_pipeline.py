"""The work of claimed jobs, with a real decoder: what is stored, and what the rows say of it."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from app.extensions import db
from app.jobs.options.slideshow import read_options
from app.jobs.presets import Presets
from app.media.decoder import Decoder
from app.media.errors import DecoderCancelled, MediaError
from app.media.limits import Limits
from app.models import LOCAL_USER_ID, Artifact, Role, Status, ThumbnailJob, VideoJob
from app.wiring import Core
from tests.clips import Recipe, make_clip
from tests.make import claim_job, make_incoming, make_video

CLIP = Recipe(frames=50, width=160, height=96, gop=10)
WISHES: dict[str, dict[str, Any]] = {
    "thumbnail": {"count": 3, "width": 80, "formats": ["jpg", "webp"]},
    "poster": {"count": 2, "width": 80},
    "storyboard": {"count": 4, "width": 64, "indexes": ["vtt", "json", "hls", "bif"]},
    "contact_sheet": {"columns": 2, "rows": 2, "width": 320},
    "preview": {"segments": 2, "seconds": 0.4, "width": 64},
    "rendition": {"lines": 64},
    "player_kit": {"preview": {"segments": 1, "seconds": 0.4, "width": 64}},
}
ROLES = {
    "thumbnail": {Role.IMAGE},
    "poster": {Role.CANDIDATE, Role.REJECTED},
    "storyboard": {Role.SPRITE, Role.VTT, Role.JSON, Role.HLS, Role.BIF},
    "contact_sheet": {Role.SHEET},
    "preview": {Role.PREVIEW},
    "rendition": {Role.VIDEO},
    "player_kit": {
        *(Role.CANDIDATE, Role.REJECTED, Role.SPRITE, Role.VTT, Role.JSON, Role.SHEET, Role.PREVIEW, Role.ARCHIVE)
    },
}


@pytest.fixture
def decoder(tmp_path: Path) -> Iterator[Decoder]:
    decoder = Decoder(tmp_path / "out", Limits())
    decoder.prepare()
    yield decoder
    decoder.close()


def take_in(core: Core, decoder: Decoder, data: bytes) -> VideoJob:
    """A video whose intake a real decoder did."""
    video = make_video(core, data=data)
    run(core, decoder, video)
    return core.queries.get_video(LOCAL_USER_ID, video.id)


def run(core: Core, decoder: Decoder, job: VideoJob | ThumbnailJob) -> None:
    core.pipeline.run(claim_job(core, job), decoder, lambda _done: None)
    db.session.expire_all()


def make(core: Core, decoder: Decoder, video: VideoJob, **wish: Any) -> ThumbnailJob:
    job = core.service.request_output(LOCAL_USER_ID, video.id, Presets.read().read_wish(wish)).job
    assert isinstance(job, ThumbnailJob)
    run(core, decoder, job)
    return core.queries.get_thumbnail(LOCAL_USER_ID, job.id)


def stored(core: Core, artifact: Artifact) -> bytes:
    with core.storage.open(artifact.key) as file:
        return file.read()


def png(colour: str, size: tuple[int, int] = (64, 48)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("output", WISHES)
def test_every_output_is_made_and_stored(sqlite_core: Core, decoder: Decoder, tmp_path: Path, output: str) -> None:
    video = take_in(sqlite_core, decoder, make_clip(tmp_path / "clip.mp4", CLIP).read_bytes())

    job = make(sqlite_core, decoder, video, output=output, **WISHES[output])

    assert job.status is Status.COMPLETED
    assert {artifact.role for artifact in job.artifacts} - {Role.REJECTED} == ROLES[output] - {Role.REJECTED}
    assert all(len(stored(sqlite_core, artifact)) == artifact.size_bytes for artifact in job.artifacts)


def test_a_poster_that_was_made_is_the_video_s(sqlite_core: Core, decoder: Decoder, tmp_path: Path) -> None:
    video = take_in(sqlite_core, decoder, make_clip(tmp_path / "clip.mp4", CLIP).read_bytes())

    job = make(sqlite_core, decoder, video, output="poster", t="1.0")

    video = sqlite_core.queries.get_video(LOCAL_USER_ID, video.id)
    assert video.poster_artifact_id == job.artifacts[0].id
    assert video.poster is not None and video.poster.position_seconds == 1.0


def test_a_black_video_says_so_to_people_and_to_programs(sqlite_core: Core, decoder: Decoder, tmp_path: Path) -> None:
    black = replace(CLIP, picture=lambda _number, width, height: np.zeros((height, width, 3), dtype=np.uint8))

    video = take_in(sqlite_core, decoder, make_clip(tmp_path / "black.mp4", black).read_bytes())
    film = make(sqlite_core, decoder, video, output="rendition", **WISHES["rendition"])

    assert video.notes == ["Every frame that was looked at is black."]
    assert video.poster is not None and (video.poster.meta or {})["code"] == "all_black"
    assert film.notes == ["Every frame that was looked at is one flat colour."]
    assert (film.artifacts[0].meta or {})["is_blank"] is True


def test_an_uploaded_picture_becomes_the_poster(sqlite_core: Core, decoder: Decoder, tmp_path: Path) -> None:
    video = take_in(sqlite_core, decoder, make_clip(tmp_path / "clip.mp4", CLIP).read_bytes())
    incoming = make_incoming(sqlite_core, png("red"))

    run(sqlite_core, decoder, sqlite_core.service.receive_poster(LOCAL_USER_ID, video.id, incoming).job)

    poster = sqlite_core.queries.get_video(LOCAL_USER_ID, video.id).poster
    assert poster is not None
    with Image.open(io.BytesIO(stored(sqlite_core, poster))) as image:
        assert image.size == (64, 48)
        assert image.convert("RGB").getpixel((30, 20))[0] > 240  # type: ignore[index]


def test_a_watermark_is_drawn_from_the_library(sqlite_core: Core, decoder: Decoder, tmp_path: Path) -> None:
    video = take_in(sqlite_core, decoder, make_clip(tmp_path / "clip.mp4", CLIP).read_bytes())
    mark = take_in(sqlite_core, decoder, png("red"))

    job = make(
        *(sqlite_core, decoder, video),
        **{"output": "thumbnail", "width": 160, "format": "png", "t": "0"},
        watermark={"video": mark.id, "corner": "top-left", "scale": 0.5, "margin": 0},
    )

    with Image.open(io.BytesIO(stored(sqlite_core, job.artifacts[0]))) as image:
        assert image.convert("RGB").getpixel((10, 10)) == (255, 0, 0)
        assert image.convert("RGB").getpixel((150, 90)) != (255, 0, 0)


@pytest.mark.parametrize("kind", ["mp4", "webm", "ogv"])
def test_a_slideshow_makes_its_own_bytes_and_is_a_video(sqlite_core: Core, decoder: Decoder, kind: str) -> None:
    slides = {"slides": [{"upload": 0}, {"post": {"author": "Ada", "text": "Hello"}}, {"upload": 1}], "seconds": 0.5}
    video = request_slideshow(
        sqlite_core, slides | {"width": 128, "height": 96, "format": kind}, png("red"), png("blue")
    )

    run(sqlite_core, decoder, video)

    video = sqlite_core.queries.get_video(LOCAL_USER_ID, video.id)
    assert (video.status, video.kind, video.width, video.height) == (Status.COMPLETED, "video", 128, 96)
    assert video.duration_seconds == pytest.approx(1.5, abs=0.1)
    assert video.source is not None
    thumbnail = make(sqlite_core, decoder, video, output="thumbnail", t="0.1", width=64, height=48)
    with Image.open(io.BytesIO(stored(sqlite_core, thumbnail.artifacts[0]))) as image:
        red, _green, blue = image.convert("RGB").getpixel((32, 24))  # type: ignore[misc]
        assert red > 200 and blue < 60


@pytest.mark.parametrize(
    ("slide", "said"),
    [
        ({"upload": 1}, "Slide 2, 1.png: "),
        ({"post": {"text": "Hello", "avatar": {"upload": 0}, "pictures": [{"upload": 1}]}}, "Slide 2, 1.png: "),
        ({"post": {"text": "Hello", "pictures": [{"upload": 0}, {"upload": 2}]}}, "Slide 2, 0.png and 2.png: "),
    ],
)
def test_a_slide_that_is_no_picture_is_named(
    sqlite_core: Core, decoder: Decoder, slide: dict[str, Any], said: str
) -> None:
    pictures = (png("red"), b"<html>not a picture</html>", png("blue")[:-40])
    video = request_slideshow(sqlite_core, {"slides": [{"upload": 0}, slide]}, *pictures)

    with pytest.raises(MediaError) as caught:
        run(sqlite_core, decoder, video)

    assert caught.value.message.startswith(said) and caught.value.message.endswith(".")
    assert list(decoder.output.iterdir()) == []


def test_a_slideshow_that_is_called_off_leaves_nothing(sqlite_core: Core, decoder: Decoder) -> None:
    video = request_slideshow(sqlite_core, {"slides": [{"upload": 0}] * 3}, png("red"))

    with pytest.raises(DecoderCancelled):
        sqlite_core.pipeline.run(claim_job(sqlite_core, video), decoder, lambda _done: decoder.cancel())

    assert list(decoder.output.iterdir()) == []
    decoder.prepare()


def request_slideshow(core: Core, options: dict[str, Any], *pictures: bytes) -> VideoJob:
    uploads = [(make_incoming(core, data), f"{number}.png") for number, data in enumerate(pictures)]
    canonical = read_options(options, uploads=len(uploads))
    return core.service.request_slideshow(LOCAL_USER_ID, canonical, uploads, f"Slideshow.{canonical['format']}")
