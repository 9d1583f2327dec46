"""Settings: each with a default, each read from the environment, each bad one named."""

import os
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from app.config import GIB, Settings, read_size
from app.errors import SettingsError
from app.start_checks import check_servers
from tests.settings import BAD, DEFAULTS, GOOD

NAMES = {item.name: item.name.upper() for item in fields(Settings)}


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No setting comes from whoever runs the tests, and none is left behind."""
    for name in NAMES.values():
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


def test_every_setting_has_the_default_that_is_promised() -> None:
    settings = Settings.read(dotenv=None)

    assert {name: getattr(settings, name) for name in NAMES} == DEFAULTS


def test_what_is_read_from_nothing_is_what_is_built_from_nothing() -> None:
    assert Settings.read(dotenv=None) == Settings()


def test_every_setting_says_what_it_is_for() -> None:
    unexplained = [item.name for item in fields(Settings) if not item.metadata["help"].endswith(".")]

    assert unexplained == []


@pytest.mark.parametrize(("name", "text", "value"), GOOD)
def test_a_setting_is_read_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, name: str, text: str, value: Any
) -> None:
    monkeypatch.setenv(name, text)

    settings = Settings.read(dotenv=None)

    assert getattr(settings, name.lower()) == value


@pytest.mark.parametrize(("name", "text"), BAD)
def test_a_bad_value_names_its_variable(monkeypatch: pytest.MonkeyPatch, name: str, text: str) -> None:
    monkeypatch.setenv(name, text)

    with pytest.raises(SettingsError) as refusal:
        Settings.read(dotenv=None)

    assert refusal.value.message.startswith(f"{name}: ")


def test_every_setting_that_can_be_bad_was_tried() -> None:
    # What a file of presets says is tried where it is read, and keys where the bucket is.
    keys = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}
    free = {"ALLOWED_HOSTS", "PRESETS_FILE", *keys}

    assert {name for name, _text in BAD} | free == set(NAMES.values())


def test_keys_to_the_bucket_are_a_pair_or_none() -> None:
    lent = Settings(aws_access_key_id="id", aws_secret_access_key="secret", aws_session_token="lent")
    kept = Settings(aws_access_key_id="id", aws_secret_access_key="secret")

    assert kept.bucket_keys == {"aws_access_key_id": "id", "aws_secret_access_key": "secret"}
    assert lent.bucket_keys == {**kept.bucket_keys, "aws_session_token": "lent"}
    assert Settings().bucket_keys == {}


@pytest.mark.parametrize(
    ("missing", "half"),
    [
        ("AWS_SECRET_ACCESS_KEY", {"aws_access_key_id": "id"}),
        ("AWS_ACCESS_KEY_ID", {"aws_secret_access_key": "secret", "aws_session_token": "lent"}),
    ],
)
def test_half_of_a_pair_of_keys_is_told_at_the_start(missing: str, half: dict[str, Any]) -> None:
    settings = Settings(storage_url="s3://films", **half)

    with pytest.raises(SettingsError, match=f"^{missing}: "):
        check_servers(settings)


def test_all_bad_values_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PORT", "SEATS", "LOG_LEVEL"):
        monkeypatch.setenv(name, "wrong")

    with pytest.raises(SettingsError) as refusal:
        Settings.read(dotenv=None)

    assert [name for name in NAMES.values() if f"{name}: " in refusal.value.message] == ["PORT", "SEATS", "LOG_LEVEL"]


def test_a_value_can_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("redis://:secret@redis:6379/0\n")
    monkeypatch.setenv("REDIS_URL_FILE", str(tmp_path / "secret"))

    settings = Settings.read(dotenv=None)

    assert settings.redis_url == "redis://:secret@redis:6379/0"


def test_a_bad_value_in_a_file_names_its_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "port").write_text("http")
    monkeypatch.setenv("PORT_FILE", str(tmp_path / "port"))

    with pytest.raises(SettingsError, match="PORT"):
        Settings.read(dotenv=None)


@pytest.mark.parametrize("path", ["missing", "folder", "text/below", "binary"])
def test_a_file_that_cannot_be_read_names_its_variable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, path: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "text").write_text("5000")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    monkeypatch.setenv("PORT_FILE", str(tmp_path / path))

    with pytest.raises(SettingsError) as refusal:
        Settings.read(dotenv=None)

    assert "PORT_FILE" in refusal.value.message


def test_a_missing_file_does_not_hide_what_else_is_bad(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT_FILE", "/not/there")
    monkeypatch.setenv("LOG_LEVEL", "LOUD")

    with pytest.raises(SettingsError) as refusal:
        Settings.read(dotenv=None)

    assert "PORT_FILE" in refusal.value.message
    assert "LOG_LEVEL" in refusal.value.message


def test_what_the_environment_does_not_say_is_read_from_dotenv(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text('# ours\nPORT=8080\nALLOWED_HOSTS="a.example"\n')

    settings = Settings.read(tmp_path / ".env")

    assert (settings.port, settings.allowed_hosts) == (8080, "a.example")


def test_the_environment_counts_more_than_dotenv(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=8080\nSEATS=3\n")
    monkeypatch.setenv("PORT", "9090")

    settings = Settings.read(tmp_path / ".env")

    assert (settings.port, settings.seats) == (9090, 3)


def test_a_bad_value_in_dotenv_names_its_variable(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=http\n")

    with pytest.raises(SettingsError, match="PORT: "):
        Settings.read(tmp_path / ".env")


def test_no_dotenv_is_no_trouble(tmp_path: Path) -> None:
    assert Settings.read(tmp_path / ".env") == Settings()


@pytest.mark.parametrize(
    ("text", "size_bytes"),
    [
        ("1048576", 1_048_576),
        ("500M", 500_000_000),
        ("10G", 10_000_000_000),
        ("10Gi", 10 * GIB),
        ("10GiB", 10 * GIB),
        ("10GB", 10_000_000_000),
        ("2g", 2_000_000_000),
        ("1 T", 1_000_000_000_000),
        ("3Ki", 3072),
        ("7B", 7),
    ],
)
def test_a_size_is_read_as_people_write_it(text: str, size_bytes: int) -> None:
    assert read_size(text) == size_bytes


def test_the_default_database_is_in_the_data_folder(tmp_path: Path) -> None:
    settings = Settings(data_dir=str(tmp_path))

    assert settings.database_address == f"sqlite:///{tmp_path / 'vtm.sqlite3'}"
    assert Settings(database_url="mysql+pymysql://u:p@db/vtm").database_address == "mysql+pymysql://u:p@db/vtm"


def test_without_a_number_there_is_a_seat_for_each_core() -> None:
    assert Settings().seat_count == len(os.sched_getaffinity(0))
    assert Settings(seats=7).seat_count == 7


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Settings().port = 1  # type: ignore[misc]
