"""Facts come from a process that may have been taken over: nothing is believed that an honest one would not say."""

import json
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.media.facts import Facts, Intake, Probe, Product, Sound, UntrustedAnswer
from tests.media.probes import probe_of

SOUND = Sound(codec="aac", channels=2, sample_rate=48_000)
PROBE = probe_of(1280, 720, container="mov,mp4,m4a,3gp,3g2,mj2", duration_seconds=12.48, sound=SOUND)
PICTURE = Product(
    name="poster.jpg",
    role="image",
    media_type="image/jpeg",
    width=1280,
    height=720,
    offset_bytes=0,
    size_bytes=12_345,
    sha256="ab" * 32,
    position_seconds=1.24,
    rung="keyframe",
    score=0.5,
)
INTAKE = Intake(probe=PROBE, products=(PICTURE,))
HONEST = (SOUND, PROBE, PICTURE, INTAKE)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def picture_with(**changed: object) -> dict[str, Any]:
    return {**PICTURE.to_json(), **changed}


def probe_with(**changed: object) -> dict[str, Any]:
    return {**PROBE.to_json(), **changed}


@pytest.mark.parametrize("facts", HONEST, ids=lambda facts: type(facts).__name__)
def test_an_honest_answer_comes_through_json_as_it_was(facts: Facts) -> None:
    line = json.dumps(facts.to_json())

    read = type(facts).from_json(json.loads(line))

    assert read == facts


def test_what_is_not_known_may_be_none() -> None:
    data = probe_with(sound=None, duration_seconds=None, frame_rate=None)

    probe = Probe.from_json(data)

    assert (probe.sound, probe.duration_seconds, probe.frame_rate) == (None, None, None)


def test_a_whole_number_of_seconds_is_a_float_all_the_same() -> None:
    probe = Probe.from_json(probe_with(duration_seconds=12))

    assert (probe.duration_seconds, type(probe.duration_seconds)) == (12.0, float)


@pytest.mark.parametrize("facts", HONEST, ids=lambda facts: type(facts).__name__)
def test_a_missing_field_is_not_believed(facts: Facts) -> None:
    for name in facts.to_json():
        data = facts.to_json()
        del data[name]

        with pytest.raises(UntrustedAnswer):
            type(facts).from_json(data)


@pytest.mark.parametrize("facts", HONEST, ids=lambda facts: type(facts).__name__)
def test_a_field_too_many_is_not_believed(facts: Facts) -> None:
    data = {**facts.to_json(), "is_admin": True}

    with pytest.raises(UntrustedAnswer):
        type(facts).from_json(data)


@pytest.mark.parametrize("data", [None, [], "text", 1, True, {}, [["codec", "aac"]]])
def test_what_is_no_object_is_not_believed(data: object) -> None:
    with pytest.raises(UntrustedAnswer):
        Sound.from_json(data)


@pytest.mark.parametrize(
    "changed",
    [
        {"width": "1280"},
        {"width": 1280.0},
        {"width": True},
        {"size_bytes": None},
        {"width": [1280]},
        {"name": 7},
        {"name": None},
        {"name": ["poster.jpg"]},
        {"name": {"": ""}},
        {"is_blank": 0},
        {"is_blank": "false"},
        {"is_blank": None},
        {"position_seconds": "1.24"},
        {"position_seconds": True},
        {"score": "0.5"},
        {"score": False},
    ],
    ids=str,
)
def test_a_value_of_another_type_is_not_believed(changed: dict[str, object]) -> None:
    with pytest.raises(UntrustedAnswer):
        Product.from_json(picture_with(**changed))


@pytest.mark.parametrize("sound", [[], "aac", 0, False, {}, {"codec": "aac"}, {**SOUND.to_json(), "channels": "2"}])
def test_facts_inside_facts_are_not_believed_either(sound: object) -> None:
    with pytest.raises(UntrustedAnswer):
        Probe.from_json(probe_with(sound=sound))


@pytest.mark.parametrize("length", [501, 100_000])
def test_overlong_text_is_not_believed(length: int) -> None:
    with pytest.raises(UntrustedAnswer):
        Probe.from_json(probe_with(codec="x" * length))


def test_text_of_a_sane_length_is_believed() -> None:
    probe = Probe.from_json(probe_with(codec="x" * 500))

    assert len(probe.codec) == 500


@pytest.mark.parametrize("text", ["\ud800", "a\x00b"], ids=["half a character", "zero byte"])
def test_text_that_no_file_name_and_no_database_can_hold_is_not_believed(text: str) -> None:
    with pytest.raises(UntrustedAnswer):
        Product.from_json(picture_with(name=text))


@pytest.mark.parametrize(
    "number",
    [float("nan"), float("inf"), float("-inf"), 10**400, -(10**400)],
    ids="not-a-number infinite minus-infinite huge minus-huge".split(),
)
def test_a_duration_that_is_no_number_is_not_believed(number: float) -> None:
    with pytest.raises(UntrustedAnswer):
        Probe.from_json(probe_with(duration_seconds=number))


@pytest.mark.parametrize("number", [10**30, sys.maxsize + 1, -1])
@pytest.mark.parametrize("field", ["width", "height", "size_bytes"])
def test_a_size_that_no_picture_has_is_not_believed(field: str, number: int) -> None:
    with pytest.raises(UntrustedAnswer):
        Product.from_json(picture_with(**{field: number}))


@given(JSON)
def test_no_answer_raises_anything_but_mistrust(data: object) -> None:
    with pytest.raises(UntrustedAnswer):
        Intake.from_json(data)


@given(st.sampled_from([field for field in PROBE.to_json() if field != "sound"]), JSON)
def test_no_value_raises_anything_but_mistrust(field: str, value: object) -> None:
    try:
        probe = Probe.from_json(probe_with(**{field: value}))
    except UntrustedAnswer:
        return

    assert getattr(probe, field) == value
