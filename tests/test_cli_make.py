"""`python -m app make`: any output of a file, without a service."""

import json
from pathlib import Path

import pytest
from PIL import Image

from app.cli import FAILED, OK, main
from tests.clips import make_clip


@pytest.fixture
def clip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return make_clip(tmp_path / "clip.mp4")


def test_the_files_of_an_output_lie_in_a_folder(clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--set", "count=2", "--set", 'sizes=[{"width": 96}, {"width": 48, "height": 48, "fit": "fill"}]']

    code = main(["make", "thumbnail", clip.name, *asked])

    printed = capsys.readouterr().out.splitlines()
    assert code == OK
    assert len(printed) == len(list(Path("clip-thumbnail").iterdir())) == 4
    assert {size_of(path) for path in printed} == {(96, 48), (48, 48)}


def test_a_preset_is_an_output_too(clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["make", "square", clip.name, "-o", "here/and there", "--json"])

    told = json.loads(capsys.readouterr().out)
    assert code == OK
    assert [(file["path"], file["width"], file["height"]) for file in told["files"]] == [
        ("here/and there/image.jpg", 96, 96)
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["film", "clip.mp4"], "OUTPUT is not one of thumbnail"),
        (["thumbnail", "clip.mp4"], "width is missing"),
        (["thumbnail", "clip.mp4", "--set", "width"], "--set takes NAME=VALUE"),
        (["thumbnail", "clip.mp4", "--set", "sizes=[{"], "--set"),
        (["thumbnail", "clip.mp4", "--set", "widht=3"], "widht is not an option here."),
        (["thumbnail", "clip.mp4", "--set", "width=3", "-o", "clip.mp4"], "clip.mp4 cannot be a folder"),
        (["thumbnail", "nothing.mp4", "--set", "width=3"], "nothing.mp4 is not a file."),
    ],
    ids=lambda value: str(value)[:50],
)
def test_what_makes_no_sense_is_one_line_and_leaves_nothing(
    clip: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    code = main(["make", *arguments])

    assert code == FAILED
    assert capsys.readouterr().err.startswith(said)
    assert list(clip.parent.iterdir()) == [clip]


def size_of(path: str) -> tuple[int, int]:
    with Image.open(path) as image:
        return image.size
