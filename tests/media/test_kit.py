"""Player kits: everything from one reading, each part as if it had been asked for alone, and all of it in one file."""

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from app.jobs.options.player_kit import player_kit_request, read_options
from app.jobs.options.wish import SourceFacts
from app.media.errors import NoVideoStream
from app.media.facts import Made
from app.media.requests.base import Box
from app.media.requests.player_kit import PlayerKitRequest
from tests.clips import Recipe, read_number
from tests.media.conftest import BuildDecoder, Clip
from tests.media.decoding import copied
from tests.media.sheets import cells_of, cut, header_of

# Ten keyframes, and pictures that a poster can be chosen from.
CLIP = Recipe(frames=120, gop=12, width=320, height=180)


def kit_of(**options: object) -> PlayerKitRequest:
    facts = SourceFacts(filename="clip.mp4", size_bytes=1000, duration_seconds=4.8)
    return player_kit_request(read_options(options).options, facts, Box())


def make_kit(
    build_decoder: BuildDecoder, path: Path, *, threads: int = 1, **options: object
) -> tuple[Made, dict[str, bytes]]:
    decoder = build_decoder()
    decoder.threads = threads
    with path.open("rb") as file:
        made = decoder.make(file, kit_of(**options))
    return made, {product.name: copied(decoder, product) for product in made.products}


def test_a_kit_has_every_part(build_decoder: BuildDecoder, clip: Clip) -> None:
    made, files = make_kit(build_decoder, clip(CLIP))

    roles = [product.role for product in made.products]
    assert roles[0] == "candidate"
    assert {"candidate", "sprite", "vtt", "json", "sheet", "preview", "archive"} <= set(roles)
    assert Image.open(io.BytesIO(files["sprite-001.jpg"])).width <= 10 * 160
    assert Image.open(io.BytesIO(files["contact-sheet.jpg"])).width == 1280
    assert files["storyboard.vtt"].startswith(b"WEBVTT")


def test_on_the_sheet_of_a_short_video_every_place_has_a_frame_of_its_own(
    build_decoder: BuildDecoder, clip: Clip
) -> None:
    options = {"contact_sheet": {"header": False, "timecodes": False, "format": "png"}, "preview": False}
    path = clip(replace(CLIP, frames=120, gop=120))

    _made, files = make_kit(build_decoder, path, **options)

    request = kit_of(**options).contact_sheet
    assert request is not None
    sheet = Image.open(io.BytesIO(files["contact-sheet.png"]))
    cells = cells_of(header_of(320, 180, filename=path.name, duration_seconds=4.8), request.look)
    assert [read_number(cut(sheet, cell)) for cell in cells] == [int((place + 0.5) * 7.5) for place in range(16)]
    assert len(json.loads(files["storyboard.json"])["tiles"]) < 16


def test_the_archive_holds_what_was_made_and_says_what_it_is(build_decoder: BuildDecoder, clip: Clip) -> None:
    made, files = make_kit(build_decoder, clip(CLIP))

    with zipfile.ZipFile(io.BytesIO(files["player-kit.zip"])) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        packed = {name: archive.read(name) for name in archive.namelist() if name != "manifest.json"}
    wanted = {
        product.name: files[product.name] for product in made.products if product.role not in ("archive", "rejected")
    }
    assert packed == wanted
    assert [file["name"] for file in manifest["files"]] == list(wanted)
    assert (manifest["source"]["width"], manifest["source"]["duration_seconds"]) == (320, 4.8)


@pytest.mark.parametrize("threads", [1, 2])
def test_the_same_kit_is_the_same_bytes(build_decoder: BuildDecoder, clip: Clip, threads: int) -> None:
    made, _files = make_kit(build_decoder, clip(CLIP))
    again, _files = make_kit(build_decoder, clip(CLIP), threads=threads)

    assert [product.sha256 for product in made.products] == [product.sha256 for product in again.products]


def test_many_tiles_and_a_wide_sheet_do_not_burst_the_memory(build_decoder: BuildDecoder, clip: Clip) -> None:
    made, files = make_kit(
        build_decoder,
        clip(replace(CLIP, width=1280, height=720, frames=60)),
        storyboard={"interval_seconds": 0.1},
        contact_sheet={"columns": 1, "rows": 2, "width": 2000},
        preview=False,
        poster=False,
    )

    assert made.products
    assert Image.open(io.BytesIO(files["contact-sheet.jpg"])).width == 2000


def test_what_is_not_wanted_is_left_out(build_decoder: BuildDecoder, clip: Clip) -> None:
    made, _files = make_kit(build_decoder, clip(CLIP), preview=False, poster=False, archive=False)

    assert {product.role for product in made.products} == {"sprite", "vtt", "json", "sheet"}


def test_the_parts_take_options_of_their_own(build_decoder: BuildDecoder, clip: Clip) -> None:
    _made, files = make_kit(
        build_decoder,
        clip(CLIP),
        storyboard={"count": 4, "columns": 2, "width": 64, "indexes": ["bif"]},
        contact_sheet={"columns": 2, "rows": 1, "width": 640},
        preview={"format": "gif", "segments": 1, "seconds": 0.5},
        poster={"count": 1, "width": 160},
    )

    assert Image.open(io.BytesIO(files["sprite-001.jpg"])).size == (128, 72)
    assert Image.open(io.BytesIO(files["contact-sheet.jpg"])).width == 640
    assert Image.open(io.BytesIO(files["poster-01.jpg"])).width == 160
    assert {"storyboard.bif", "preview.gif"} <= files.keys()
    assert "storyboard.vtt" not in files


def test_a_clip_of_one_frame_gives_a_whole_kit(build_decoder: BuildDecoder, clip: Clip) -> None:
    made, _files = make_kit(build_decoder, clip(replace(CLIP, frames=1)))

    assert {"candidate", "sprite", "sheet", "preview"} <= {product.role for product in made.products}


def test_progress_runs_from_start_to_end(build_decoder: BuildDecoder, clip: Clip) -> None:
    told: list[float] = []

    with clip(CLIP).open("rb") as file:
        build_decoder().make(file, kit_of(), told.append)

    assert told == sorted(told)
    assert told[-1] > 0.8


def test_a_still_picture_has_no_kit(build_decoder: BuildDecoder, tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    Image.new("RGB", (64, 64), "red").save(path)

    with pytest.raises(NoVideoStream):
        make_kit(build_decoder, path)
