"""Player kits: poster, storyboard, contact sheet and preview of one video.

The video is read once for all its stills: at the moments of the storyboard, from which the contact sheet takes those
nearest to its own (a short video is read at those too), and the poster those that lie apart. Only the posters
themselves, which are larger, and the preview's moving pictures are decoded beside that.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from math import isqrt
from typing import BinaryIO

from PIL import Image

from app.media.archive import save_archive
from app.media.decoding.frames import Rung
from app.media.decoding.probe import probe_video
from app.media.decoding.source import open_beside
from app.media.errors import NoVideoStream
from app.media.facts import Made, Probe, Product
from app.media.film.preview import make_preview
from app.media.pictures.geometry import Size, plan
from app.media.requests.base import Accuracy, Box, Report, no_report
from app.media.requests.contact_sheet import ContactSheetRequest
from app.media.requests.player_kit import PlayerKitRequest
from app.media.requests.poster import ALL_BLACK
from app.media.requests.storyboard import StoryboardLook, StoryboardRequest
from app.media.sniff import Kind, Sniffed, sniff
from app.media.stills.looks import Look, look_of
from app.media.stills.pick import pick
from app.media.stills.posters import make_candidates, opened_walk, save_picks
from app.media.stills.scoring import LOOK_SIDE
from app.media.stills.sheet import save_sheet
from app.media.stills.sheet_plan import plan_sheet
from app.media.stills.storyboard import MOST_PIXELS, save_storyboard, storyboard_moments
from app.media.stills.tiles import Place, Tile, read_tiles, spread
from app.media.text.captions import Header
from app.media.workshop import Workshop, fraction_of

# What is taken to last a video that does not tell how long it is.
_LEAST_DURATION = Fraction(1)
# Shares of the work, for its progress.
_READ, _PICKED = 0.5, 0.7
# So many moments for each place of a contact sheet are near enough to any of them.
_DENSE = 2
# Looks for a poster; of more, most are alike.
_LOOKS = 24


def make_player_kit(workshop: Workshop, file: BinaryIO, wanted: PlayerKitRequest) -> Made:
    """Make all that is in a kit. Raises what the outputs raise, and NoVideoStream for a still picture."""
    sniffed = sniff(file)
    if sniffed.kind is Kind.IMAGE:
        raise NoVideoStream("This is a still picture. A player kit is made of a video.")
    kit = _Kit(workshop, file, sniffed, wanted)
    products = kit.make()
    if wanted.has_archive:
        products.append(save_archive(workshop, products, kit.probe))
    return Made(products=tuple(products), notes=tuple(kit.notes))


class _Kit:
    """One video, and what is made of it."""

    def __init__(self, workshop: Workshop, file: BinaryIO, sniffed: Sniffed, wanted: PlayerKitRequest) -> None:
        self._workshop, self._file, self._sniffed, self._wanted = workshop, file, sniffed, wanted
        self.notes: list[str] = []
        with workshop.opened(file, sniffed) as (source, finder):
            self.probe: Probe = probe_video(source, finder, workshop.limits)
        known = fraction_of(wanted.duration_seconds) or fraction_of(self.probe.duration_seconds)
        self._duration = known or _LEAST_DURATION

    def make(self) -> list[Product]:
        """Make everything; the preview beside the rest where there is a processor for it."""
        preview = self._wanted.preview
        if self._workshop.threads < 2 or preview is None or preview.format.is_film:
            return [*self.stills(), *self.preview(self._part(_PICKED, 1.0).report)]
        with ThreadPoolExecutor(1) as pool:
            beside = pool.submit(lambda: list(self.preview(no_report)))
            return [*self.stills(), *beside.result()]

    def stills(self) -> Iterator[Product]:
        """Save all that does not move."""
        tiles = self._read()
        yield from self.posters(tiles)
        yield from self.storyboard(tiles)
        yield from self.contact_sheet(tiles)

    def posters(self, tiles: Sequence[Tile]) -> Iterator[Product]:
        """Save the candidates for the poster, the best first, and what was rejected."""
        wanted = self._wanted.poster
        if wanted is None:
            return
        with opened_walk(self._workshop, self._file, self._sniffed) as (source, walk):
            looks = self._looks(tiles)
            if len(looks) < wanted.count:
                # The moments of the kit lie too far apart, or show the same few keyframes.
                made = make_candidates(self._part(_READ, _PICKED), source, walk, wanted)
                yield from made.products
                self.notes += made.notes
                return
            picks = pick(looks, count=wanted.count)
            yield from save_picks(self._part(_READ, _PICKED), source, walk, picks, wanted)
        self.notes += [ALL_BLACK] if picks.is_all_black else []

    def storyboard(self, tiles: Sequence[Tile]) -> Iterator[Product]:
        """Save sprite sheets and their indexes."""
        if wanted := self._wanted.storyboard:
            moments = set(storyboard_moments(self._duration, wanted.look))
            own = [tile for tile in tiles if tile.asked_seconds in moments]
            small = [replace(tile, image=_scaled(tile.image, wanted.look.width)) for tile in own]
            yield from save_storyboard(self._workshop, small, self._duration, wanted.look)

    def contact_sheet(self, tiles: Sequence[Tile]) -> Iterator[Product]:
        """Save a sheet of the tiles nearest to the middles of as many equal parts as it has places."""
        if wanted := self._wanted.contact_sheet:
            places = spread(self._duration, wanted.look.columns * wanted.look.rows, Place.MIDDLE)
            near = [min(tiles, key=lambda tile: abs(tile.asked_seconds - place)) for place in places]
            yield save_sheet(self._workshop, near, self._header(wanted), wanted.look, wanted.format)

    def preview(self, report: Report) -> Iterator[Product]:
        """Save a short moving picture."""
        if wanted := self._wanted.preview:
            workshop = self._workshop.telling(report)
            made = make_preview(workshop, self._file, wanted.of(float(self._duration)), open_source=open_beside)
            yield from made.products
            self.notes += made.notes

    def _read(self) -> list[Tile]:
        wanted = self._wanted.storyboard or StoryboardRequest(look=StoryboardLook())
        moments, accuracy = storyboard_moments(self._duration, wanted.look), wanted.accuracy
        if sheet := self._wanted.contact_sheet:
            places = spread(self._duration, sheet.look.columns * sheet.look.rows, Place.MIDDLE)
            if not self._wanted.storyboard:
                moments = places
            elif len(moments) < _DENSE * len(places):
                # Of a short video the storyboard has too few: one frame would stand in several places. Its keyframes
                # are too few as well, and exact frames of it are had in no time.
                moments = sorted({*moments, *places})
                accuracy = Accuracy.EXACT if accuracy is Accuracy.AUTO else accuracy
        # All are held at once: where they would be too much they are smaller, and a sheet's are enlarged.
        width = min(self._width(), max(wanted.look.width, isqrt(MOST_PIXELS // len(moments))))
        workshop = self._part(0.0, _READ)
        return read_tiles(workshop, self._file, self._sniffed, moments, Box(width=width), accuracy)

    def _width(self) -> int:
        """Return how wide tiles must be so that nothing that is made of them needs enlarging."""
        widths = [LOOK_SIDE]
        if wanted := self._wanted.storyboard:
            widths.append(wanted.look.width)
        if sheet := self._wanted.contact_sheet:
            box = plan_sheet(self._header(sheet), sheet.look, sheet.look.columns * sheet.look.rows).box
            widths.append(box.width or 0)
        return max(widths)

    def _looks(self, all_tiles: Sequence[Tile]) -> list[Look]:
        """Return looks at some of the tiles that show different frames, evenly spread."""
        tiles = list({tile.position_seconds: tile for tile in all_tiles}.values())
        step = max(1, len(tiles) // _LOOKS)
        looks = []
        for tile in sorted(tiles[::step], key=lambda tile: tile.position_seconds):
            image = tile.image.copy()
            image.thumbnail((LOOK_SIDE, LOOK_SIDE), Image.Resampling.BICUBIC, reducing_gap=2.0)
            looks.append(look_of(image, tile.position_seconds, Rung(tile.rung), self._duration))
        return looks

    def _header(self, wanted: ContactSheetRequest) -> Header:
        return Header(filename=wanted.filename, size_bytes=wanted.size_bytes, probe=self.probe)

    def _part(self, begin: float, end: float) -> Workshop:
        """Return the same workshop for a part of the work, whose progress is told as a part."""
        report = self._workshop.report
        return self._workshop.telling(lambda done: report(begin + (end - begin) * done))


def _scaled(image: Image.Image, width: int) -> Image.Image:
    size = plan(Size(*image.size), width=width, height=None).scaled
    if (size.width, size.height) == image.size:
        return image
    return image.resize((size.width, size.height), Image.Resampling.BICUBIC, reducing_gap=2.0)
