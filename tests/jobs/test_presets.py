"""Presets: named options, ours and an operator's."""

from pathlib import Path

import pytest

from app.errors import InvalidRequest, SettingsError
from app.jobs.presets import Presets
from app.models import Output


def test_every_preset_of_ours_can_be_asked_for() -> None:
    presets = Presets.read()

    wishes = [presets.read_wish({"preset": preset.name}) for preset in presets]

    assert [wish.preset for wish in wishes] == [preset.name for preset in presets]
    assert {"card", "banner"} <= {wish.preset for wish in wishes}


def test_an_operator_adds_presets_and_replaces_ours(tmp_path: Path) -> None:
    more = tmp_path / "presets.toml"
    more.write_text(
        '[tiny]\noutput = "thumbnail"\nwidth = 48\n\n[card]\noutput = "thumbnail"\nwidth = 500\nheight = 500\n'
    )

    presets = Presets.read(more)

    assert presets.read_wish({"preset": "tiny"}).options["sizes"] == [{"width": 48, "fit": "fit"}]
    assert presets.read_wish({"preset": "card"}).width == 500
    assert presets.read_wish({"preset": "banner"}).output is Output.THUMBNAIL


def test_a_preset_s_name_makes_no_other_job_of_the_same_wish() -> None:
    presets = Presets.read()

    by_name = presets.read_wish({"preset": "card"})
    in_full = presets.read_wish({"output": "thumbnail", "width": 640, "height": 360, "fit": "fill"})

    assert by_name.fingerprint(1) == in_full.fingerprint(1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[card", "PRESETS_FILE"),
        ("card = 1", "card"),
        ('[card]\noutput = "film"', "output"),
        ('[card]\noutput = "thumbnail"', "width"),
        ('[card]\noutput = "thumbnail"\nwidth = 0', "width"),
        ('[card]\noutput = "thumbnail"\nwidht = 320', "widht"),
        (f'[{"x" * 41}]\noutput = "thumbnail"\nwidth = 320', "40"),
    ],
)
def test_a_file_that_cannot_be_used_stops_the_start_and_is_named(tmp_path: Path, text: str, said: str) -> None:
    more = tmp_path / "presets.toml"
    more.write_text(text)

    with pytest.raises(SettingsError) as caught:
        Presets.read(more)

    assert "PRESETS_FILE" in caught.value.message
    assert said in caught.value.message


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="PRESETS_FILE"):
        Presets.read(tmp_path / "nowhere.toml")


def test_options_that_are_no_list_of_ours_are_refused() -> None:
    with pytest.raises(InvalidRequest) as caught:
        Presets.read().read_wish({"preset": ["card"]})

    assert caught.value.field == "preset"
