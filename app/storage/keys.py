"""The names under which bytes are stored: made here only, from ids and hashes only."""

import uuid

SOURCES, OUTPUTS = "sources/", "outputs/"


def new_source_key(owner_id: int, sha256: str) -> str:
    """Return a place for a source's bytes that nothing else has, nor ever had."""
    return f"{SOURCES}{owner_id}/{sha256[:2]}/{sha256}-{uuid.uuid4().hex[:12]}"


def output_key(owner_id: int, *, video: str, job: str, attempt: int, file: str) -> str:
    """Return where one result of one attempt is.

    `video` and `job` are public ids. An attempt that lost its lease writes beside the winner's, never over it.
    """
    return f"{outputs_of(owner_id, video)}{job}/{attempt}/{file}"


def outputs_of(owner_id: int, video: str) -> str:
    """Return what the keys of everything made from a video begin with."""
    return f"{OUTPUTS}{owner_id}/{video}/"
