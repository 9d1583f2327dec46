"""Bytes in a bucket of an S3-compatible store, with copies on this machine of what is being read."""

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from app.errors import SettingsError, StorageError
from app.storage.base import BytesMissing, Stored
from app.storage.cache import Cache
from app.storage.s3_client import MISSING, build_client, translated, translated_all
from app.storage.s3_incoming import S3Incoming
from app.storage.s3_place import S3Place

_log = logging.getLogger(__name__)

_PIECE_BYTES = 1024 * 1024
# A download that breaks off goes on where it was, so many times.
_TRIES = 3
_UNREADABLE = "The stored file cannot be read"
_NOT_REMOVED = "Stored files could not be removed"


class S3Storage:
    """Stores bytes below a prefix of one bucket."""

    kind = "s3"

    def __init__(self, place: S3Place, cache: Cache, keys: Mapping[str, str]) -> None:
        self._place = place
        self._cache = cache
        self._bucket = place.bucket
        self._client = build_client(place, place.endpoint, keys)
        # Addresses for browsers are signed for the name by which they reach the store.
        self._public = build_client(place, place.public, keys) if place.public else self._client

    @cached_property
    def origin(self) -> str:
        parts = urlsplit(self.link("", media_type="", disposition="", seconds=1))
        return f"{parts.scheme}://{parts.netloc}"

    def has_room(self, expected_bytes: int = 0) -> bool:
        return self._cache.has_room()  # the store has room without end; what is made here needs some first

    def receive(self, key: str, expected_bytes: int = 0) -> S3Incoming:
        return S3Incoming(self._client, key, bucket=self._bucket, name=self._name(key), expected_bytes=expected_bytes)

    def open(self, key: str) -> BinaryIO:
        if not key:
            raise BytesMissing("The stored file is gone.")
        with translated(_UNREADABLE):
            facts = self._client.head_object(**self._named(key))
        etag, size_bytes = facts["ETag"], facts["ContentLength"]
        return self._cache.open(key, etag, size_bytes, lambda file: self._fetch(key, etag, size_bytes, file))

    def link(self, key: str, *, media_type: str, disposition: str, seconds: int) -> str:
        asked = {"ResponseContentType": media_type, "ResponseContentDisposition": disposition}
        with translated(_UNREADABLE):
            address: str = self._public.generate_presigned_url(
                "get_object", Params={**self._named(key or "-"), **asked}, ExpiresIn=seconds
            )
        return address

    def exists(self, key: str) -> bool:
        try:
            with translated(_UNREADABLE):
                self._client.head_object(**self._named(key))
        except BytesMissing:
            return False
        return True

    def delete(self, key: str) -> None:
        # Some stores answer that there is nothing to remove.
        with suppress(BytesMissing), translated(_NOT_REMOVED):
            self._client.delete_object(**self._named(key))
        self._cache.forget(key)

    def list_below(self, prefix: str) -> Iterator[Stored]:
        for page in self._pages("list_objects_v2", self._name(prefix)):
            for one in page.get("Contents", ()):
                yield Stored(self._key(one["Key"]), one["Size"], one["LastModified"])

    def delete_below(self, prefix: str) -> None:
        for page in self._pages("list_objects_v2", self._name(prefix)):
            if names := [one["Key"] for one in page.get("Contents", ())]:
                self._delete_all(names)

    def clear_abandoned(self, before: datetime) -> None:
        try:
            self._abort_begun(before)
        except StorageError as err:
            # Some stores cannot tell which there are, and remove them by a rule of their own.
            _log.warning("Broken uploads are left to the store: %s", err.message)

    def check(self) -> None:
        with translated_all("The bucket cannot be used"):
            self._client.head_bucket(Bucket=self._bucket)

    def try_out(self) -> None:
        """Store something and remove it. Raises StorageError where that cannot be done."""
        self.check()
        key = f".can-be-written-{os.getpid()}"
        self.receive(key).keep()
        self.delete(key)

    def close(self) -> None:
        for client in {self._client, self._public}:
            client.close()

    # --- by which names --------------------------------------------------------------------------------------

    def _name(self, key: str) -> str:
        if ".." in key.split("/"):
            raise StorageError("A key led out of the bucket's prefix.")
        return self._place.prefix + key

    def _named(self, key: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._name(key)}

    def _key(self, name: str) -> str:
        return name.removeprefix(self._place.prefix)

    # --- many at once ----------------------------------------------------------------------------------------

    def _pages(self, listing: str, prefix: str) -> Iterator[dict[str, Any]]:
        pages = iter(self._client.get_paginator(listing).paginate(Bucket=self._bucket, Prefix=prefix))
        while True:
            with translated_all("The stored files cannot be listed"):
                page = next(pages, None)
            if page is None:
                return
            yield page

    def _delete_all(self, names: Sequence[str]) -> None:
        """Remove up to a thousand, which is what a store takes in one request and lists on one page."""
        asked = {"Objects": [{"Key": name} for name in names], "Quiet": True}
        with translated_all(_NOT_REMOVED):
            told = self._client.delete_objects(Bucket=self._bucket, Delete=asked).get("Errors", ())
        failed = [one for one in told if one.get("Code") not in MISSING]
        for name in names:
            self._cache.forget(self._key(name))
        if failed:
            raise StorageError(f"{_NOT_REMOVED}: the store answers {failed[0].get('Code', 'nothing')}.")

    def _abort_begun(self, before: datetime) -> None:
        for page in self._pages("list_multipart_uploads", self._place.prefix):
            for one in page.get("Uploads", ()):
                if one["Initiated"] < before:
                    with suppress(BytesMissing), translated(_NOT_REMOVED):
                        self._client.abort_multipart_upload(
                            Bucket=self._bucket, Key=one["Key"], UploadId=one["UploadId"]
                        )

    # --- one, whole ------------------------------------------------------------------------------------------

    def _fetch(self, key: str, etag: str, size_bytes: int, file: BinaryIO) -> None:
        for attempt in range(_TRIES):
            try:
                self._fetch_rest(key, etag, size_bytes, file)
                break
            except BytesMissing:
                raise
            except StorageError:
                if attempt == _TRIES - 1:
                    raise
        if file.tell() != size_bytes:
            raise StorageError(f"{_UNREADABLE}: it is not as long as the store says.")

    def _fetch_rest(self, key: str, etag: str, size_bytes: int, file: BinaryIO) -> None:
        """Fetch what the file has not got yet, of just these bytes."""
        have = file.tell()
        if have == size_bytes:
            return
        with translated(_UNREADABLE):
            wanted = {"Range": f"bytes={have}-"} if have else {}
            body = self._client.get_object(**self._named(key), IfMatch=etag, **wanted)["Body"]
            with body:
                while piece := body.read(_PIECE_BYTES):
                    file.write(piece)


def build_s3(url: str, cache: Cache, keys: Mapping[str, str]) -> S3Storage:
    """Return the storage at the address that STORAGE_URL gives. Raises SettingsError."""
    try:
        return S3Storage(S3Place.parse(url), cache, keys)
    except ValueError as err:
        raise SettingsError(f"STORAGE_URL: {err}") from err
