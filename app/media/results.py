"""Take what a decoder made out of the file it was lent: only what it told of, and only as a copy."""

import hashlib
import os
from collections.abc import Callable, Iterator
from typing import BinaryIO

from app.media.errors import DecoderCrashed
from app.media.facts import Product
from app.media.products import is_honest_head, is_honest_name

_PIECE_BYTES = 1024 * 1024


def copy_product(results: BinaryIO | None, product: Product, write: Callable[[bytes], object]) -> None:
    """Hand the bytes of a product among the results to `write`, piece by piece.

    Raises DecoderCrashed when they are not what was told; what was written is then worth nothing.
    """
    if not is_honest_name(product.name, product.media_type):
        raise DecoderCrashed("The decoder made something that nobody asks for.")
    found, size_bytes = hashlib.sha256(), 0
    for piece in _pieces(results, product):
        if not size_bytes and not is_honest_head(piece, product.media_type):
            break
        found.update(piece)
        size_bytes += len(piece)
        write(piece)
    if (found.hexdigest(), size_bytes) != (product.sha256, product.size_bytes):
        raise DecoderCrashed("The decoder left something else behind than it told of.")


def _pieces(results: BinaryIO | None, product: Product) -> Iterator[bytes]:
    """Yield the bytes where a product is said to be, as far as there are any.

    Read by offset: the place in the file is shared with the process, which could move it.
    """
    at, end = product.offset_bytes, product.offset_bytes + product.size_bytes
    while results is not None and at < end:
        try:
            piece = os.pread(results.fileno(), min(_PIECE_BYTES, end - at), at)
        except OSError as err:
            raise DecoderCrashed("The decoder left nothing behind that can be read.") from err
        if not piece:
            return
        yield piece
        at += len(piece)
