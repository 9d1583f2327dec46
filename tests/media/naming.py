"""Sources that name other files and addresses: what a careless demuxer or renderer would open for them."""

import struct
from pathlib import Path

from tests.clips import Recipe, make_clip

_PARENTS = (b"dinf", b"minf", b"mdia", b"trak", b"moov")
_SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="{}" width="9" height="9"/></svg>'
_DASH = (
    '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT9S">'
    "<Period><AdaptationSet><Representation id='1' mimeType='video/mp4' bandwidth='9'><BaseURL>{}</BaseURL>"
    "</Representation></AdaptationSet></Period></MPD>"
)
_HLS = "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{}\n#EXT-X-ENDLIST\n"
_SCRIPTS = {
    "playlist.m3u8": _HLS,
    "playlist.mp4": _HLS,
    "indented.mp4": "\n \t" + _HLS,
    "key.m3u8": '#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="{0}"\n#EXTINF:9,\n{0}\n',
    "concat.mp4": "ffconcat version 1.0\nfile '{}'\n",
    "drawing.svg": _SVG,
    "drawing.png": _SVG,
    "manifest.mpd": _DASH,
    "session.sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns={}\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 96\n",
    "redirect.rtsp": "RTSPtextRTSP://{}",
    "page.html": '<!doctype html><img src="{}"><video src="{}"></video>',
    "subtitle.idx": "# VobSub index file, v7\nid: en, index: 0\ntimestamp: 00:00:00:000, filepos: 0\n# {}\n",
}


def make_sources(folder: Path, *names: str) -> list[Path]:
    """Write every kind of source that can name another, once for each of the names; return where they are."""
    made = []
    for number, name in enumerate(names):
        place = folder / str(number)
        place.mkdir(parents=True)
        for file_name, text in _SCRIPTS.items():
            made.append(place / file_name)
            made[-1].write_text(text.format(name, name))
        made.append(_refer(make_clip(place / "reference.mov", Recipe(frames=10)), name))
    return made


def _refer(clip: Path, name: str) -> Path:
    """Have a QuickTime film say that its pictures are in another file."""
    data = bytearray(clip.read_bytes())
    path = name.encode() + b"\0" * (len(name) % 2)
    record = bytes(150) + struct.pack("!HH", 2, len(path)) + path + struct.pack("!hH", -1, 0)
    entry = struct.pack("!I4sI", 12 + len(record), b"alis", 0) + record
    at = data.index(b"dref")
    (old,) = struct.unpack_from("!I", data, at - 4)
    data[at + 4 : at - 4 + old] = struct.pack("!II", 0, 1) + entry
    for place in (at, *(data.rindex(parent, 0, at) for parent in _PARENTS)):
        (size,) = struct.unpack_from("!I", data, place - 4)
        struct.pack_into("!I", data, place - 4, size + 16 + len(entry) - old)
    clip.write_bytes(data)
    return clip
