"""Files that are no videos, or not only that: each made from a folder, a good clip, and a port that is a trap."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from tests.clips import make_bomb, make_sound

SCRIPT = b"<script>alert(1)</script>"

Maker = Callable[[Path, Path, int], bytes]


def cut(_folder: Path, clip: Path, _trap: int) -> bytes:
    """The first half of a video: what tells how to read it stands at its end."""
    data = clip.read_bytes()
    return data[: len(data) // 2]


def sound(folder: Path, _clip: Path, _trap: int) -> bytes:
    return make_sound(folder / "sound.mp4", container="mp4").read_bytes()


def large_picture(_folder: Path, _clip: Path, _trap: int) -> bytes:
    """A picture of 256 megapixels in a few kilobytes."""
    buffer = io.BytesIO()
    Image.new("1", (16_000, 16_000)).save(buffer, "PNG")
    return buffer.getvalue()


def large_video(folder: Path, _clip: Path, _trap: int) -> bytes:
    return make_bomb(folder / "bomb.mov", container="mov", side=11_000).read_bytes()


def text(words: str) -> Maker:
    """A text, in which TRAP stands for an address at which nobody may knock."""
    return lambda _folder, _clip, trap: words.replace("TRAP", f"127.0.0.1:{trap}").encode()


# What a file is → how to make it, and what its reason must say.
UNREADABLE: dict[str, tuple[Maker, str]] = {
    "text": (text("Dear diary,\nthis is not a video.\n"), "text"),
    "a video cut in two": (cut, "video"),
    "sound": (sound, "video"),
    "SVG": (text('<svg xmlns="http://www.w3.org/2000/svg"><image href="http://TRAP/"/></svg>'), "SVG"),
    "HTML": (text("<!doctype html><script src=http://TRAP/></script>"), "web page"),
    "a playlist of addresses": (text("#EXTM3U\n#EXTINF:1,\nhttp://TRAP/a.ts\n#EXT-X-ENDLIST\n"), "playlist"),
    "a playlist of files": (text("#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"), "playlist"),
    "a list in XML": (text("<?xml version='1.0'?><MPD><BaseURL>http://TRAP/</BaseURL></MPD>"), "playlist"),
    "a concat script": (text("ffconcat version 1.0\nfile /etc/passwd\n"), "script"),
    "a concat script of addresses": (text("ffconcat version 1.0\nfile http://TRAP/a.mp4\n"), "script"),
    "a large picture in a small file": (large_picture, "pixels"),
    "a large video in a small file": (large_video, "pixels"),
}


def picture_and_page(_folder: Path, _clip: Path, _trap: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(buffer, "JPEG", comment=SCRIPT)
    return buffer.getvalue() + b"<html>" + SCRIPT


def picture_and_script(_folder: Path, _clip: Path, _trap: int) -> bytes:
    """A GIF that is a script too: its width is the beginning of a comment, which ends behind the picture."""
    buffer = io.BytesIO()
    Image.new("P", (int.from_bytes(b"/*", "little"), 1)).save(buffer, "GIF")
    return buffer.getvalue() + b"*/=1;alert(1)" + SCRIPT


def video_and_archive(_folder: Path, clip: Path, _trap: int) -> bytes:
    buffer = io.BytesIO(clip.read_bytes())
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("page.html", SCRIPT)
    return buffer.getvalue()


# Files that are two things at once. One of them is a picture or a video, and of that we make our own.
TWOFOLD: dict[str, Maker] = {
    "a picture and a page": picture_and_page,
    "a picture and a script": picture_and_script,
    "a video and an archive": video_and_archive,
}
