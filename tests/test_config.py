"""Settings: each with a default, each read from the environment, each bad one named."""

import os
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from app.config import GIB, MIB, Settings, read_size
from app.errors import SettingsError

NAMES = {item.name: item.name.upper() for item in fields(Settings)}

DEFAULTS: dict[str, Any] = {
    "host": "127.0.0.1",
    "port": 5000,
    "allowed_hosts": "",
    "data_dir": "data",
    "database_url": "",
    "redis_url": "",
    "web_processes": 1,
    "seats": 0,
    "max_upload_bytes": 10_000_000_000,
    "min_free_bytes": 500_000_000,
    "max_pixels": 100_000_000,
    "decoder_memory_bytes": 2 * GIB,
    "decoder_seconds": 120,
    "lease_seconds": 15.0,
    "max_attempts": 3,
    "presets_file": "",
    "drain_seconds": 20.0,
    "event_days": 7.0,
    "log_level": "INFO",
}

GOOD = [
    ("HOST", "0.0.0.0", "0.0.0.0"),  # noqa: S104
    ("PORT", "8080", 8080),
    ("PORT", " 8080 ", 8080),
    ("ALLOWED_HOSTS", "a.example,b.example", "a.example,b.example"),
    ("DATA_DIR", "/srv/vtm", "/srv/vtm"),
    ("DATABASE_URL", "mysql+pymysql://u:p@db/vtm", "mysql+pymysql://u:p@db/vtm"),
    ("DATABASE_URL", "sqlite:////srv/vtm.sqlite3", "sqlite:////srv/vtm.sqlite3"),
    ("REDIS_URL", "redis://:secret@redis:6379/0", "redis://:secret@redis:6379/0"),
    ("REDIS_URL", "unix:///run/redis.sock", "unix:///run/redis.sock"),
    ("SEATS", "0", 0),
    ("MAX_UPLOAD_BYTES", "500M", 500_000_000),
    ("DECODER_MEMORY_BYTES", "512Mi", 512 * MIB),
    ("LEASE_SECONDS", "2.5", 2.5),
    ("DRAIN_SECONDS", "0", 0.0),
    ("LOG_LEVEL", "DEBUG", "DEBUG"),
]

BAD = [
    ("HOST", ""),
    ("PORT", "0"),
    ("PORT", "65536"),
    ("PORT", "-1"),
    ("PORT", "http"),
    ("PORT", "80.5"),
    ("PORT", ""),
    ("DATA_DIR", ""),
    ("DATABASE_URL", "mysql://u:p@db/vtm"),
    ("DATABASE_URL", "postgresql://db/vtm"),
    ("REDIS_URL", "localhost:6379"),
    ("REDIS_URL", "http://redis"),
    ("WEB_PROCESSES", "0"),
    ("SEATS", "-1"),
    ("SEATS", "many"),
    ("MAX_UPLOAD_BYTES", "0"),
    ("MAX_UPLOAD_BYTES", "-1"),
    ("MAX_UPLOAD_BYTES", "10X"),
    ("MAX_UPLOAD_BYTES", "1.5G"),
    ("MAX_UPLOAD_BYTES", "G"),
    ("MAX_UPLOAD_BYTES", ""),
    ("MIN_FREE_BYTES", "-1"),
    ("MAX_PIXELS", "0"),
    ("DECODER_MEMORY_BYTES", "511Mi"),
    ("DECODER_SECONDS", "0"),
    ("LEASE_SECONDS", "0.5"),
    ("LEASE_SECONDS", "nan"),
    ("LEASE_SECONDS", "inf"),
    ("LEASE_SECONDS", "1e300"),
    ("MAX_ATTEMPTS", "0"),
    ("MAX_ATTEMPTS", "1000000"),
    ("DRAIN_SECONDS", "-1"),
    ("DRAIN_SECONDS", "nan"),
    ("EVENT_DAYS", "0"),
    ("EVENT_DAYS", "nan"),
    ("EVENT_DAYS", "1e9"),
    ("LOG_LEVEL", "LOUD"),
    ("LOG_LEVEL", ""),
]


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
    # What a file of presets says is tried where it is read.
    free = {"ALLOWED_HOSTS", "PRESETS_FILE"}

    assert {name for name, _text in BAD} | free == set(NAMES.values())


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
