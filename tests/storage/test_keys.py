"""Names of stored bytes: made from ids and random digits only."""

from app.storage.keys import new_source_key, output_key


def test_each_arrival_of_bytes_has_a_place_of_its_own() -> None:
    first, second = new_source_key(7), new_source_key(7)

    assert first != second
    assert first.startswith("sources/7/")


def test_each_attempt_writes_beside_the_others() -> None:
    keys = {output_key(7, video="v", job="j", attempt=attempt, file="image.jpg") for attempt in (1, 2, 3)}

    assert keys == {f"outputs/7/v/j/{attempt}/image.jpg" for attempt in (1, 2, 3)}
