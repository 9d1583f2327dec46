"""Archives: all that was made in one file, with a manifest that says what each part is."""

import encodings.cp437  # noqa: F401  (zipfile reads names by it, and inside the jail nothing can be loaded)
import io
import json
import os
import zipfile
from collections.abc import Sequence

from app.media.errors import EncodingFailed
from app.media.facts import Probe, Product
from app.media.workshop import Label, Workshop

_NAME, _MANIFEST = "player-kit.zip", "manifest.json"
# The same things make the same bytes: an archive does not tell when it was packed.
_WHEN = (1980, 1, 1, 0, 0, 0)
_LEFT_OUT = frozenset(("offset_bytes",))
_UNWANTED_ROLES = frozenset(("rejected",))


def save_archive(workshop: Workshop, products: Sequence[Product], probe: Probe) -> Product:
    """Pack what was just made, but for what was rejected, and save it as `player-kit.zip`.

    Nothing is compressed: pictures are already. Raises EncodingFailed where it does not open again.
    """
    packed = [product for product in products if product.role not in _UNWANTED_ROLES]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo(_MANIFEST, _WHEN), _manifest(packed, probe))
        for product in packed:
            archive.writestr(zipfile.ZipInfo(product.name, _WHEN), _bytes_of(workshop, product))
    _check(buffer, [_MANIFEST, *(product.name for product in packed)])
    return workshop.save(_NAME, buffer.getvalue(), Label(role="archive"))


def _manifest(products: Sequence[Product], probe: Probe) -> str:
    files = [
        {name: value for name, value in product.to_json().items() if name not in _LEFT_OUT and value is not None}
        for product in products
    ]
    source = {name: value for name, value in probe.to_json().items() if value is not None}
    return json.dumps({"source": source, "files": files}, indent=2)


def _bytes_of(workshop: Workshop, product: Product) -> bytes:
    return os.pread(workshop.results.fileno(), product.size_bytes, product.offset_bytes)


def _check(buffer: io.BytesIO, names: Sequence[str]) -> None:
    try:
        with zipfile.ZipFile(buffer) as archive:
            is_whole = archive.namelist() == list(names) and archive.testzip() is None
    except zipfile.BadZipFile as err:
        raise EncodingFailed("The archive does not open again.") from err
    if not is_whole:
        raise EncodingFailed("The archive came out with other files in it.")
