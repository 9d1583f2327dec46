"""The work of a claimed job: bytes from storage, pictures from a decoder, results to storage, the row completed."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, Self

from sqlalchemy.exc import SQLAlchemyError

from app.jobs.claims import Claim
from app.jobs.lifecycle import Lifecycle
from app.jobs.options.slideshow import composition
from app.jobs.outputs import OUTPUTS
from app.jobs.slideshows import check_slideshow, make_slideshow
from app.jobs.sources import KeptBytes, Sources
from app.media.decoder import Decoder
from app.media.errors import DecoderCrashed
from app.media.facts import Intake, Probe, Product
from app.media.requests.base import Box, Report
from app.media.slideshow.composer import steady_moments
from app.models import Artifact, JobKind, Role
from app.storage.base import Storage
from app.storage.keys import output_key
from app.storage.removal import remove_all


class Pipeline:
    """Does jobs. Must be used inside the app's context."""

    def __init__(self, storage: Storage, sources: Sources, lifecycle: Lifecycle) -> None:
        self._storage = storage
        self._sources = sources
        self._lifecycle = lifecycle

    def run(self, claim: Claim, decoder: Decoder, report: Report) -> None:
        """Do the job and complete it. What it stored before it could not go on is removed.

        Raises MediaError and StorageError where it cannot be done, ClaimLost where it was given to somebody else.
        """
        with _Shelf(self._storage, claim) as shelf:
            if claim.ref.kind is JobKind.VIDEO:
                self._take_in(claim, decoder, report, shelf)
            else:
                self._make(claim, decoder, report, shelf)

    def _take_in(self, claim: Claim, decoder: Decoder, report: Report, shelf: "_Shelf") -> None:
        if claim.recipe:
            with self._made_source(claim, claim.recipe, decoder, report) as kept:
                # A poster shows one slide, and not two that are fading into each other.
                options = claim.recipe["options"]
                moments = steady_moments(len(options["slides"]), composition(options))
                intake = self._read(kept.key, decoder, report, moments)
                check_slideshow(intake.probe, claim.recipe)
                self._lifecycle.adopt_source(claim, kept)
        else:
            intake = self._read(claim.source_key, decoder, report)
        self._lifecycle.complete_video(
            claim,
            facts={**_facts_of(intake.probe), "notes": list(intake.notes) or None},
            source={"probe": intake.probe.to_json(), "media_type": intake.probe.media_type},
            candidates=[shelf.store(decoder, product) for product in intake.products],
        )

    def _read(self, key: str, decoder: Decoder, report: Report, moments: Sequence[float] = ()) -> Intake:
        with self._storage.open(key) as file:
            return decoder.take_in(file, report, moments=moments)

    @contextmanager
    def _made_source(
        self, claim: Claim, recipe: dict[str, Any], decoder: Decoder, report: Report
    ) -> Iterator[KeptBytes]:
        """Make the bytes of a slideshow, and keep them as a source is kept."""
        incoming = make_slideshow(claim, recipe, storage=self._storage, decoder=decoder, report=report)
        try:
            with self._sources.keeping(claim.owner_id, incoming) as (kept,):
                yield kept
        finally:
            incoming.discard()

    def _make(self, claim: Claim, decoder: Decoder, report: Report, shelf: "_Shelf") -> None:
        box = Box(width=claim.width, height=claim.height)
        request = OUTPUTS[claim.output].build(claim.options or {}, claim.facts, box)
        with ExitStack() as opened:
            file, *lent = (opened.enter_context(self._storage.open(key)) for key in _keys_of(claim))
            made = decoder.make(file, request, report, lent=lent)
        files = [shelf.store(decoder, product) for product in made.products]
        self._lifecycle.complete_thumbnail(claim, files, made.notes)


class _Shelf:
    """What one attempt has stored so far; left with an error, it is emptied."""

    def __init__(self, storage: Storage, claim: Claim) -> None:
        self._storage = storage
        self._claim = claim
        self._keys: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, error: type[BaseException] | None, *_about: object) -> None:
        # After an error of the database nobody can tell whether rows name these by now: the sweep finds out.
        if error is not None and not issubclass(error, SQLAlchemyError):
            remove_all(self._storage, self._keys)

    def store(self, decoder: Decoder, product: Product) -> Artifact:
        """Store what a decoder made, and return the row that will name it. Raises StorageError."""
        claim = self._claim
        key = output_key(
            claim.owner_id,
            video=claim.video_public_id,
            job=claim.job_public_id,
            attempt=claim.attempt,
            file=product.name,
        )
        incoming = self._storage.receive(key)
        try:
            decoder.copy_result(product, incoming.write)
            self._keys.append(key)
            incoming.keep()
        finally:
            incoming.discard()
        return Artifact(
            owner_id=claim.owner_id,
            video_id=claim.video_id,
            thumbnail_job_id=None if claim.ref.kind is JobKind.VIDEO else claim.ref.id,
            attempt=claim.attempt,
            role=_role_of(product),
            key=key,
            media_type=product.media_type,
            size_bytes=product.size_bytes,
            width=product.width,
            height=product.height,
            position_seconds=product.position_seconds,
            score=product.score,
            meta=_meta_of(product),
            sha256=product.sha256,
        )


def _keys_of(claim: Claim) -> list[str]:
    """Return where the bytes are that a job works on, and those of other pictures that its options speak of."""
    options = claim.options or {}
    first = claim.keys[options["upload"]] if "upload" in options else claim.source_key
    mark = options.get("watermark")
    return [first, claim.keys[mark["sha256"]]] if mark else [first]


def _role_of(product: Product) -> Role:
    try:
        return Role(product.role)
    except ValueError as err:
        raise DecoderCrashed("The decoder made something that nobody asks for.") from err


def _meta_of(product: Product) -> dict[str, Any]:
    """Return how a still was found, whether there is anything to see, and what else is to be known of it.

    Nobody is to take a near miss for a hit.
    """
    about = {
        "rung": product.rung,
        "note": product.note,
        "code": product.code,
        "duration_seconds": product.duration_seconds,
    }
    return {"is_blank": product.is_blank, **{name: value for name, value in about.items() if value is not None}}


def _facts_of(probe: Probe) -> dict[str, Any]:
    return {
        "kind": probe.kind,
        "width": probe.width,
        "height": probe.height,
        "duration_seconds": probe.duration_seconds,
        "codec": probe.codec[:40],
        "is_hdr": probe.is_hdr,
    }
