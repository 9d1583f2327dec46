"""Bytes in a bucket: whole or not there, in parts while they come, and a sentence where the store is out of order."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from app.errors import StorageError
from app.storage.s3 import S3Storage
from app.storage.s3_incoming import PART_BYTES
from tests.bucket import Bucket

KEY = "sources/1/ab/abc"
Build = Callable[..., S3Storage]


@pytest.fixture
def storage(build_bucket_storage: Build) -> S3Storage:
    return build_bucket_storage()


def _store(storage: S3Storage, data: bytes = b"some bytes", key: str = KEY) -> None:
    incoming = storage.receive(key)
    incoming.write(data)
    incoming.keep()


@pytest.mark.parametrize("size", [PART_BYTES, PART_BYTES + 1, 2 * PART_BYTES + PART_BYTES // 2])
def test_large_bytes_come_in_parts_and_are_whole(storage: S3Storage, bucket: Bucket, size: int) -> None:
    data = bytes(range(251)) * (size // 251 + 1)
    incoming = storage.receive(KEY)
    for start in range(0, size, 1_000_000):
        incoming.write(data[start : min(start + 1_000_000, size)])
    before = (bucket.names(), len(bucket.uploads()))

    incoming.keep()

    assert before == ([], int(size > PART_BYTES))
    assert (bucket.names(), bucket.uploads()) == ([f"films/{KEY}"], [])
    with storage.open(KEY) as file:
        assert file.read() == data[:size]


def test_what_is_known_to_be_huge_comes_in_larger_parts(storage: S3Storage, bucket: Bucket) -> None:
    incoming = storage.receive(KEY, 10 * 9000 * PART_BYTES)

    incoming.write(bytes(2 * PART_BYTES))

    assert bucket.uploads() == []
    incoming.discard()


def test_a_discarded_upload_leaves_nothing_behind(storage: S3Storage, bucket: Bucket) -> None:
    incoming = storage.receive(KEY)
    incoming.write(bytes(PART_BYTES + 1))
    during = bucket.uploads()

    incoming.discard()

    assert during == [f"films/{KEY}"]
    assert (bucket.names(), bucket.uploads()) == ([], [])


def test_uploads_that_nobody_ended_are_called_off_by_their_age(storage: S3Storage, bucket: Bucket) -> None:
    storage.receive(KEY).write(bytes(PART_BYTES + 1))

    storage.clear_abandoned(datetime(2000, 1, 1, tzinfo=UTC))
    young = bucket.uploads()
    storage.clear_abandoned(datetime.now(UTC) + timedelta(seconds=1))

    assert young == [f"films/{KEY}"]
    assert bucket.uploads() == []


def test_only_what_is_below_the_prefix_is_seen_and_removed(storage: S3Storage, bucket: Bucket) -> None:
    bucket.client.put_object(Bucket=bucket.name, Key="outputs/1/other.jpg", Body=b"of somebody else")
    _store(storage, key="outputs/1/video/image.jpg")
    told = [one.key for one in storage.list_below("outputs/")]

    storage.delete_below("outputs/")

    assert told == ["outputs/1/video/image.jpg"]
    assert bucket.names() == ["outputs/1/other.jpg"]


def test_more_than_one_page_is_told_and_removed(storage: S3Storage, bucket: Bucket) -> None:
    for number in range(1005):
        bucket.client.put_object(Bucket=bucket.name, Key=f"films/outputs/1/{number}", Body=b"")
    told = {one.key for one in storage.list_below("outputs/1/")}

    storage.delete_below("outputs/1/")

    assert len(told) == 1005
    assert bucket.names() == []


def test_a_key_that_leads_out_is_refused(storage: S3Storage) -> None:
    with pytest.raises(StorageError, match="A key led out"):
        storage.open("../outside")


def test_browsers_fetch_parts_by_a_link_under_our_type_and_only_to_save(storage: S3Storage) -> None:
    _store(storage, b"0123456789")

    link = storage.link(KEY, media_type="video/mp4", disposition="attachment; filename=a.mp4", seconds=60)
    answer = httpx.get(link, headers={"Range": "bytes=2-4"})

    assert (answer.status_code, answer.content) == (206, b"234")
    assert answer.headers["Content-Type"] == "video/mp4"
    assert answer.headers["Content-Disposition"] == "attachment; filename=a.mp4"
    assert parse_qs(urlsplit(link).query)["X-Amz-Expires"] == ["60"]
    assert link.startswith(f"{storage.origin}/")


def test_links_are_for_the_name_by_which_browsers_reach_the_store(build_bucket_storage: Build) -> None:
    storage = build_bucket_storage("&public=https://films.example")

    link = storage.link(KEY, media_type="video/mp4", disposition="attachment", seconds=60)

    assert storage.origin == "https://films.example"
    assert link.startswith("https://films.example/")


def test_a_link_tells_no_secret(storage: S3Storage) -> None:
    assert "vtm-test-secret" not in storage.link(KEY, media_type="video/mp4", disposition="attachment", seconds=60)


def test_a_bucket_that_is_there_can_be_tried_out_and_stays_empty(storage: S3Storage, bucket: Bucket) -> None:
    storage.try_out()

    assert bucket.names() == []


def test_a_bucket_that_is_not_there_is_told(storage: S3Storage, bucket: Bucket) -> None:
    bucket.client.delete_bucket(Bucket=bucket.name)

    with pytest.raises(StorageError, match=r"The bucket cannot be used: there is no such bucket\."):
        storage.try_out()


def test_credentials_that_are_not_there_are_told(
    bucket: Bucket, build_bucket_storage: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    with pytest.raises(StorageError, match="there are no credentials"):
        build_bucket_storage().check()


def test_keys_of_the_settings_go_before_those_of_the_environment(build_bucket_storage: Build) -> None:
    keys = {"aws_access_key_id": "from-settings", "aws_secret_access_key": "secret"}

    link = build_bucket_storage("", keys).link(KEY, media_type="video/mp4", disposition="attachment", seconds=60)

    assert "X-Amz-Credential=from-settings%2F" in link
