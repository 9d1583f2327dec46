"""What one decoder may spend on one source. Checked before decoding wherever that is possible."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds for one task; every number has its unit in its name."""

    # A frame of 100 megapixels is 12 K; what is larger is a bomb more often than a film.
    pixels: int = 100_000_000
    # Broadcast recordings carry some dozens; a thousand streams is an attack on the demuxer.
    streams: int = 128
    # Ten minutes at 60 frames a second between two keyframes: more is not seeking but playing.
    frames: int = 36_000
    # Packets read to find the end of a file whose header does not tell its duration.
    scanned_packets: int = 2_000_000
    # Processor seconds and wall seconds for a whole task.
    cpu_seconds: int = 120
    wall_seconds: float = 120.0
    # How often the wall seconds begin anew when a task tells that it got on. Only work that takes as long as a film
    # has any: then a task is not stopped for being long, but for standing still.
    renewals: int = 0
    # Address space of the process; 8K HEVC on one thread stays under 1.2 GiB.
    memory_bytes: int = 2048 * MIB
    # What all pictures of a task may take together.
    output_bytes: int = 1024 * MIB
