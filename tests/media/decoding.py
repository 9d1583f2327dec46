"""What tests ask of a decoder."""

from pathlib import Path

from app.media.decoder import Decoder
from app.media.facts import Product
from app.media.requests.base import Box
from app.media.requests.thumbnail import ThumbnailRequest

TENTH = ThumbnailRequest(positions=("0.42",), sizes=(Box(width=192),))


def make(decoder: Decoder, path: Path, wanted: ThumbnailRequest = TENTH) -> Product:
    with path.open("rb") as file:
        return decoder.make(file, wanted).products[0]


def copied(decoder: Decoder, picture: Product) -> bytes:
    data = bytearray()
    decoder.copy_result(picture, data.extend)
    return bytes(data)
