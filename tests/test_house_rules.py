"""Rules of this house that no other tool checks. Each says why it is one."""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from app import create_app
from app.config import Settings
from app.jobs.options.contact_sheet import ContactSheetSchema
from app.jobs.options.player_kit import PlayerKitSchema
from app.jobs.options.poster import PosterSchema
from app.jobs.options.preview import PreviewSchema
from app.jobs.options.rendition import RenditionSchema
from app.jobs.options.slideshow import SlideshowSchema
from app.jobs.options.storyboard import StoryboardSchema
from app.jobs.options.thumbnail import ThumbnailSchema
from app.jobs.outputs import OUTPUTS
from app.version import VERSION
from app.web.access import CORE

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")

OPTION_SCHEMAS = {
    "thumbnail": ThumbnailSchema,
    "poster": PosterSchema,
    "storyboard": StoryboardSchema,
    "contact_sheet": ContactSheetSchema,
    "preview": PreviewSchema,
    "rendition": RenditionSchema,
    "player_kit": PlayerKitSchema,
    "Slideshows": SlideshowSchema,
}
# A file that is longer has become two things; a function that is longer can no longer be read at a glance.
_LONGEST_FILE = {".py": 300, ".js": 150, ".css": 200, ".html": 120}
_LONGEST_FUNCTION = 40
_LONGEST_TEST = 30
# Names that say nothing, and so collect everything.
_EMPTY_NAMES = frozenset(("utils", "helpers", "common", "misc", "manager", "handler"))


def _files(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in _LONGEST_FILE]
    return [path for path in sorted(found) if "vendor" not in path.parts and "__pycache__" not in path.parts]


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", _files("app", "static", "templates", "tests", "benchmarks"), ids=_name)
def test_no_file_is_too_long(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")

    assert lines <= _LONGEST_FILE[path.suffix]


@pytest.mark.parametrize("path", [path for path in _files("app", "tests") if path.suffix == ".py"], ids=_name)
def test_no_function_is_too_long(path: Path) -> None:
    longest = _LONGEST_TEST if path.is_relative_to(ROOT / "tests") else _LONGEST_FUNCTION
    # Migrations and settings are lists; they are as long as what they list.
    if "migrations" in path.parts:
        return

    too_long = [node.name for node in _functions(path) if (node.end_lineno or 0) - node.lineno + 1 > longest]

    assert too_long == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    named = [path for path in _files("app", "static", "tests") if path.stem in _EMPTY_NAMES]

    assert named == []


def test_colours_stand_in_the_tokens_only() -> None:
    colour = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|oklch|lab)a?\(")
    sheets = [path for path in _files("static") if path.suffix == ".css" and path.name != "tokens.css"]

    stray = [f"{_name(path)}: {match}" for path in sheets for match in colour.findall(path.read_text())]

    assert stray == []


def test_no_template_styles_or_scripts_inline() -> None:
    inline = re.compile(r"\sstyle=|\son[a-z]+=|<style|<script(?![^>]*\ssrc=)")

    stray = [_name(path) for path in _files("templates") if inline.search(path.read_text(encoding="utf-8"))]

    assert stray == []


def test_no_stylesheet_needs_important() -> None:
    stray = [_name(path) for path in _files("static") if path.suffix == ".css" and "!important" in path.read_text()]

    assert stray == []


def test_every_setting_is_in_the_readme_with_its_default_and_help() -> None:
    missing = [
        item.name.upper()
        for item in fields(Settings)
        if f"| `{item.name.upper()}` |{_default(item.default)} | {item.metadata['help']} |" not in README
    ]

    assert missing == []


def test_every_native_route_is_in_the_readme(settings: Settings) -> None:
    app = create_app(settings)
    app.extensions[CORE].close()
    # Pieces of pages, and forms of pages, are the pages' own business.
    own_business = {"/static", "/videos/cards", "/videos/outputs", "/videos/count", "/jobs/rows", "/jobs/tabs", "/"}

    rules = {re.sub(r"<(?:int:)?(\w+)>", r"<\1>", rule.rule) for rule in app.url_map.iter_rules()}
    public = {rule for rule in rules if not any(rule == own or rule.startswith("/static") for own in own_business)}
    missing = [rule for rule in public if not _is_documented(rule)]

    assert missing == []


def test_every_command_is_in_the_readme() -> None:
    commands = re.findall(r'add_parser\("(\w+)"', (ROOT / "app/cli.py").read_text())

    assert [name for name in commands if f"`{name}`" not in README and f"app {name}" not in README] == []


def test_the_version_is_the_changelogs() -> None:
    assert re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+", VERSION)


def test_the_lock_names_no_index() -> None:
    lock = json.loads((ROOT / "Pipfile.lock").read_text())

    named = [name for group in ("default", "develop") for name, entry in lock[group].items() if "index" in entry]
    unhashed = [name for group in ("default", "develop") for name, entry in lock[group].items() if not entry["hashes"]]

    assert lock["_meta"]["sources"] == []
    assert (named, unhashed) == ([], [])


def test_every_decision_has_its_number_and_its_three_parts() -> None:
    records = sorted((ROOT / "docs/decisions").glob("*.md"))

    for number, record in enumerate(records, start=1):
        text = record.read_text(encoding="utf-8")
        assert record.name.startswith(f"{number:04}-")
        assert all(f"**{part}.**" in text for part in ("Context", "Decision", "Consequences"))


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _default(value: object) -> str:
    return "" if value == "" else f" `{value}`"


def _is_documented(rule: str) -> bool:
    shape = re.sub(r"<\w+>", r"<[^>]+>", rule)
    return re.search(rf"(?:GET|POST|DELETE) {shape}(?=[`?,\s])", README) is not None


def test_every_option_of_every_output_is_documented() -> None:
    text = (ROOT / "docs/outputs.md").read_text(encoding="utf-8")
    sections = {part.split("\n", 1)[0].strip(): part for part in text.split("\n## ")}

    assert OPTION_SCHEMAS.keys() == {*OUTPUTS, "Slideshows"}
    missing = [
        f"{output}: {name}"
        for output, schema in OPTION_SCHEMAS.items()
        for name in schema().fields
        if f"`{name}`" not in sections[output]
    ]

    assert missing == []
