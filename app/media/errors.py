"""What can go wrong with a source.

MediaError
├── UnsupportedSource     not a video we open: text, a playlist, an unknown format
├── NoVideoStream         sound only, or a picture that is only cover art
├── DamagedSource         a video, but nothing in it could be decoded
├── SourceTooLarge        over a limit that is checked before decoding
├── InvalidOption         what was asked makes no sense (names the field)
└── DecoderError          the decoder process, not the source, is to blame
    ├── DecoderCrashed    it died: a signal, an exit
    ├── EncodingFailed    what it wrote does not open again
    ├── DecoderTimeout    it ran past its time
    ├── DecoderOutOfMemory it asked for more memory than it may have
    └── DecoderCancelled  its task was called off
"""


class MediaError(Exception):
    """Root of the media library's errors; the message is a sentence for people."""

    code = "media_error"
    is_retryable = False
    # What the decoding libraries said meanwhile, for whoever looks into it.
    log: tuple[str, ...] = ()

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class UnsupportedSource(MediaError):
    """Raised when the bytes are not of a kind that is opened here."""

    code = "unsupported_source"


class NoVideoStream(MediaError):
    """Raised when there is media, but no moving picture in it."""

    code = "no_video_stream"


class DamagedSource(MediaError):
    """Raised when not one frame could be decoded."""

    code = "damaged_source"


class SourceTooLarge(MediaError):
    """Raised when decoding would cross a limit (pixels, streams, frames)."""

    code = "source_too_large"


class InvalidOption(MediaError):
    """Raised when an option of an output is malformed; `field` names it."""

    code = "invalid_option"

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.field = field


class DecoderError(MediaError):
    """Raised by the side that waits for a decoder process."""

    code = "decoder_error"
    is_retryable = True


class DecoderUnavailable(DecoderError):
    """Raised when no decoder process could be started: the machine is to blame, and not the file."""

    code = "decoder_unavailable"


class DecoderCrashed(DecoderError):
    """Raised when the decoder process died under a task."""

    code = "decoder_crashed"


class EncodingFailed(DecoderError):
    """Raised when a picture that was just written does not open as what it should be."""

    code = "encoding_failed"


class DecoderTimeout(DecoderError):
    """Raised when a task ran past its time and its process was killed."""

    code = "decoder_timeout"


class DecoderOutOfMemory(DecoderError):
    """Raised when a task asked for more memory than a decoder may have."""

    code = "decoder_out_of_memory"


class DecoderCancelled(DecoderError):
    """Raised when `cancel` ended the task."""

    code = "decoder_cancelled"
