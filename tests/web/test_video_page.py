"""A video's page: which still stands for it, and what was made."""

import io
import re

import pytest
from sqlalchemy import select, update

from app.extensions import db
from app.models import Artifact, Output, Role, VideoJob
from tests.web.filling import finish
from tests.web.markup import Element, Page
from tests.web.site import BROWSER, Visitor, add_failed_thumbnail, add_output, add_picture, add_ready_video, begin
from tests.web.site import add_thumbnail as ask

STILLS = (("poster-01.jpg", Role.CANDIDATE), ("poster-02.jpg", Role.CANDIDATE), ("rejected-01.jpg", Role.REJECTED))


def add_stills(client: Visitor, video: VideoJob) -> None:
    """Two to choose from, and one that may not stand for the video; each at a time of its own."""
    add_output(client, video, Output.POSTER, *STILLS)
    with client.application.app_context():
        for artifact in db.session.scalars(select(Artifact).where(Artifact.thumbnail_job_id.is_not(None))):
            number = artifact.id
            said = {"note": "The picture is <black>."} if artifact.role is Role.REJECTED else None
            values = {"position_seconds": 10.0 + number, "score": number / 10, "meta": said}
            db.session.execute(update(Artifact).where(Artifact.id == number).values(**values))
        db.session.commit()


def stills(page: Page) -> list[Element]:
    return [one for one in page.all("li") if one.attributes.get("class") == "cand"]


def output(client: Visitor, number: int) -> Element:
    (row,) = [
        one for one in Page(client.page("/videos/1")).all("li") if one.attributes.get("id") == f"thumbnail-{number}"
    ]
    return row


def words(element: Element) -> str:
    return " ".join([element.text.strip(), *(words(child) for child in element.children)])


# --- the poster -----------------------------------------------------------------------------------------------------


def test_what_changes_when_a_video_is_read_changes_on_an_open_page(client: Visitor) -> None:
    video = add_ready_video(client)

    page = client.page(f"/videos/{video.id}")

    parts = ("video-status", "video-picture", "video-make", "video-facts", "poster")
    assert all(re.search(rf'<vt-live-part[^>]*data-job="video-{video.id}"[^>]*id="{part}"', page) for part in parts)


def test_the_stills_to_choose_from_stand_best_first(client: Visitor) -> None:
    add_stills(client, add_ready_video(client))

    page = Page(client.page("/videos/1"))

    said = [words(one) for one in stills(page)]
    assert ["0:13.00" in said[0], "0:12.00" in said[1], "0:01.50" in said[2]] == [True] * 3
    assert "The picture is <black>." in said[3]
    assert all("alt" in image.attributes and image.attributes["src"].startswith("/") for image in page.all("img"))


def test_the_poster_is_marked_and_the_others_can_be_chosen(client: Visitor) -> None:
    add_stills(client, add_ready_video(client))

    page = Page(client.page("/videos/1"))

    assert ["data-chosen" in one.attributes for one in stills(page)].count(True) == 1
    assert len([one for one in page.all("button") if one.attributes.get("name") == "candidate"]) == 3


def test_a_still_that_is_chosen_becomes_the_poster(client: Visitor) -> None:
    add_stills(client, add_ready_video(client))
    buttons = [one for one in Page(client.page("/videos/1")).all("button") if one.attributes.get("name") == "candidate"]
    wanted = next(one for one in buttons if one.attributes["aria-label"] == "Use as poster: frame at 0:13.00")

    answer = client.post("/videos/1/poster", data={"candidate": wanted.attributes["value"]}, headers=BROWSER)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/videos/1#poster")
    (chosen,) = [one for one in stills(Page(client.page("/videos/1"))) if "data-chosen" in one.attributes]
    assert "0:13.00" in words(chosen)


def test_what_was_passed_over_is_folded_away_with_its_reason(client: Visitor) -> None:
    add_stills(client, add_ready_video(client))

    (folded,) = [one for one in stills(Page(client.page("/videos/1"))) if "details" in one.parents[-3:]]

    assert "The picture is <black>." in words(folded)


def test_the_same_frame_is_offered_once(client: Visitor) -> None:
    video = add_ready_video(client)
    add_output(client, video, Output.POSTER, ("poster-01.jpg", Role.CANDIDATE))

    found = stills(Page(client.page("/videos/1")))

    assert ["data-chosen" in one.attributes for one in found] == [True]


def test_a_picture_of_ones_own_becomes_a_job(client: Visitor) -> None:
    add_ready_video(client)

    answer = client.post("/videos/1/poster", data={"poster": (io.BytesIO(b"a picture"), "p.png")}, headers=BROWSER)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/videos/1#outputs")
    assert "Poster, uploaded" in client.page("/videos/1")


def test_a_picture_that_is_none_is_told_beside_its_field(client: Visitor) -> None:
    add_ready_video(client)

    answer = client.post("/videos/1/poster", data={"poster": (io.BytesIO(b""), "p.png")}, headers=BROWSER)

    assert (answer.status_code, answer.mimetype) == (400, "text/html")
    assert 'id="poster-file-note"' in answer.text and "is an empty file" in answer.text


