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
    ("output", "file", "size"),
    [
        ("poster", "poster.jpg", (192, 96)),
        ("square", "square.webp", (96, 96)),
        ("contact_sheet", "SHEET.PNG", (1280, None)),
        ("thumbnail --set sizes=48x24", "one.jpeg", (48, 24)),
    ],
)
def test_a_single_file_is_called_as_it_is_wanted(
    clip: Path, capsys: pytest.CaptureFixture[str], output: str, file: str, size: tuple[int, int | None]
) -> None:
    what, *options = output.split()

    code = main(["make", what, clip.name, *options, "-o", file])

    assert (code, capsys.readouterr().out.splitlines()) == (OK, [file])
    assert {path.name for path in clip.parent.iterdir()} == {clip.name, file}
    assert all(side in (made, None) for side, made in zip(size, size_of(file), strict=True))
    with Image.open(file) as image:
        assert (
            image.format == {".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP", ".png": "PNG"}[Path(file).suffix.lower()]
        )


def test_what_is_made_of_videos_only_is_not_made_of_a_picture(clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Image.new("RGB", (48, 48)).save("picture.png")

    code = main(["make", "storyboard", "picture.png"])

    assert code == FAILED
    assert capsys.readouterr().err.startswith("output cannot be storyboard: this is a picture")


@pytest.mark.parametrize("folder", ["picture-storyboard", "made/here/and there"])
def test_a_folder_that_stays_empty_is_taken_away_again(clip: Path, folder: str) -> None:
    Image.new("RGB", (48, 48)).save("picture.png")

    code = main(["make", "storyboard", "picture.png", "-o", folder])

    assert code == FAILED
    assert {path.name for path in clip.parent.iterdir()} == {clip.name, "picture.png"}


def test_a_folder_that_was_there_is_left(clip: Path) -> None:
    Image.new("RGB", (48, 48)).save("picture.png")
    Path("mine").mkdir()

    code = main(["make", "storyboard", "picture.png", "-o", "mine/stills"])

    assert (code, list(Path("mine").iterdir())) == (FAILED, [])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["film", "clip.mp4"], "OUTPUT is not one of thumbnail"),
        (["thumbnail", "clip.mp4"], "width is missing"),
        (["thumbnail", "clip.mp4", "--set", "width"], "--set takes NAME=VALUE"),
        (["thumbnail", "clip.mp4", "--set", "sizes=[{"], "--set"),
        (["thumbnail", "clip.mp4", "--set", r'sizes=[{"\ud800": 1}]'], "--set: [{"),
        (["thumbnail", "clip.mp4", "--set", "widht=3"], "widht is not an option here."),
        (["thumbnail", "clip.mp4", "--set", "width=3", "-o", "clip.mp4/stills"], "clip.mp4/stills cannot be a folder"),
        (
            ["thumbnail", "clip.mp4", "--set", "width=3", "-o", "clip.mp4"],
            "--output ends in .mp4: format is not one of",
        ),
        (["thumbnail", "clip.mp4", "--set", "width=3", "--set", "count=2", "-o", "a.jpg"], "a.jpg is one file, but 2"),
        (["thumbnail", "clip.mp4", "--set", "width=3", "--set", "format=png", "-o", "a.jpg"], "--output is a.jpg, but"),
        (["storyboard", "clip.mp4", "-o", "a.jpg"], "A storyboard is several files: name a folder"),
        (["thumbnail", "clip.mp4", "--set", "width=3", "--set", "t=1", "--set", "count=2"], "Either t or count"),
        (["thumbnail", "clip.mp4", "--set", "sizes=wide"], "sizes must be written 640x360"),
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
