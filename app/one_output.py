"""Make any output of one file with no service: the same options, the same decoder, the files in a folder."""

import argparse
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.config import Settings
from app.errors import InvalidRequest
from app.jobs.options.wish import SourceFacts, Wish
from app.jobs.outputs import OUTPUTS
from app.jobs.presets import Presets
from app.media.decoder import Decoder
from app.media.facts import Made
from app.media.requests.base import Box
from app.one_file import check_is_file, open_decoder, unreadable, write_product


def make_output(options: argparse.Namespace) -> int:
    """Make an output and print where its files are. Raises InvalidRequest and MediaError, each with a sentence."""
    source: Path = options.file
    check_is_file(source)
    settings = Settings.read()
    presets = Presets.read(Path(settings.presets_file) if settings.presets_file else None)
    wish = presets.read_wish(_sent(options, {preset.name for preset in presets}))
    folder: Path = options.output or Path(f"{source.stem}-{options.what}")
    _make_folder(folder)
    with open_decoder(settings) as decoder:
        made = _make(decoder, source, wish)
        paths = [folder / product.name for product in made.products]
        for product, path in zip(made.products, paths, strict=True):
            write_product(decoder, product, path, source)
    _print(made, paths, as_json=options.json)
    return 0


def _make_folder(folder: Path) -> None:
    """Make the folder before anything is decoded for it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as err:
        raise InvalidRequest(f"{folder} cannot be a folder for the files: {err.strerror}.", field="--output") from err


def _sent(options: argparse.Namespace, presets: set[str]) -> dict[str, Any]:
    """Return what was asked for as a program would send it: OUTPUT names an output or a preset."""
    sent: dict[str, Any] = {"output": options.what} if options.what in OUTPUTS else {"preset": options.what}
    if "preset" in sent and options.what not in presets:
        names = ", ".join((*OUTPUTS, *sorted(presets - set(OUTPUTS))))
        raise InvalidRequest(f"OUTPUT is not one of {names}.", field="OUTPUT")
    for pair in options.set or ():
        name, sign, value = pair.partition("=")
        if not sign:
            raise InvalidRequest(f"--set takes NAME=VALUE, not {pair}.", field="--set")
        sent[name] = _value(value)
    return sent


def _value(text: str) -> Any:
    """Read a value as JSON where it is a list, an object or a string; anything else stands as it is written."""
    if not text.startswith(("[", "{", '"')):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as err:
        raise InvalidRequest(f"--set: {text[:60]} is not JSON that can be read.", field="--set") from err


def _make(decoder: Decoder, source: Path, wish: Wish) -> Made:
    if "watermark" in wish.options:
        raise InvalidRequest("A watermark is a picture of a library; there is none here.", field="watermark")
    try:
        with source.open("rb") as file:
            probe = decoder.probe(file)
            facts = SourceFacts(
                filename=source.name, size_bytes=source.stat().st_size, duration_seconds=probe.duration_seconds
            )
            box = Box(width=wish.width, height=wish.height)
            return decoder.make(file, OUTPUTS[wish.output].build(wish.options, facts, box))
    except OSError as err:
        raise unreadable(source, err) from err


def _print(made: Made, paths: list[Path], *, as_json: bool) -> None:
    text = "\n".join((*map(str, paths), *made.notes))
    if as_json:
        files: list[Mapping[str, Any]] = [
            {**product.to_json(), "path": str(path)} for product, path in zip(made.products, paths, strict=True)
        ]
        text = json.dumps({"files": files, "notes": made.notes}, indent=2)
    sys.stdout.buffer.write(os.fsencode(f"{text}\n"))  # a path need not be text in any encoding
