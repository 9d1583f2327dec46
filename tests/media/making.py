"""Make thumbnails of bytes, as a task of a decoder process does."""

import io
import tempfile
from collections.abc import Sequence

from app.media.facts import Product
from app.media.limits import Limits
from app.media.requests.thumbnail import ThumbnailRequest
from app.media.stills.thumbnails import make_thumbnails
from app.media.workshop import Workshop


def make_pictures(
    source: bytes, wanted: ThumbnailRequest, *, lent: Sequence[bytes] = ()
) -> list[tuple[Product, bytes]]:
    """Return what was made of a source, each product with its bytes."""
    results = io.BytesIO()
    files = [tempfile.TemporaryFile() for _ in (source, *lent)]  # noqa: SIM115  (closed below)
    try:
        for file, data in zip(files, (source, *lent), strict=True):
            file.write(data)
            file.flush()
        workshop = Workshop(results, Limits(), lent=files[1:])
        products = make_thumbnails(workshop, files[0], wanted).products
    finally:
        for file in files:
            file.close()
    made = results.getvalue()
    return [(product, made[product.offset_bytes : product.offset_bytes + product.size_bytes]) for product in products]
