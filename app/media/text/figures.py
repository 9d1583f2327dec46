"""Numbers as people write them: sizes of files, durations, frame rates."""

_UNITS = ("B", "KB", "MB", "GB", "TB")
# What is told as a rate beyond this is a clock's tick, not a number of pictures.
_FASTEST = 480


def write_size(size_bytes: int) -> str:
    """Write bytes: 840 B, 84 KB, 1.3 MB, 18.4 GB."""
    value, unit = float(size_bytes), _UNITS[0]
    for unit in _UNITS:
        digits = 0 if unit in ("B", "KB") or value >= 99.95 else 1
        if round(value, digits) < 1000 or unit == _UNITS[-1]:
            break
        value /= 1000
    return f"{value:.{digits}f}".removesuffix(".0") + f" {unit}"


def write_clock(seconds: float) -> str:
    """Write a duration or position as players do, cut and not rounded: 0:05, 12:03, 1:42:09."""
    minutes, second = divmod(int(seconds), 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02}:{second:02}" if hour else f"{minute}:{second:02}"


def write_length(seconds: float) -> str:
    """Write how long a video is: 0.03 s, 0.4 s, and from a second on as players do."""
    if seconds < 0.095:
        return f"{seconds:.2f} s"
    return f"{seconds:.1f} s" if seconds < 0.95 else write_clock(round(seconds))


def write_rate(frame_rate: float) -> str:
    """Write a frame rate without idle zeros: 25 fps, 29.97 fps; of one that makes no sense, nothing."""
    return f"{frame_rate:.3f}".rstrip("0").rstrip(".") + " fps" if 0 < frame_rate <= _FASTEST else ""
