"""Every setting: its environment variable, type, default and help. Nothing else reads the environment."""

import re
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, Self, cast

from environs import EnvValidationError, FileAwareEnv, ValidationError, validate

from app.errors import SettingsError
from app.processes import processor_count

MIB = 1024**2
GB, GIB = 1000**3, 1024**3
_POWERS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}

Check = Callable[[Any], Any]


def setting(default: Any, help_text: str, *checks: Check, reader: str = "") -> Any:
    """Describe one setting; its variable is the field's name in capitals, its type the field's."""
    return field(default=default, metadata={"help": help_text, "checks": checks, "reader": reader})


def read_size(text: str) -> int:
    """Read a number of bytes: 1048576, 500M (of 1000s), 2Gi (of 1024s)."""
    match = re.fullmatch(r"([0-9]+)\s*([KMGT]?)(i?)B?", text.strip(), re.IGNORECASE)
    if not match:
        raise ValidationError("Not a number of bytes: write 1048576, 500M or 2Gi.")
    return int(match[1]) * int((1024 if match[3] else 1000) ** _POWERS[match[2].upper()])


def _checked_size(value: str | int, *, validate: list[Check]) -> int:
    # environs hands a default through the parser too, as it stands.
    size = value if isinstance(value, int) else read_size(value)
    for check in validate:
        check(size)
    return size


def _at_least(low: float) -> Check:
    return validate.Range(min=low, error=f"Must be {low} or more.")


def _between(low: float, high: float) -> Check:
    return validate.Range(low, high, error=f"Must be from {low} to {high}.")


