"""Put the parts together: what web, worker and command line share, each part made once and handed to who needs it."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError
from redis.retry import Retry
from sqlalchemy import make_url

from app import schema
from app.config import Settings
from app.errors import SettingsError
from app.events.bus import BellBus, RedisBus, RedisChannels
from app.events.hub import Hub
from app.events.pumps import LogPump, RedisPump
from app.events.stream import LiveEvents, encode
from app.extensions import db, engine_options, prepare_sqlite
from app.jobs.controls import Controls
from app.jobs.lifecycle import Lifecycle
from app.jobs.losses import LossCheck
from app.jobs.pipeline import Pipeline
from app.jobs.presets import Presets
from app.jobs.queries import Queries
from app.jobs.retention import Retention, Rules
from app.jobs.service import Service
from app.jobs.sources import Sources
from app.jobs.sweep import Sweep
from app.jobs.transactions import Transactions
from app.jobs.workers import Workers
from app.models import LOCAL_USER_ID
from app.queue.base import Bell, Dispatch, Doorbell
from app.queue.bell import SocketBell
from app.queue.redis_bell import RedisBell
from app.storage.base import Storage
from app.storage.cache import Cache
from app.storage.local import LocalStorage, RunBlocking, run_here
from app.storage.s3 import S3Storage, build_s3

if TYPE_CHECKING:
    from app.queue.rabbit import Rabbit

ROOT = Path(__file__).resolve().parent.parent
# Redis is asked on the way of requests: better late news than a request that waits.
_REDIS_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Core:
    """The parts. Everything that touches the database must be used inside `app.app_context()`."""

    settings: Settings
    app: Flask
    storage: Storage
    bell: Bell
    dispatch: Dispatch
    rabbit: "Rabbit | None"
    live: LiveEvents
    transactions: Transactions
    lifecycle: Lifecycle
    presets: Presets
    pipeline: Pipeline
    service: Service
    controls: Controls
    queries: Queries
    sweep: Sweep
    losses: LossCheck
    retention: Retention
    workers: Workers
    news: Bell | None
    redis: Redis | None

    def close(self) -> None:
        """Let go of every connection and socket; the core cannot be used afterwards."""
        if self.live.hub is not None:
            self.live.hub.close()
        self.dispatch.close()
        self.bell.close()
        self.storage.close()
        if self.news is not None:
            self.news.close()
        if self.redis is not None:
            self.redis.close()
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()


def build_core(settings: Settings, *, is_web: bool) -> Core:
    """Build the parts for this process and bring the database up to date.

    The web process promises people that what they sent is stored, so there each commit waits for the disk.
    """
    app = _build_app(settings, is_durable=is_web)
    client = build_redis(settings.redis_url) if settings.redis_url else None
    channels = RedisChannels(service_name(settings))
    bell = _build_bell(settings, client)
    live = LiveEvents(client=client, owner_of=lambda: LOCAL_USER_ID)
    news = None if client else SocketBell(settings.data_path / "run" / "news")
    live.hub = _build_hub(app, client, channels, news)
    storage = _build_storage(settings, is_web=is_web)
    rabbit = build_rabbit(settings) if settings.queue == "dramatiq" else None
    dispatch = _build_dispatch(rabbit, bell)
    transactions = Transactions(BellBus(news.ring) if news else RedisBus(live, channels), dispatch)
    sources = Sources(storage)
    lifecycle = Lifecycle(transactions, lease=timedelta(seconds=settings.lease_seconds))
    return Core(
        settings=settings,
        app=app,
        storage=storage,
        bell=bell,
        dispatch=dispatch,
        rabbit=rabbit,
        live=live,
        transactions=transactions,
        lifecycle=lifecycle,
        presets=Presets.read(Path(settings.presets_file) if settings.presets_file else None),
        pipeline=Pipeline(storage, sources, lifecycle),
        service=Service(transactions, sources, max_attempts=settings.max_attempts),
        controls=Controls(transactions, storage, max_attempts=settings.max_attempts),
        queries=Queries(),
        sweep=Sweep(storage),
        losses=LossCheck(transactions, storage),
        retention=Retention(transactions, storage, _retention_rules(settings)),
        workers=Workers(transactions),
        news=news,
        redis=client,
    )


def _retention_rules(settings: Settings) -> Rules:
    """Return how long what is kept; 0 says that a rule does not apply."""
    return Rules(
        source_age=timedelta(days=settings.source_days) or None,
        output_age=timedelta(days=settings.output_days) or None,
        after_download=timedelta(hours=settings.downloaded_hours) or None,
        after_last_output=timedelta(minutes=settings.done_source_minutes) or None,
        most_bytes=settings.max_stored_bytes,
    )


def build_redis(url: str) -> Redis:
    """Return a client that fails within seconds; it tries once more, on a new connection where the old one broke."""
    return Redis.from_url(
        url,
        socket_timeout=_REDIS_SECONDS,
        socket_connect_timeout=_REDIS_SECONDS,
        retry=Retry(NoBackoff(), 1, supported_errors=(ConnectionError,)),
        health_check_interval=15,
    )


def build_rabbit(settings: Settings) -> "Rabbit":
    """Return the broker's queues of this service. Raises SettingsError where they cannot even be named."""
    try:
        from app.queue.rabbit import Rabbit
    except ImportError as err:
        raise SettingsError("QUEUE: Dramatiq is not installed. Run: pipenv sync --categories scale") from err
    try:
        return Rabbit(settings.broker_url, service_name(settings))
    except (ValueError, TypeError) as err:
        # What was found wrong is not repeated: it may be a part of the password.
        raise SettingsError("BROKER_URL: Not an address that is understood: write amqp://USER:PASSWORD@HOST.") from err


