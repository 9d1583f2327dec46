"""The encoder of Ogg films, outside the jail: ffmpeg's own program, because PyAV lacks Theora and Vorbis.

It opens no file and parses nothing of the source: raw pictures and raw sound come in through two pipes from the jailed
decoder, whose other ends that is lent, and the film goes back to it through a third.
"""

import fcntl
import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import BinaryIO

from app.media.bounds import Bounds, bound_command
from app.media.errors import EncodingFailed
from app.media.limits import Limits

# A frame of 720p, so that two processes need not take turns for each 64 KiB; more than ordinary users may have.
_PIPE_BYTES = 1024 * 1024
# Theora's quality from 0 to 10 where no bit rate is asked.
_QUALITY = 7
_RATE = 48_000
_MAX_OPEN_FILES = 64


@contextmanager
def theora_encoder(*, bitrate_kbps: int | None, has_sound: bool, limits: Limits) -> Iterator[list[BinaryIO]]:
    """Run an encoder and give the ends for `ogg.write_ogg`: pictures, film and, where there is any, sound.

    Whoever takes them closes them. At the end the encoder is gone, whatever it was doing.
    Raises EncodingFailed where it cannot be started.
    """
    with ExitStack() as ours, ExitStack() as theirs:
        pictures_in, pictures = _pipe(theirs, ours)
        film, film_out = _pipe(ours, theirs)
        sound_in, sound = _pipe(theirs, ours) if has_sound else (None, None)
        command = _command(bitrate_kbps, limits, sound_in.fileno() if sound_in is not None else None)
        extra = [sound_in] if sound_in is not None else []
        process = _start(bound_command(command, _bounds(limits)), stdin=pictures_in, stdout=film_out, extra=extra)
        ours.callback(_end, process)
        theirs.close()
        yield [pictures, film, *([sound] if sound is not None else [])]


def _pipe(reading: ExitStack, writing: ExitStack) -> tuple[BinaryIO, BinaryIO]:
    """Return the ends of a new pipe, to read and to write."""
    read_end, write_end = os.pipe()
    reader = reading.enter_context(os.fdopen(read_end, "rb", buffering=0))
    writer = writing.enter_context(os.fdopen(write_end, "wb", buffering=0))
    with suppress(OSError):
        fcntl.fcntl(write_end, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    return reader, writer


def _command(bitrate_kbps: int | None, limits: Limits, sound_descriptor: int | None) -> list[str]:
    try:
        from imageio_ffmpeg import get_ffmpeg_exe  # type: ignore[import-untyped]

        program = get_ffmpeg_exe()
    except (ImportError, RuntimeError) as err:
        raise EncodingFailed("Ogg films need the program ffmpeg, which is not here.") from err
    safe = ["-protocol_whitelist", "pipe", "-max_pixels", str(limits.pixels)]
    quality = ["-q:v", str(_QUALITY)] if bitrate_kbps is None else ["-b:v", f"{bitrate_kbps}k"]
    heard = ["-f", "s16le", "-ar", str(_RATE), "-ac", "2"]
    return [
        *(program, "-nostdin", "-v", "quiet"),
        *(*safe, "-f", "yuv4mpegpipe", "-i", "pipe:0"),
        *([*safe, *heard, "-i", f"pipe:{sound_descriptor}"] if sound_descriptor is not None else ()),
        # The one matrix that Theora has a word for.
        *("-map", "0:v", "-vf", "setparams=color_primaries=bt470bg:colorspace=bt470bg:range=tv"),
        *("-c:v", "libtheora", *quality),
        *(("-map", "1:a", "-c:a", "libvorbis", "-q:a", "4") if sound_descriptor is not None else ()),
        *("-f", "ogg", "pipe:1"),
    ]


def _bounds(limits: Limits) -> Bounds:
    """Return what the encoder may take. It writes no file at all."""
    return Bounds(
        memory_bytes=limits.memory_bytes,
        output_bytes=0,
        open_files=_MAX_OPEN_FILES,
        cpu_seconds=limits.cpu_seconds,
    )


def _start(
    command: Sequence[str], *, stdin: BinaryIO, stdout: BinaryIO, extra: Sequence[BinaryIO]
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            command,
            stdin=stdin,
            stdout=stdout,
            stderr=subprocess.DEVNULL,
            pass_fds=[file.fileno() for file in extra],
            env={"LANG": "C.UTF-8"},
            cwd="/",
            start_new_session=True,
        )
    except OSError as err:
        raise EncodingFailed(f"The program ffmpeg could not be started ({err.strerror}).") from err


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
