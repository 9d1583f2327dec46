"""Make any output of one file with no service: the same options, the same decoder, the files where they are wanted."""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.config import Settings
from app.errors import InvalidRequest
from app.jobs.names import TITLES
from app.jobs.options.json_text import read_json
from app.jobs.options.wish import SourceFacts, Wish
from app.jobs.outputs import OUTPUTS, check_source
from app.jobs.presets import Presets
from app.media.decoder import Decoder
from app.media.facts import Made, Product
from app.media.products import MEDIA_TYPES
from app.media.requests.base import Box
from app.models import Output
from app.one_file import check_is_file, open_decoder, unreadable, write_product

# The option by which outputs that can be a single file are told its format.
_FORMAT_OPTIONS = {
    Output.THUMBNAIL: "format",
    Output.POSTER: "format",
    Output.CONTACT_SHEET: "format",
    Output.PREVIEW: "format",
    Output.RENDITION: "container",
}


def make_output(options: argparse.Namespace) -> int:
    """Make an output and print where its files are. Raises InvalidRequest and MediaError, each with a sentence."""
    source: Path = options.file
    check_is_file(source)
    settings = Settings.read()
    presets = Presets.read(Path(settings.presets_file) if settings.presets_file else None)
    wish = _read_wish(options, presets)
    place = options.output or Path(f"{source.stem}-{options.what}")
    is_folder = _ending_of(options) is None
    with _folder(place) if is_folder else nullcontext(), open_decoder(settings) as decoder:
        made = _make(decoder, source, wish)
        if not is_folder:
            made = replace(made, products=(_only_product(made, wish, options),))
        paths = [place / product.name if is_folder else place for product in made.products]
        for product, path in zip(made.products, paths, strict=True):
            write_product(decoder, product, path, source)
    _print(made, paths, as_json=options.json)
    return 0


def _ending_of(options: argparse.Namespace) -> str | None:
    """Return the ending of the one file that is wanted; None where the files go into a folder."""
    path: Path | None = options.output
    ending = path.suffix.lower().removeprefix(".") if path is not None and not path.is_dir() else ""
    ending = {"jpeg": "jpg"}.get(ending, ending)
    return ending if ending in MEDIA_TYPES else None


def _read_wish(options: argparse.Namespace, presets: Presets) -> Wish:
    """Read what is wanted. One file that is named says its format by its ending."""
    known = {preset.name: preset.output for preset in presets}
    sent = _sent(options, set(known))
    ending = _ending_of(options)
    if ending is None or "formats" in sent:
        return presets.read_wish(sent)
    output = Output(options.what) if options.what in OUTPUTS else known[options.what]
    if output not in _FORMAT_OPTIONS:
        raise InvalidRequest(f"A {TITLES[output].lower()} is several files: name a folder for them.", field="--output")
    name = _FORMAT_OPTIONS[output]
    wanted = "ogg" if (name, ending) == ("container", "ogv") else ending
    try:
        return presets.read_wish({name: wanted, **sent})
    except InvalidRequest as err:
        if err.field != name or name in sent:
            raise
        raise InvalidRequest(f"--output ends in .{ending}: {err.message}", field="--output") from err


def _only_product(made: Made, wish: Wish, options: argparse.Namespace) -> Product:
    """Return what goes into the one file: of candidates the best, which is the poster. Raises InvalidRequest."""
    product, *others = made.products[:1] if wish.output is Output.POSTER else made.products
    if others:
        said = f"{options.output} is one file, but {len(made.products)} are made. Name a folder."
        raise InvalidRequest(said, field="--output")
    if not product.name.endswith(f".{_ending_of(options)}"):
        raise InvalidRequest(f"--output is {options.output}, but what is made is {product.name}.", field="--output")
    return product


@contextmanager
def _folder(folder: Path) -> Iterator[None]:
    """Make the folder before anything is decoded for it; what stays empty because that fails is taken away again."""
    made: list[Path] = []
    try:
        try:
            made += [one for one in (folder, *folder.parents) if not one.exists()]
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as err:
            said = f"{folder} cannot be a folder for the files: {err.strerror}."
            raise InvalidRequest(said, field="--output") from err
        yield
    finally:
        for one in made:
            with suppress(OSError):  # there are files in it
                one.rmdir()


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
    return read_json(text, f"--set: {text[:60]}", field="--set")


def _make(decoder: Decoder, source: Path, wish: Wish) -> Made:
    if "watermark" in wish.options:
        raise InvalidRequest("A watermark is a picture of a library; there is none here.", field="watermark")
    try:
        with source.open("rb") as file:
            probe = decoder.probe(file)
            check_source(wish.output, probe.kind)
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
