"""The version: the newest heading of the changelog that names one."""

import re
from pathlib import Path

_CHANGELOG = Path(__file__).resolve().parent.parent / "CHANGELOG.md"


def read_version(text: str) -> str:
    """Return the first `## X.Y.Z` of a changelog; "0" where there is none."""
    match = re.search(r"^## ([0-9]+\.[0-9]+\.[0-9]+)", text, re.MULTILINE)
    return match[1] if match else "0"


VERSION = read_version(_CHANGELOG.read_text(encoding="utf-8"))
