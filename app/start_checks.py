"""Try the settings that name things outside this program, so that a start that cannot work says which one is wrong."""

import os
import socket
from contextlib import closing

from app.config import Settings
from app.errors import BrokerAway, SettingsError, StorageError


def check_address(settings: Settings) -> None:
    """Try HOST and PORT. Raises SettingsError where nobody can listen there."""
    try:
        family, *_, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError) as err:
        raise SettingsError(f"HOST: {settings.host} is no address of this machine ({err}).") from err
    with closing(socket.socket(family)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as err:
            raise SettingsError(
                f"PORT: {settings.host}:{settings.port} cannot be listened on ({err.strerror}). Set another PORT."
            ) from err


def check_data_dir(settings: Settings) -> None:
    """Try DATA_DIR. Raises SettingsError where nothing can be written."""
    try:
        settings.data_path.mkdir(parents=True, exist_ok=True)
        probe = settings.data_path / f".can-be-written-{os.getpid()}"
        probe.write_bytes(b"")
        probe.unlink(missing_ok=True)  # containers that share a folder have the same pids
    except OSError as err:
        raise SettingsError(f"DATA_DIR: {settings.data_path} cannot be written to ({err.strerror}).") from err


def check_servers(settings: Settings) -> None:
    """Try the servers that settings name: database, Redis, broker, bucket. Raises SettingsError where none answers."""
    if settings.database_url:
        _check_database(settings.database_url)
    if settings.redis_url:
        _check_redis(settings.redis_url)
    if settings.queue == "dramatiq":
        _check_broker(settings)
    if settings.storage_url:
        _check_bucket(settings)


def _check_database(url: str) -> None:
    from sqlalchemy import create_engine
    from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

    try:
        engine = create_engine(url)
        if not engine.url.database:
            raise ArgumentError("it has no name")
        engine.connect().close()
        engine.dispose()
    except (SQLAlchemyError, ValueError, OSError) as err:
        why = err.orig if isinstance(err, DBAPIError) else err
        raise SettingsError(f"DATABASE_URL: the database cannot be used ({why}).") from err


def _check_redis(url: str) -> None:
    from redis.exceptions import RedisError

    from app.wiring import build_redis

    try:
        with closing(build_redis(url)) as client:
            client.ping()
    except (RedisError, ValueError, OSError) as err:
        raise SettingsError(f"REDIS_URL: Redis does not answer ({err}).") from err


def _check_broker(settings: Settings) -> None:
    from app.wiring import build_rabbit

    if not settings.broker_url:
        raise SettingsError("BROKER_URL: QUEUE=dramatiq needs the address of a RabbitMQ: amqp://USER:PASSWORD@HOST.")
    try:
        build_rabbit(settings).check()
    except BrokerAway as err:
        raise SettingsError(f"BROKER_URL: {err.message}") from err


def _check_bucket(settings: Settings) -> None:
    from app.wiring import build_bucket

    try:
        with closing(build_bucket(settings)) as bucket:
            bucket.try_out()
    except StorageError as err:
        raise SettingsError(f"STORAGE_URL: {err.message}") from err
