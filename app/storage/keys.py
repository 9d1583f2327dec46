"""The names under which bytes are stored: made here only, from ids and random digits only."""

import uuid

SOURCES, OUTPUTS = "sources/", "outputs/"


def new_source_key(owner_id: int) -> str:
    """Return a place for a source's bytes that nothing else has, nor ever had. It is given before they are known."""
    name = uuid.uuid4().hex
    return f"{SOURCES}{owner_id}/{name[:2]}/{name}"


def output_key(owner_id: int, *, video: str, job: str, attempt: int, file: str) -> str:
    """Return where one result of one attempt is.

    `video` and `job` are public ids. An attempt that lost its lease writes beside the winner's, never over it.
    """
    return f"{outputs_of(owner_id, video)}{job}/{attempt}/{file}"


def outputs_of(owner_id: int, video: str) -> str:
    """Return what the keys of everything made from a video begin with."""
    return f"{OUTPUTS}{owner_id}/{video}/"
