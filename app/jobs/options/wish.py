"""One output that was asked for, in the one form in which equal wishes are equal."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.models import Output


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is wanted of which output. `options` are canonical: every default filled in, everything JSON."""

    output: Output
    options: Mapping[str, Any]
    width: int | None = None
    height: int | None = None
    preset: str | None = None

    def fingerprint(self, video_id: int) -> str:
        """Return the hash that is the same for the same wish, and only for that. A preset's name plays no part."""
        wish = [video_id, self.output.value, self.width, self.height, dict(self.options)]
        return hashlib.sha256(json.dumps(wish, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts:
    """What is known of a source when something is made from it."""

    filename: str
    size_bytes: int
    duration_seconds: float | None = None
    poster_seconds: float | None = None
