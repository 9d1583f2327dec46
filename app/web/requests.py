"""Requests whose files go straight to storage while they arrive: no second copy, no memory."""

import io
from typing import IO, Any

from flask import Request
from werkzeug.datastructures import FileStorage

from app.errors import InvalidRequest
from app.storage.base import Incoming
from app.web.access import core


class UploadStream(io.RawIOBase):
    """A file part on its way to storage, in the form that the multipart parser writes to."""

    def __init__(self, incoming: Incoming) -> None:
        self.incoming = incoming

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return self.incoming.write(bytes(data))

    def seek(self, offset: int, whence: int = 0) -> int:
        # The parser rewinds a part when it is complete; there is nothing to rewind here.
        return 0

    def close(self) -> None:
        self.incoming.discard()
        super().close()


class StreamingRequest(Request):
    """Hands every file part to storage as it comes, and forgets what nobody kept when the request ends."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._streams: list[UploadStream] = []

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        stream = UploadStream(core().storage.receive())
        self._streams.append(stream)
        return stream  # type: ignore[return-value]

    def close(self) -> None:
        super().close()
        for stream in self._streams:
            stream.close()

    def one_file(self, field: str) -> tuple[Incoming, str]:
        """Return the one uploaded file of `field`, and its name as the client gave it. Raises InvalidRequest."""
        parts = self.files.getlist(field)
        if not parts:
            raise InvalidRequest(
                f"{field} is missing: send the file as multipart/form-data in a part named {field}.", field=field
            )
        if len(parts) > 1:
            raise InvalidRequest(f"{field} came {len(parts)} times: send one file a request.", field=field)
        return _incoming_of(parts[0], field), parts[0].filename or ""


def _incoming_of(part: FileStorage, field: str) -> Incoming:
    if not part.filename:
        raise InvalidRequest(f"{field} has no file name: choose a file.", field=field)
    stream = part.stream
    if not isinstance(stream, UploadStream):
        raise InvalidRequest(f"{field} did not arrive as a file.", field=field)
    return stream.incoming
