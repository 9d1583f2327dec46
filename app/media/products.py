"""The kinds of files that are made: how each is called, and how it begins. Nothing else leaves a decoder."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from app.media.sniff import HEAD_BYTES, sniff_head

# By the ending of the name, the one media type under which pages are handed such a file.
MEDIA_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "jpg": "image/jpeg",
        "png": "image/png",
        "webp": "image/webp",
        "avif": "image/avif",
        "gif": "image/gif",
        "mp4": "video/mp4",
        "webm": "video/webm",
        "ogv": "video/ogg",
        "vtt": "text/vtt",
        "m3u8": "application/vnd.apple.mpegurl",
        "json": "application/json",
        "bif": "application/vnd.roku.bif",
        "zip": "application/zip",
    }
)
# What `sniff_head` has no name for, or another one.
_HEADS: Mapping[str, bytes] = MappingProxyType(
    {"text/vtt": b"WEBVTT\n", "application/json": b"{", "application/vnd.roku.bif": b"\x89BIF\r\n\x1a\n"}
)
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,49}\.([a-z0-9]{2,4})")


def is_honest_name(name: str, media_type: str) -> bool:
    """Tell whether a product may be called so, and be of this type by its ending."""
    match = _NAME.fullmatch(name)
    return match is not None and MEDIA_TYPES.get(match[1]) == media_type


def is_honest_head(head: bytes, media_type: str) -> bool:
    """Tell whether a file of this type begins so."""
    if (begin := _HEADS.get(media_type)) is not None:
        return head.startswith(begin)
    return sniff_head(head[:HEAD_BYTES]).media_type == media_type
