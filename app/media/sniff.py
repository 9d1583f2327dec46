"""What kind of bytes a file starts with, told without any decoder. Names and declared types are never asked."""

import os
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO

from app.media.errors import NoVideoStream, UnsupportedSource

HEAD_BYTES = 4096


class Kind(StrEnum):
    """What a source is to us; UNKNOWN is left for the demuxers to tell."""

    VIDEO = "video"
    IMAGE = "image"
    SOUND = "sound"
    SCRIPT = "script"  # text that names other files: never opened
    TEXT = "text"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Sniffed:
    """A kind and its media type (empty where the bytes do not tell)."""

    kind: Kind
    media_type: str = ""


_V, _I, _S = Kind.VIDEO, Kind.IMAGE, Kind.SOUND

# (pattern at the very start, what it is); the first that matches counts.
_SIGNATURES: tuple[tuple[bytes, Sniffed], ...] = (
    (rb"....ftyp(avif|avis|(mif1|msf1).{4,40}?avi[fs])", Sniffed(_I, "image/avif")),
    (rb"....ftyp(heic|heix|heim|heis|hev[cxms]|mif1|msf1)", Sniffed(_I, "image/heic")),
    (rb"....ftypqt  ", Sniffed(_V, "video/quicktime")),
    (rb"....ftyp3g", Sniffed(_V, "video/3gpp")),
    (rb"....ftypM4A", Sniffed(_V, "audio/mp4")),
    (rb"....ftyp", Sniffed(_V, "video/mp4")),
    (rb"....(moov|mdat|wide|free|skip|pnot)", Sniffed(_V, "video/quicktime")),
    (rb"....(styp|sidx|moof)", Sniffed(_V, "video/mp4")),
    (rb"\x1aE\xdf\xa3.{0,60}webm", Sniffed(_V, "video/webm")),
    (rb"\x1aE\xdf\xa3", Sniffed(_V, "video/x-matroska")),
    (rb"RIFF....AVI ", Sniffed(_V, "video/x-msvideo")),
    (rb"RIFF....WAVE", Sniffed(_S, "audio/wav")),
    (rb"RIFF....WEBP", Sniffed(_I, "image/webp")),
    (rb"OggS", Sniffed(_V, "video/ogg")),
    (rb"FLV\x01", Sniffed(_V, "video/x-flv")),
    (rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11", Sniffed(_V, "video/x-ms-wmv")),
    (rb"\x00\x00\x01[\xb3\xba]", Sniffed(_V, "video/mpeg")),
    (rb"G.{187}G.{187}G", Sniffed(_V, "video/mp2t")),
    (rb"....G.{191}G.{191}G", Sniffed(_V, "video/mp2t")),
    (rb"\x06\x0e\x2b\x34\x02\x05\x01\x01", Sniffed(_V, "application/mxf")),
    (rb"DKIF", Sniffed(_V, "video/x-ivf")),
    (rb"YUV4MPEG2 ", Sniffed(_V, "video/x-yuv4mpeg")),
    (rb"\x2eRMF", Sniffed(_V, "application/vnd.rn-realmedia")),
    (rb"\xff\xd8\xff", Sniffed(_I, "image/jpeg")),
    (rb"\x89PNG\r\n\x1a\n", Sniffed(_I, "image/png")),
    (rb"GIF8[79]a", Sniffed(_I, "image/gif")),
    (rb"BM.{4}\x00\x00\x00\x00", Sniffed(_I, "image/bmp")),
    (rb"II\*\x00|MM\x00\*", Sniffed(_I, "image/tiff")),
    (rb"ID3|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]", Sniffed(_S, "audio/mpeg")),
    (rb"\xff[\xf0\xf1\xf8\xf9]", Sniffed(_S, "audio/aac")),
    (rb"fLaC", Sniffed(_S, "audio/flac")),
    (rb"FORM....AIF", Sniffed(_S, "audio/aiff")),
    (rb"#!AMR", Sniffed(_S, "audio/amr")),
    (rb"\s*#EXTM3U", Sniffed(Kind.SCRIPT, "application/vnd.apple.mpegurl")),
    (rb"\s*ffconcat ", Sniffed(Kind.SCRIPT, "text/x-ffconcat")),
    (rb"(?i)\s*(<\?xml[^>]*>\s*)?(<!--.{0,500}?-->\s*)*(<!doctype svg|<svg)", Sniffed(Kind.TEXT, "image/svg+xml")),
    (rb"(?i)\s*(<\?xml[^>]*>\s*)?<mpd", Sniffed(Kind.SCRIPT, "application/dash+xml")),
    (rb"(?i)\s*(<!doctype html|<html|<head|<body|<script)", Sniffed(Kind.TEXT, "text/html")),
    (rb"%PDF-", Sniffed(Kind.TEXT, "application/pdf")),
    (rb"PK\x03\x04", Sniffed(Kind.TEXT, "application/zip")),
)
_COMPILED = tuple((re.compile(pattern, re.DOTALL), sniffed) for pattern, sniffed in _SIGNATURES)

_SENTENCES = {
    "application/vnd.apple.mpegurl": "This is a playlist, not a video. Use the video that it points to.",
    "application/dash+xml": "This is a playlist, not a video. Use the video that it points to.",
    "text/x-ffconcat": "This is a script that names other files, not a video. Use the video itself.",
    "image/svg+xml": "This is an SVG drawing, which is a program and not a picture. Save it as PNG or JPEG.",
    "text/html": "This is a web page, not a video. Use the video itself.",
    "application/pdf": "This is a PDF document, not a video.",
    "application/zip": "This is an archive, not a video. Unpack it and use what is in it.",
}


def sniff(file: BinaryIO) -> Sniffed:
    """Tell what the first bytes of an open file are; its position stays where it was.

    Raises UnsupportedSource for an empty file and for everything known not to be media, NoVideoStream for sound.
    """
    head = os.pread(file.fileno(), HEAD_BYTES, 0)
    if not head:
        raise UnsupportedSource("The file is empty. Copy it again from the original.")
    found = sniff_head(head)
    if found.kind is Kind.SOUND:
        raise NoVideoStream(
            "This is a sound file. If it has a cover picture, that is no video to take a thumbnail from."
        )
    if found.kind in (Kind.SCRIPT, Kind.TEXT):
        raise UnsupportedSource(_SENTENCES.get(found.media_type, "This is text, not a video."))
    return found


def sniff_head(head: bytes) -> Sniffed:
    """Tell what a file that starts with `head` is."""
    for pattern, sniffed in _COMPILED:
        if pattern.match(head):
            return sniffed
    return Sniffed(Kind.TEXT, "text/plain") if _is_text(head) else Sniffed(Kind.UNKNOWN)


def _is_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    try:
        head[:1024].decode("utf-8")
    except UnicodeDecodeError as err:
        # A character cut in two at the end of the head is still text.
        return err.start >= min(len(head), 1024) - 3
    return True
