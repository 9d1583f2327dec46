"""Names of stored bytes: made from ids and hashes only."""

from app.storage.keys import output_key, source_key

SHA256 = "ab" + 62 * "0"


def test_the_same_bytes_of_one_owner_have_one_place() -> None:
    assert source_key(7, SHA256) == source_key(7, SHA256) == f"sources/7/ab/{SHA256}"


def test_each_owner_has_places_of_their_own() -> None:
    assert source_key(7, SHA256) != source_key(8, SHA256)


def test_each_attempt_writes_beside_the_others() -> None:
    keys = {output_key(7, video="v", job="j", attempt=attempt, file="image.jpg") for attempt in (1, 2, 3)}

    assert keys == {f"outputs/7/v/j/{attempt}/image.jpg" for attempt in (1, 2, 3)}
