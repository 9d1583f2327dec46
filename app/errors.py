"""What can go wrong in the service, apart from the media itself (see `app/media/errors.py`).

AppError
├── InvalidRequest     something asked is malformed (names the field)
├── NotFound           no such thing, or not yours
│   └── Gone           it was there, and is not kept any more
├── Conflict           it exists, but not in a state that allows this
├── TooLarge           more bytes than are accepted
├── Forbidden          asked from a place that may not ask
├── StorageError       bytes could not be read or written
│   └── StorageFull    there is no room for more
├── BrokerAway         the message broker does not answer
├── ClaimLost          the job was given to somebody else meanwhile
└── SettingsError      a setting stops the start
"""


class AppError(Exception):
    """Root of the service's errors: a stable code for programs, a sentence for people."""

    code = "error"
    is_retryable = False

    def __init__(self, message: str, *, code: str = "", field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        if code:
            self.code = code


class InvalidRequest(AppError):
    """Raised when what was asked is malformed; `field` names the part at fault."""

    code = "invalid_request"


class NotFound(AppError):
    """Raised when there is no such thing for this person."""

    code = "not_found"


class Gone(NotFound):
    """Raised when a thing is not kept any more."""

    code = "gone"


class Conflict(AppError):
    """Raised when a thing's state does not allow what was asked."""

    code = "conflict"


class TooLarge(AppError):
    """Raised when more bytes are sent than are accepted."""

    code = "too_large"


class Forbidden(AppError):
    """Raised when a request comes from where it must not come."""

    code = "forbidden"


class StorageError(AppError):
    """Raised when bytes could not be read or written."""

    code = "storage_unavailable"
    is_retryable = True


class StorageFull(StorageError):
    """Raised when there is no room for more bytes."""

    code = "storage_full"


class BrokerAway(AppError):
    """Raised when the message broker takes or gives nothing; the message never tells with which password."""

    code = "broker_away"
    is_retryable = True


class ClaimLost(AppError):
    """Raised when a worker reports on a job whose lease it no longer holds."""

    code = "claim_lost"


class SettingsError(AppError):
    """Raised at the start when a setting has no usable value; the message names it."""

    code = "bad_setting"
