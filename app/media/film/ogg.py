"""The jailed side of making Ogg films: raw pictures and sound go into two pipes, and the film comes out of a third.

Each pipe has a thread of its own, and pictures and sound are read from the source independently: whichever of them the
encoder waits for, it comes, so neither side can wait for the other for ever.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from typing import Any, BinaryIO

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from app.media.decoding.sound import RATE, Samples
from app.media.errors import EncodingFailed
from app.media.film.writing import FilmForm, Written
from app.media.parts import Part

_PIECE_BYTES = 256 * 1024


def write_ogg(
    part: Part, form: FilmForm, frames: Iterable[VideoFrame], sound: Iterator[Samples], ends: Sequence[BinaryIO]
) -> Written:
    """Have one frame for each beat of the rate encoded, and the sound beside them; return how long both are.

    `ends` are of the pipes to and from the encoder: pictures, the film, and sound where there is any.
    Raises EncodingFailed, and what reading the source raises.
    """
    pictures_end, film_end, *sound_ends = ends
    with ThreadPoolExecutor(2, thread_name_prefix="feed") as pool:
        pictures = pool.submit(_feed_pictures, pictures_end, form, frames)
        heard = [pool.submit(_feed_sound, end, form, sound) for end in sound_ends]
        try:
            while data := os.read(film_end.fileno(), _PIECE_BYTES):
                part.write(data)
        finally:
            # An encoder that nobody listens to stops, and then those that feed it do.
            film_end.close()
    return Written(pictures.result(), sum((fed.result() for fed in heard), Fraction(0)))


def _feed_pictures(end: BinaryIO, form: FilmForm, frames: Iterable[VideoFrame]) -> Fraction:
    """Write frames as YUV4MPEG2, which tells their size and rate and little else that could be misread."""
    rate, size = form.rate, form.size
    beats = 0
    with end:
        header = f"YUV4MPEG2 W{size.width} H{size.height} F{rate.numerator}:{rate.denominator} Ip A1:1 C420mpeg2\n"
        _put(end, header.encode())
        for frame in frames:
            beats += 1
            _put(end, b"FRAME\n")
            _put(end, np.ascontiguousarray(frame.to_ndarray()))
    return beats / rate


def _feed_sound(end: BinaryIO, form: FilmForm, sound: Iterator[Samples]) -> Fraction:
    """Write samples as 16-bit stereo, the one form that the encoder is told to expect."""
    count = 0
    with end:
        for samples in sound:
            count += samples.shape[1]
            both = np.broadcast_to(samples, (2, samples.shape[1]))
            _put(end, np.ascontiguousarray((np.clip(both, -1, 1) * 32767).astype("<i2").T))
    return Fraction(count, RATE)


def _put(end: BinaryIO, data: bytes | NDArray[Any]) -> None:
    left = memoryview(data if isinstance(data, bytes) else data.data).cast("B")
    try:
        while left:
            left = left[os.write(end.fileno(), left) :]
    except BrokenPipeError as err:
        raise EncodingFailed("The encoder of Ogg films stopped before its time.") from err
