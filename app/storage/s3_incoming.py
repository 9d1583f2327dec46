"""Bytes on their way into a bucket: in parts while they arrive, so that memory holds one part at most."""

import base64
import hashlib
import logging
from typing import Any

from app.errors import StorageError
from app.storage.s3_client import translated

_log = logging.getLogger(__name__)

PART_BYTES = 8 * 1024 * 1024
# A store takes ten thousand at most.
_MOST_PARTS = 9_000
_CLOSED = "The file was closed before it ended."


class S3Incoming:
    """An upload. What fits into one part is put at once when it is kept; more goes in parts, seen only when whole."""

    def __init__(self, client: Any, key: str, *, bucket: str, name: str, expected_bytes: int) -> None:
        self.key = key
        self.size_bytes = 0
        self._client = client
        self._place = {"Bucket": bucket, "Key": name}
        self._part_bytes = max(PART_BYTES, -(-expected_bytes // _MOST_PARTS))
        self._hash = hashlib.sha256()
        self._buffer = bytearray()
        self._upload_id = ""
        self._parts: list[dict[str, Any]] = []
        self._is_open = True

    def write(self, data: bytes) -> int:
        if not self._is_open:
            raise StorageError(_CLOSED)
        self._hash.update(data)
        self.size_bytes += len(data)
        self._buffer += data
        while len(self._buffer) > self._part_bytes:
            self._send(bytes(memoryview(self._buffer)[: self._part_bytes]))
            del self._buffer[: self._part_bytes]
        return len(data)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def keep(self) -> None:
        if not self._is_open:
            raise StorageError(_CLOSED)
        last = bytes(self._buffer)
        if self._upload_id:
            self._send(last)
            with translated("The file could not be stored"):
                self._client.complete_multipart_upload(
                    **self._place, UploadId=self._upload_id, MultipartUpload={"Parts": self._parts}
                )
        else:
            with translated("The file could not be stored"):
                self._client.put_object(**self._place, Body=last, ContentMD5=_md5(last))
        self._end()

    def discard(self) -> None:
        if not self._is_open:
            return
        upload_id = self._upload_id
        self._end()
        if upload_id:
            try:
                with translated("A broken upload could not be called off"):
                    self._client.abort_multipart_upload(**self._place, UploadId=upload_id)
            except StorageError as err:
                _log.warning("%s It is left to the sweep.", err.message)

    def _send(self, part: bytes) -> None:
        with translated("The file could not be written"):
            if not self._upload_id:
                self._upload_id = self._client.create_multipart_upload(**self._place)["UploadId"]
            number = len(self._parts) + 1
            sent = self._client.upload_part(
                **self._place, UploadId=self._upload_id, PartNumber=number, Body=part, ContentMD5=_md5(part)
            )
            self._parts.append({"PartNumber": number, "ETag": sent["ETag"]})

    def _end(self) -> None:
        self._is_open = False
        self._upload_id = ""
        self._buffer = bytearray()


def _md5(data: bytes) -> str:
    """Return what a store holds the bytes against that reached it."""
    return base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()
