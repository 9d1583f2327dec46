"""Run sources through a decoder while somebody watches: `python -m tests.media.traced FOLDER SOURCE…`."""

import sys
from contextlib import suppress
from pathlib import Path

from app.media.decoder import Decoder
from app.media.errors import MediaError
from app.media.limits import Limits
from tests.media.decoding import TENTH, copied


def main(folder: Path, *sources: Path) -> None:
    """Take in each source and make a thumbnail of it; print how many pictures came of them all."""
    decoder, pictures = Decoder(folder, Limits()), 0
    for source in sources:
        with source.open("rb") as file, suppress(MediaError):
            copied(decoder, decoder.take_in(file).poster)
            copied(decoder, decoder.make(file, TENTH).products[0])
            pictures += 2
    decoder.close()
    sys.stdout.write(f"{pictures}\n")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
