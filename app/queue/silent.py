"""A bell that nobody hears, for one process that looks by itself."""


class SilentBell:
    """Counts its rings, and never wakes anybody."""

    def __init__(self) -> None:
        self.rings = 0

    def ring(self) -> None:
        self.rings += 1

    def wait(self, timeout_seconds: float) -> bool:
        return False

    def close(self) -> None:
        pass
