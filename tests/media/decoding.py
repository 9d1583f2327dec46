"""What tests ask of a decoder."""

from pathlib import Path

from app.media.decoder import Decoder
from app.media.facts import Picture
from app.media.requests import ThumbnailRequest

TENTH = ThumbnailRequest(position="0.42", width=192)


def make(decoder: Decoder, path: Path, wanted: ThumbnailRequest = TENTH) -> Picture:
    with path.open("rb") as file:
        return decoder.make_thumbnail(file, wanted)


def copied(decoder: Decoder, picture: Picture) -> bytes:
    data = bytearray()
    decoder.copy_result(picture, data.extend)
    return bytes(data)
