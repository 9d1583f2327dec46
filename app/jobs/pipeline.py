"""The work of a claimed job: bytes from storage, pictures from a decoder, results to storage, the row completed."""

from typing import Any

from app.jobs.claims import Claim
from app.jobs.lifecycle import Lifecycle
from app.jobs.options import POSTER
from app.media.decoder import Decoder
from app.media.facts import Picture, Probe
from app.media.geometry import Fit
from app.media.requests import ImageFormat, Report, ThumbnailRequest
from app.models import Artifact, JobKind, Role
from app.storage.base import Storage
from app.storage.keys import output_key


class Pipeline:
    """Does jobs. Must be used inside the app's context."""

    def __init__(self, storage: Storage, lifecycle: Lifecycle) -> None:
        self._storage = storage
        self._lifecycle = lifecycle

    def run(self, claim: Claim, decoder: Decoder, report: Report) -> None:
        """Do the job and complete it.

        Raises MediaError and StorageError where it cannot be done, ClaimLost where it was given to somebody else.
        """
        if claim.ref.kind is JobKind.VIDEO:
            self._take_in(claim, decoder, report)
        else:
            self._make_thumbnail(claim, decoder, report)

    def _take_in(self, claim: Claim, decoder: Decoder, report: Report) -> None:
        with self._storage.open(claim.source_key) as file:
            intake = decoder.take_in(file, report)
        poster = self._store(claim, decoder, intake.poster, Role.CANDIDATE)
        self._lifecycle.complete_video(
            claim,
            facts=_facts_of(intake.probe),
            source={"probe": intake.probe.to_json(), "media_type": intake.probe.media_type},
            poster=poster,
        )

    def _make_thumbnail(self, claim: Claim, decoder: Decoder, report: Report) -> None:
        with self._storage.open(claim.source_key) as file:
            picture = decoder.make_thumbnail(file, _request_of(claim), report)
        self._lifecycle.complete_thumbnail(claim, [self._store(claim, decoder, picture, Role.IMAGE)])

    def _store(self, claim: Claim, decoder: Decoder, picture: Picture, role: Role) -> Artifact:
        key = output_key(
            claim.owner_id,
            video=claim.video_public_id,
            job=claim.job_public_id,
            attempt=claim.attempt,
            file=picture.name,
        )
        incoming = self._storage.receive()
        try:
            decoder.copy_result(picture, incoming.write)
            incoming.keep(key)
        finally:
            incoming.discard()
        return Artifact(
            owner_id=claim.owner_id,
            video_id=claim.video_id,
            thumbnail_job_id=None if claim.ref.kind is JobKind.VIDEO else claim.ref.id,
            attempt=claim.attempt,
            role=role,
            key=key,
            media_type=picture.media_type,
            size_bytes=picture.size_bytes,
            width=picture.width,
            height=picture.height,
            position_seconds=picture.position_seconds,
            score=picture.score,
            # How the frame was found, and whether there is anything to see: nobody is to take a near miss for a hit.
            meta={"rung": picture.rung, "is_blank": picture.is_blank},
            sha256=picture.sha256,
        )


def _facts_of(probe: Probe) -> dict[str, Any]:
    return {
        "kind": probe.kind,
        "width": probe.width,
        "height": probe.height,
        "duration_seconds": probe.duration_seconds,
        "codec": probe.codec[:40],
        "is_hdr": probe.is_hdr,
    }


def _request_of(claim: Claim) -> ThumbnailRequest:
    options = claim.options or {}
    position = options["t"]
    if position == POSTER:
        position = f"{claim.poster_seconds or 0:.6f}"
    return ThumbnailRequest(
        position=position,
        width=claim.width,
        height=claim.height,
        fit=Fit(options["fit"]),
        image_format=ImageFormat(options["format"]),
        duration_seconds=claim.duration_seconds,
    )
