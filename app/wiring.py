"""Put the parts together: what web, worker and command line share, each part made once and handed to who needs it."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError
from redis.retry import Retry
from sqlalchemy import make_url

from app import schema
from app.config import Settings
from app.events.bus import BellBus, EventBus, RedisBus, RedisChannels
from app.events.hub import Hub
from app.events.pumps import LogPump, RedisPump
from app.events.stream import LiveEvents, encode
from app.extensions import db, engine_options, prepare_sqlite
from app.jobs.controls import Controls
from app.jobs.lifecycle import Lifecycle
from app.jobs.pipeline import Pipeline
from app.jobs.presets import Presets
from app.jobs.queries import Queries
from app.jobs.service import Service
from app.jobs.sources import Sources
from app.jobs.sweep import Sweep
from app.jobs.transactions import Transactions
from app.jobs.workers import Workers
from app.models import LOCAL_USER_ID
from app.queue.base import Bell
from app.queue.bell import SocketBell
from app.queue.redis_bell import RedisBell
from app.storage.base import Storage
from app.storage.local import LocalStorage, RunBlocking, run_here

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
    live: LiveEvents
    transactions: Transactions
    lifecycle: Lifecycle
    presets: Presets
    pipeline: Pipeline
    service: Service
    controls: Controls
    queries: Queries
    sweep: Sweep
    workers: Workers
    news: Bell | None
    redis: Redis | None

    def close(self) -> None:
        """Let go of every connection and socket; the core cannot be used afterwards."""
        if self.live.hub is not None:
            self.live.hub.close()
        self.bell.close()
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
    presets = Presets.read(Path(settings.presets_file) if settings.presets_file else None)
    app = Flask("app", root_path=str(ROOT), template_folder="templates", static_folder="static")
    _bind_database(app, settings, is_durable=is_web)
    client = build_redis(settings.redis_url) if settings.redis_url else None
    service = service_name(settings)
    channels = RedisChannels(service)
    bell: Bell = RedisBell(client, f"{service}:work") if client else SocketBell(settings.data_path / "run" / "work")
    live = LiveEvents(client=client, owner_of=lambda: LOCAL_USER_ID)
    news = None if client else SocketBell(settings.data_path / "run" / "news")
    bus: EventBus = BellBus(news.ring) if news else RedisBus(live, channels)
    live.hub = _build_hub(app, client, channels, news)
    storage = _build_storage(settings, is_web=is_web)
    transactions = Transactions(bus, bell)
    sources = Sources(storage)
    lifecycle = Lifecycle(transactions, lease=timedelta(seconds=settings.lease_seconds))
    return Core(
        settings=settings,
        app=app,
        storage=storage,
        bell=bell,
        live=live,
        transactions=transactions,
        lifecycle=lifecycle,
        presets=presets,
        pipeline=Pipeline(storage, sources, lifecycle),
        service=Service(transactions, sources, max_attempts=settings.max_attempts),
        controls=Controls(transactions, storage, max_attempts=settings.max_attempts),
        queries=Queries(),
        sweep=Sweep(storage),
        workers=Workers(transactions),
        news=news,
        redis=client,
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


def service_name(settings: Settings) -> str:
    """Return the name under which processes of one service find each other on Redis: they share a database."""
    place = make_url(settings.database_address).set(username=None, password=None, query={})
    return f"vtm-{hashlib.sha256(str(place).encode()).hexdigest()[:12]}"


def _bind_database(app: Flask, settings: Settings, *, is_durable: bool) -> None:
    settings.data_path.mkdir(parents=True, exist_ok=True)
    url = settings.database_address
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(url)
    db.init_app(app)
    with app.app_context():
        if url.startswith("sqlite"):
            prepare_sqlite(db.engine, is_durable=is_durable)
        schema.upgrade(db.engine)


def _build_hub(app: Flask, client: Redis | None, channels: RedisChannels, news: SocketBell | None) -> Hub:
    def make_pumps(hub: Hub) -> list[Any]:
        if client is None:
            assert news is not None  # noqa: S101  (one of the two is always there)
            return [LogPump(app, hub, news.wait)]
        # The log is followed beside Redis: what Redis lost, or was not told, is found there.
        return [RedisPump(client, channels, hub), LogPump(app, hub, hub.pause)]

    return Hub(encode, make_pumps)


def _build_storage(settings: Settings, *, is_web: bool) -> LocalStorage:
    run_blocking = _run_blocking() if is_web else run_here
    return LocalStorage(settings.data_path, run_blocking, min_free_bytes=settings.min_free_bytes)


def _run_blocking() -> RunBlocking:
    """Return how a web process waits for the disk: in a real thread where greenlets share this one."""
    import gevent
    from gevent import monkey

    if not monkey.is_module_patched("threading"):
        return run_here
    return lambda call, *arguments: gevent.get_hub().threadpool.apply(call, arguments)
