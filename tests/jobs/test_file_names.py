"""What clients call their files: shown to people, harmlessly; never used to name or find anything."""

import pytest

from app.jobs.service import shown_name
from app.wiring import Core
from tests.make import make_video

BIDI_CONTROLS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("clip.mp4", "clip.mp4"),
        ("My holiday (2).MP4", "My holiday (2).MP4"),
        ("../../etc/passwd", "passwd"),
        ("/etc/passwd", "passwd"),
        ("C:\\fakepath\\clip.mp4", "clip.mp4"),
        ("..\\..\\clip.mp4", "clip.mp4"),
        ("folder/clip.mp4", "clip.mp4"),
        ("clip\r\nX-Evil: 1.mp4", "clipX-Evil: 1.mp4"),
        ("clip\x00.mp4", "clip.mp4"),
        ("\x1b[31mclip\x7f.mp4", "[31mclip.mp4"),
        ("clip\x85\x9f.mp4", "clip.mp4"),
        ("clip\u202e4pm.exe", "clip4pm.exe"),
        ("🎬 Film 👩‍👩‍👧.mp4", "🎬 Film 👩‍👩‍👧.mp4"),
        ("סרטון.mp4", "סרטון.mp4"),
        ("فيديو عربي.mov", "فيديو عربي.mov"),
        ("cafe\u0301.mp4", "café.mp4"),
        ("<script>alert(1)<.mp4", "<script>alert(1)<.mp4"),
        ("  clip.mp4  ", "clip.mp4"),
    ],
)
def test_a_name_is_shown_harmlessly(given: str, shown: str) -> None:
    name = shown_name(given)

    assert name == shown


@pytest.mark.parametrize("given", ["", " ", "\x00", "/", "folder/", "\u202e", "\t\n"])
def test_what_has_no_name_is_called_unnamed(given: str) -> None:
    name = shown_name(given)

    assert name == "unnamed"


@pytest.mark.parametrize("character", BIDI_CONTROLS, ids=[f"U+{ord(character):04X}" for character in BIDI_CONTROLS])
def test_no_character_turns_the_direction_of_what_follows(character: str) -> None:
    name = shown_name(f"clip{character}gpj.exe")

    assert name == "clipgpj.exe"


@pytest.mark.parametrize("character", ["x", "é", "🎬", "ש"])
def test_a_long_name_keeps_its_ending(character: str) -> None:
    name = shown_name(300 * character + " part 12.mp4")

    assert len(name) <= 255
    assert name.startswith(character * 200)
    assert name.endswith(" part 12.mp4")


def test_a_long_ending_does_not_make_a_long_name() -> None:
    name = shown_name("clip." + 5000 * "x")

    assert len(name) <= 255


@pytest.mark.parametrize(
    "given",
    ["🎬👩‍👩‍👧.mp4", "סרטון.mp4", "%s{}'\"`;--.mp4", 300 * "🎬" + ".mp4", "a\x00b.mp4", "\ud800.mp4"],
    ids=["emoji", "right to left", "quotes", "long", "nul", "half a character"],
)
def test_every_name_can_be_stored_and_is_shown_alike(core: Core, given: str) -> None:
    video = make_video(core, filename=given)

    stored = core.queries.get_video(video.owner_id, video.id).filename
    assert stored == shown_name(given)


def test_a_name_never_names_what_is_stored(core: Core) -> None:
    make_video(core, filename="../../../outside.mp4")

    folder = core.settings.data_path
    assert [path for path in folder.rglob("*") if "outside" in path.name] == []
    assert [path for path in folder.parents[0].glob("*") if "outside" in path.name] == []