def _starts_with(*schemes: str, example: str) -> Check:
    def check(text: str) -> None:
        if text and not text.startswith(schemes):
            raise ValidationError(f"Not an address that is understood: write {example}.")

    return check


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings, read once at the start and handed down."""

    host: str = setting(
        "127.0.0.1",
        "Address to listen on. There is no sign-in: keep it on this machine, or behind a proxy that has one.",
        validate.Length(min=1, error="Is empty."),
    )
    port: int = setting(5000, "Port to listen on.", _between(1, 65535))
    allowed_hosts: str = setting(
        "",
        "Names, separated by commas, under which browsers may call the service, "
        "beside localhost and bare IP addresses, which always may.",
    )
    data_dir: str = setting(
        "data", "Folder for sources, pictures and the default database.", validate.Length(min=1, error="Is empty.")
    )
    database_url: str = setting(
        "",
        "`mysql+pymysql://USER:PASSWORD@HOST/NAME`. Empty: SQLite in the data folder.",
        _starts_with("mysql+pymysql://", "sqlite:///", example="mysql+pymysql://USER:PASSWORD@HOST/NAME"),
    )
    redis_url: str = setting(
        "",
        "`redis://HOST:6379/0`. Empty: live events travel through the database and a local socket.",
        _starts_with("redis://", "rediss://", "unix://", example="redis://HOST:6379/0"),
    )
    queue: str = setting(
        "rows",
        "How jobs reach workers. `rows`: workers look at the database. `dramatiq`: as messages over RabbitMQ.",
        validate.OneOf(["rows", "dramatiq"], error="Must be rows or dramatiq."),
    )
    broker_url: str = setting(
        "",
        "`amqp://USER:PASSWORD@HOST`, or `amqps://`: the RabbitMQ of `QUEUE=dramatiq`.",
        _starts_with("amqp://", "amqps://", example="amqp://USER:PASSWORD@HOST"),
    )
    storage_url: str = setting(
        "",
        "`s3://BUCKET/PREFIX?endpoint=https://HOST:9000`. Empty: sources and pictures are in the data folder.",
        _starts_with("s3://", example="s3://BUCKET/PREFIX?endpoint=https://HOST:9000"),
    )
    aws_access_key_id: str = setting(
        "", "Key to the bucket. Empty: as Amazon's tools find it, in `~/.aws` or by the role of the machine."
    )
    aws_secret_access_key: str = setting("", "The secret that goes with this key.")
    aws_session_token: str = setting("", "What goes with a key that was lent for some hours.")
    storage_cache_bytes: int = setting(
        10 * GB, "Room in the data folder for copies of what is in the bucket.", _at_least(0), reader="size"
    )
    web_processes: int = setting(1, "Processes that answer requests.", _between(1, 64))
    seats: int = setting(0, "Jobs worked on at the same time. 0: one for each processor core.", _between(0, 256))
    max_upload_bytes: int = setting(
        10 * GB, "Largest file accepted: `500M`, `10G`, or `10Gi` where 1024s are meant.", _at_least(1), reader="size"
    )
    min_free_bytes: int = setting(
        500_000_000,
        "Room that stays free on the disk of the data folder: with less, uploads are refused and jobs wait.",
        _at_least(0),
        reader="size",
    )
    max_pixels: int = setting(100_000_000, "Largest frame that is decoded, in pixels.", _at_least(1))
    decoder_memory_bytes: int = setting(
        2 * GIB, "Address space of one decoder process.", _between(512 * MIB, 1024 * GIB), reader="size"
    )
    decoder_seconds: int = setting(120, "Longest time for decoding in one job.", _between(1, 3600))
    presets_file: str = setting(
        "", "A TOML file with presets beside the built-in ones, in the form of `app/jobs/presets.toml`."
    )
    lease_seconds: float = setting(
        15.0, "How long a worker may be silent before its jobs go back to the queue.", _between(1, 3600)
    )
    max_attempts: int = setting(3, "Tries for a job whose failure may heal.", _between(1, 100))
    drain_seconds: float = setting(
        20.0,
        "How long jobs in hand may finish when the service stops; the rest go back to the queue.",
        _between(0, 3600),
    )
    source_days: float = setting(
        0.0, "Days that a video's own file is kept after it was read. 0: for good.", _between(0, 36500)
    )
    output_days: float = setting(0.0, "Days that made files are kept. 0: for good.", _between(0, 36500))
    downloaded_hours: float = setting(
        0.0,
        "Hours that an output's files are kept after one of them was first downloaded. 0: as long as others.",
        _between(0, 87600),
    )
    done_source_minutes: float = setting(
        0.0,
        "Minutes that a video's own file is kept once everything asked of it was made. 0: as long as others.",
        _between(0, 525600),
    )
    max_stored_bytes: int = setting(
        0,
        "When all files together take more than this, the oldest are let go of. 0: no limit.",
        _at_least(0),
        reader="size",
    )
    event_days: float = setting(7.0, "How many days the log of job events is kept.", _between(0.01, 3650))
    log_level: str = setting(
        "INFO",
        "DEBUG, INFO, WARNING or ERROR.",
        validate.OneOf(["DEBUG", "INFO", "WARNING", "ERROR"], error="Must be DEBUG, INFO, WARNING or ERROR."),
    )

    @classmethod
    def read(cls, dotenv: Path | None = Path(".env")) -> Self:
        """Read every setting from the environment, and from a `.env` file where the environment has none.

        `NAME_FILE` reads NAME from a file. Raises SettingsError naming each variable that has no usable value.
        """
        env = _environment(dotenv)
        values: dict[str, Any] = {}
        wrong: dict[str, list[str]] = {}
        for item in fields(cls):
            try:
                values[item.name] = _value(env, item)
            except (OSError, ValueError):
                # environs keeps bad values for `seal`; what it raises here is about the file behind NAME_FILE.
                wrong[f"{item.name.upper()}_FILE"] = ["Names no text file that can be read."]
        try:
            env.seal()
        except EnvValidationError as err:
            wrong.update(cast("Mapping[str, list[str]]", err.error_messages))
        if wrong:
            raise SettingsError(" ".join(f"{name}: {' '.join(why)}" for name, why in wrong.items()))
        return cls(**values)

    @property
    def data_path(self) -> Path:
        return Path(self.data_dir).resolve()

    @property
    def database_address(self) -> str:
        """Return the database's URL, with the default filled in."""
        return self.database_url or f"sqlite:///{self.data_path / 'vtm.sqlite3'}"

    @property
    def bucket_keys(self) -> dict[str, str]:
        """Return the keys to the bucket, as its client takes them; none where they are to be found elsewhere.

        Raises SettingsError where there is only half of a pair.
        """
        names = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
        keys = {name: value for name in names if (value := getattr(self, name))}
        missing = [name.upper() for name in names[:2] if name not in keys]
        if len(missing) == 1:
            raise SettingsError(f"{missing[0]}: Is not set, and a key to the bucket is worth nothing without it.")
        return {} if missing else keys

    @property
    def decoder_limits(self) -> dict[str, Any]:
        """Return what a decoder may spend, as `media.limits.Limits` takes it."""
        return {
            "pixels": self.max_pixels,
            "memory_bytes": self.decoder_memory_bytes,
            "cpu_seconds": self.decoder_seconds,
            "wall_seconds": float(self.decoder_seconds),
        }

    @property
    def seat_count(self) -> int:
        return self.seats or processor_count()


def _environment(dotenv: Path | None) -> FileAwareEnv:
    env = FileAwareEnv(eager=False, strip_whitespace=True)
    env.add_parser("size", _checked_size)
    if dotenv is not None and dotenv.is_file():
        env.read_env(str(dotenv), recurse=False)
    return env


def _value(env: FileAwareEnv, item: Field[Any]) -> Any:
    # Each type has the reader of its own name in environs: int, float, str.
    name = item.metadata["reader"] or getattr(item.type, "__name__", str(item.type))
    return getattr(env, name)(item.name.upper(), item.default, validate=list(item.metadata["checks"]))