def _build_dispatch(rabbit: "Rabbit | None", bell: Bell) -> Dispatch:
    if rabbit is None:
        return Doorbell(bell)
    from app.queue.sender import Sender

    return Sender(rabbit)


def service_name(settings: Settings) -> str:
    """Return the name by which a service's processes find each other on Redis and RabbitMQ: they share a database."""
    place = make_url(settings.database_address).set(username=None, password=None, query={})
    return f"vtm-{hashlib.sha256(str(place).encode()).hexdigest()[:12]}"


def _build_bell(settings: Settings, client: Redis | None) -> Bell:
    if client is not None:
        return RedisBell(client, f"{service_name(settings)}:work")
    return SocketBell(settings.data_path / "run" / "work")


def _build_app(settings: Settings, *, is_durable: bool) -> Flask:
    """Make the app and bring its database up to date."""
    app = Flask("app", root_path=str(ROOT), template_folder="templates", static_folder="static")
    settings.data_path.mkdir(parents=True, exist_ok=True)
    url = settings.database_address
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(url)
    db.init_app(app)
    with app.app_context():
        if url.startswith("sqlite"):
            prepare_sqlite(db.engine, is_durable=is_durable)
        schema.upgrade(db.engine)
    return app


def _build_hub(app: Flask, client: Redis | None, channels: RedisChannels, news: SocketBell | None) -> Hub:
    def make_pumps(hub: Hub) -> list[Any]:
        if client is None:
            assert news is not None  # noqa: S101  (one of the two is always there)
            return [LogPump(app, hub, news.wait)]
        # The log is followed beside Redis: what Redis lost, or was not told, is found there.
        return [RedisPump(client, channels, hub), LogPump(app, hub, hub.pause)]

    return Hub(encode, make_pumps)


def build_bucket(settings: Settings) -> S3Storage:
    """Return the storage that STORAGE_URL names. Raises SettingsError."""
    cache = Cache(
        settings.data_path / "cache", most_bytes=settings.storage_cache_bytes, min_free_bytes=settings.min_free_bytes
    )
    return build_s3(settings.storage_url, cache, settings.bucket_keys)


def _build_storage(settings: Settings, *, is_web: bool) -> Storage:
    if settings.storage_url:
        return build_bucket(settings)
    run_blocking = _run_blocking() if is_web else run_here
    return LocalStorage(settings.data_path, run_blocking, min_free_bytes=settings.min_free_bytes)


def _run_blocking() -> RunBlocking:
    """Return how a web process waits for the disk: in a real thread where greenlets share this one."""
    import gevent
    from gevent import monkey

    if not monkey.is_module_patched("threading"):
        return run_here
    return lambda call, *arguments: gevent.get_hub().threadpool.apply(call, arguments)
