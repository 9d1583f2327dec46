"""Requests whose files go straight to storage while they arrive: no second copy, no memory."""

import io
from collections.abc import Mapping
from typing import IO, Any

from flask import Request, request
from gunicorn.http.errors import ParseException
from werkzeug.datastructures import FileStorage, ImmutableMultiDict
from werkzeug.exceptions import BadRequest, HTTPException, RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

from app.errors import InvalidRequest, TooLarge
from app.jobs.options.json_text import read_json
from app.media.text.figures import write_size
from app.storage.base import Incoming
from app.storage.keys import new_source_key
from app.web.access import core, owner_id

# What a form may weigh beside the file in it, and what one without a file may: that is read into memory whole.
FORM_BYTES = 1024 * 1024
_WITH_FILES = "multipart/form-data"


class FileTooLarge(RequestEntityTooLarge):
    """Raised when a file is to blame, and not the rest of the form."""


class TooManyFiles(BadRequest):
    """Raised when the file that is one too many begins."""


class UploadStream(io.RawIOBase):
    """A file part on its way to storage, in the form that the multipart parser writes to."""

    def __init__(self, incoming: Incoming, max_bytes: int) -> None:
        self.incoming = incoming
        self._max_bytes = max_bytes

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        if self.incoming.size_bytes + len(data) > self._max_bytes:
            raise FileTooLarge
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
        self._most_files: int | None = None
        if self.mimetype != _WITH_FILES:
            self.max_content_length = FORM_BYTES

    def make_form_data_parser(self) -> FormDataParser:
        parser = super().make_form_data_parser()
        parser.silent = False  # half a form is not an empty one
        return parser

    def _load_form_data(self) -> None:
        try:
            super()._load_form_data()
        except (ValueError, OSError, ParseException, HTTPException) as err:
            # Nobody who asks again reads what is left of a refused form as a form of its own.
            vars(self).update(form=ImmutableMultiDict(), files=ImmutableMultiDict())
            if isinstance(err, HTTPException):
                raise
            raise BadRequest from err

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        if self._most_files is not None and len(self._streams) >= self._most_files:
            raise TooManyFiles
        incoming = core().storage.receive(new_source_key(owner_id()), total_content_length or 0)
        stream = UploadStream(incoming, core().settings.max_upload_bytes)
        self._streams.append(stream)
        return stream  # type: ignore[return-value]

    def close(self) -> None:
        super().close()
        for stream in self._streams:
            stream.close()

    def one_file(self, field: str) -> tuple[Incoming, str]:
        """Return the one uploaded file of `field`, and its name as the client gave it.

        Raises InvalidRequest, and TooLarge where a file has more bytes than are accepted.
        """
        parts = self._file_parts(field) if self.mimetype == _WITH_FILES else []
        if not parts:
            raise InvalidRequest(
                f"{field} is missing: send the file as multipart/form-data in a part named {field}.", field=field
            )
        if len(parts) > 1:
            raise InvalidRequest(f"{field} came {len(parts)} times: send one file a request.", field=field)
        return _incoming_of(parts[0], field), parts[0].filename or ""

    def all_files(self, field: str, *, most: int) -> list[tuple[Incoming, str]]:
        """Return the uploaded files of `field` in their order, each with its name as the client gave it.

        A part for which no file was chosen is none.

        Raises InvalidRequest for more than `most`, and TooLarge where one has more bytes than are accepted.
        """
        self._most_files = most
        parts = [part for part in self._file_parts(field) if part.filename] if self.mimetype == _WITH_FILES else []
        return [(_incoming_of(part, field), part.filename or "") for part in parts]

    def _file_parts(self, field: str) -> list[FileStorage]:
        """Take in the form. What is wrong with it is said of `field`, the one part that is wanted."""
        max_bytes = core().settings.max_upload_bytes
        try:
            if (self.content_length or 0) > max_bytes + FORM_BYTES:
                raise FileTooLarge
            return self.files.getlist(field)
        except FileTooLarge as err:
            most = write_size(max_bytes)
            raise TooLarge(f"{field} is larger than the {most} that are accepted.", field=field) from err
        except TooManyFiles as err:
            raise InvalidRequest(f"{field}: at most {self._most_files} files are taken.", field=field) from err
        except BadRequest as err:
            raise InvalidRequest(
                f"{field} cannot be read from this form: it broke off on its way, or is not {_WITH_FILES} in UTF-8.",
                field=field,
            ) from err


def _incoming_of(part: FileStorage, field: str) -> Incoming:
    if not part.filename:
        raise InvalidRequest(f"{field} has no file name: choose a file.", field=field)
    stream = part.stream
    if not isinstance(stream, UploadStream):
        raise InvalidRequest(f"{field} did not arrive as a file.", field=field)
    return stream.incoming


def read_fields() -> dict[str, Any]:
    """Return what a JSON object or a form says; in a form, what was left empty was not said.

    Raises InvalidRequest for a body that is neither.
    """
    if request.mimetype != "application/json":
        try:
            return without_empty(request.form)
        except BadRequest as err:
            raise InvalidRequest("The form cannot be read: it broke off, or is not in UTF-8.", field="body") from err
    sent = read_json(request.get_data(), "The body", field="body")
    if not isinstance(sent, dict):
        raise InvalidRequest("The body must be a JSON object of options.", field="body")
    return sent


def without_empty(form: Mapping[str, str]) -> dict[str, str]:
    """Return a form's fields; what was left empty was not said."""
    return {name: value for name, value in form.items() if value.strip()}
