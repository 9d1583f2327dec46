"""The names under which bytes are stored: made here only, from ids and hashes only."""


def source_key(owner_id: int, sha256: str) -> str:
    """Return where a source's bytes are. The same bytes of one owner have one place."""
    return f"sources/{owner_id}/{sha256[:2]}/{sha256}"


def output_key(owner_id: int, *, video: str, job: str, attempt: int, file: str) -> str:
    """Return where one result of one attempt is.

    `video` and `job` are public ids. An attempt that lost its lease writes beside the winner's, never over it.
    """
    return f"outputs/{owner_id}/{video}/{job}/{attempt}/{file}"
