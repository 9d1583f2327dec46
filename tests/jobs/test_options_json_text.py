"""JSON as strangers write it: what cannot be read, or is no text, is refused where it is read."""

from typing import Any

import pytest

from app.errors import InvalidRequest
from app.jobs.options.json_text import read_json


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b'{"a": [1, null]}', {"a": [1, None]}),
        ('"\\ud83c\\udf7f"', "\U0001f37f"),
        ('"\u00e9"', "\u00e9"),
        ("1e999", float("inf")),
    ],
)
def test_json_is_read(text: str | bytes, said: Any) -> None:
    assert read_json(text, "The body", field="body") == said


@pytest.mark.parametrize("text", ["", "{", b"\xff", "[" * 100_000, "9" * 5000])
def test_what_is_no_json_is_refused(text: str | bytes) -> None:
    with pytest.raises(InvalidRequest, match=r"^The body is not JSON that can be read\.$") as refusal:
        read_json(text, "The body", field="body")

    assert refusal.value.field == "body"


@pytest.mark.parametrize(
    "text",
    [r'"\ud800"', r'{"\ud800": 1}', r'{"a": [{"b": "x\udfff"}]}', r'"\udf7f\ud83c"', b'"\xed\xa0\x80"', '"\udcff"'],
)
def test_half_a_character_is_refused(text: str | bytes) -> None:
    with pytest.raises(InvalidRequest, match="half a character") as refusal:
        read_json(text, "The timeline", field="slides")

    assert refusal.value.field == "slides"
    assert refusal.value.message.startswith("The timeline ")