@pytest.mark.parametrize(
    ("file", "said"),
    [((b"", "p.png"), "The picture is an empty file."), ((b"", ""), "The picture has no file name: choose a file.")],
)
def test_a_poster_that_cannot_be_taken_is_told_in_its_form(client: Visitor, file: tuple[bytes, str], said: str) -> None:
    add_ready_video(client)

    sent = {"poster": (io.BytesIO(file[0]), file[1], "image/png")}
    answer = client.post("/videos/1/poster", data=sent, headers=BROWSER, content_type="multipart/form-data")

    assert answer.status_code == 400
    (note,) = [one for one in Page(answer.text).all("p") if one.attributes.get("id") == "poster-file-note"]
    assert said in note.text and note.parents[-1] == "form"


def test_a_picture_of_ones_own_is_no_frame_of_the_video(client: Visitor) -> None:
    add_ready_video(client)
    client.post("/videos/1/poster", data={"poster": (io.BytesIO(b"a picture"), "p.png")}, headers=BROWSER)
    job = finish(client, 1, "poster-01.jpg", role=Role.CANDIDATE)
    with client.application.app_context():
        db.session.execute(update(Artifact).where(Artifact.thumbnail_job_id == job.id).values(position_seconds=None))
        db.session.commit()

    page = Page(client.page("/videos/1"))

    (chosen,) = [one for one in stills(page) if "data-chosen" in one.attributes]
    tags = [one.text for one in page.all("span") if one.attributes.get("class") == "tag tag--time"]
    assert "Your picture" in words(chosen) and "uploaded" in words(chosen)
    assert (tags.count("uploaded"), tags.count("0:00.00")) == (2, 0)


def test_what_an_older_pick_found_is_folded_away(client: Visitor) -> None:
    video = add_ready_video(client)
    for width, places in ((640, (10.0, 20.0)), (800, (10.0, 30.0))):
        names = ("poster-01.jpg", "poster-02.jpg")
        job = add_output(client, video, Output.POSTER, *((name, Role.CANDIDATE) for name in names), width=width)
        with client.application.app_context():
            for artifact, at in zip(job.artifacts, places, strict=True):
                values = {"position_seconds": at, "score": at / 100}
                db.session.execute(update(Artifact).where(Artifact.id == artifact.id).values(**values))
            db.session.commit()

    found = stills(Page(client.page("/videos/1")))

    folded = ["details" in one.parents[-3:] for one in found]
    assert [next(at for at in ("0:30", "0:20", "0:10", "0:01") if at in words(one)) for one in found] == [
        *("0:30", "0:10", "0:01", "0:20"),
    ]
    assert folded == [False, False, False, True]


# --- what was made --------------------------------------------------------------------------------------------------


def test_one_picture_has_its_name_its_facts_and_its_download(client: Visitor) -> None:
    add_picture(client, add_ready_video(client))

    row = output(client, 1)

    assert "Thumbnail, 320 × 180" in words(row) and "320 × 180 JPEG, 11 B" in words(row)
    assert "Download" not in words(row)  # it is an icon with a label


def test_several_files_are_counted_by_their_kind(client: Visitor) -> None:
    files = (("sprite-001.jpg", Role.SPRITE), ("sprite-002.jpg", Role.SPRITE), ("storyboard.vtt", Role.VTT))
    add_output(client, add_ready_video(client), Output.STORYBOARD, *files)

    said = words(output(client, 1))

    assert "Storyboard, 10 × 10 tiles, 160 wide" in said
    assert "2 JPEG" in said and "WebVTT" in said


def test_a_film_plays_by_itself_only_as_a_preview(client: Visitor) -> None:
    video = add_ready_video(client)
    add_output(client, video, Output.PREVIEW, ("preview.mp4", Role.PREVIEW), format="mp4")
    add_output(client, video, Output.RENDITION, ("rendition.mp4", Role.VIDEO))

    shown = {one.attributes["src"].partition("?")[0]: one for one in Page(client.page("/videos/1")).all("video")}

    assert shown["/jobs/thumbnails/1/files/preview.mp4"].attributes.keys() >= {"autoplay", "muted", "loop"}
    assert "/jobs/thumbnails/2/files/rendition.mp4" not in shown


def test_what_is_being_made_tells_how_far_it_is(client: Visitor) -> None:
    begin(client, ask(client, add_ready_video(client)), progress=0.5)

    bars = [one for one in Page(client.page("/videos/1")).all("progress") if one.attributes.get("value") == "50"]

    assert [bar.attributes["aria-label"] for bar in bars] == ["Thumbnail, 320 × 180"]


def test_what_failed_says_why(client: Visitor) -> None:
    add_failed_thumbnail(client, add_ready_video(client))

    assert "This is not a video." in words(output(client, 1))
