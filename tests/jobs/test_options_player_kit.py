"""Options of player kits: each part's own, or none of it."""

from typing import Any

import pytest

from app.jobs.options.fields import InvalidOptions
from app.jobs.options.player_kit import player_kit_request, read_options
from app.jobs.options.wish import SourceFacts
from app.media.requests.base import Box
from app.models import Output

FACTS = SourceFacts(filename="clip.mp4", size_bytes=1, duration_seconds=10.0)


def test_nothing_said_is_everything() -> None:
    wish = read_options({})

    assert wish.output is Output.PLAYER_KIT
    assert all(wish.options[part] for part in ("poster", "storyboard", "contact_sheet", "preview"))
    assert wish.options["archive"] is True


def test_the_same_kit_in_other_words_is_the_same_wish() -> None:
    words = read_options({"poster": "true", "storyboard": {}, "preview": True, "archive": "true"})

    assert words.fingerprint(1) == read_options({}).fingerprint(1)


def test_a_part_that_is_not_wanted_is_not_asked_for() -> None:
    request = player_kit_request(read_options({"preview": False}).options, FACTS, Box())

    assert request.preview is None
    assert request.storyboard is not None
    assert request.storyboard.duration_seconds == 10.0


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"poster": 3}, "poster"),
        ({"poster": None}, "poster"),
        ({"storyboard": {"columns": 10_000}}, "storyboard"),
        ({"contact_sheet": {"title": "x" * 100_000}}, "contact_sheet"),
        ({"preview": {"format": "bmp"}}, "preview"),
        ({"archive": "perhaps"}, "archive"),
        ({"rendition": True}, "rendition"),
        (dict.fromkeys(("poster", "storyboard", "contact_sheet", "preview"), False), "poster"),
    ],
    ids=lambda value: str(value)[:50],
)
def test_what_makes_no_sense_is_named(options: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidOptions) as caught:
        read_options(options)

    assert caught.value.field == field
    assert len(caught.value.message) < 250
