"""Is it alive, and can it work? For whatever watches over the service."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, render_template
from redis.exceptions import RedisError

from app.errors import BrokerAway, StorageError
from app.models import Worker
from app.web.access import core, wants_page

bp = Blueprint("health", __name__)

# How the page calls what is checked, and the kinds of it.
_NAMES = {"database": "Database", "events": "Live events", "queue": "Queue", "storage": "Storage", "worker": "Workers"}
_KINDS = {
    "sqlite": "SQLite",
    "mysql": "MySQL or MariaDB",
    "redis": "Redis",
    "event table and bell": "Event table and local socket",
    "rows": "In the database",
    "dramatiq": "RabbitMQ",
    "local": "Data folder",
    "s3": "S3 bucket",
    "": "Running",
}


@bp.get("/healthz")
def healthz() -> Response:
    """The process answers; nothing else is asked."""
    return jsonify({"status": "ok"})


@bp.get("/readyz")
def readyz() -> Response:
    """Everything a job needs is there: database, live events, room, a worker that takes jobs, its decoders' jail."""
    is_reachable = core().queries.is_reachable()
    checks = {
        "database": _database(is_reachable),
        "events": _events(),
        "queue": _queue(),
        "storage": _storage(),
        "worker": _worker(is_reachable),
    }
    is_ready = all(check["ok"] for check in checks.values())
    status = 200 if is_ready else 503
    if wants_page():
        return make_response(_page(is_ready, checks), status)
    return make_response(jsonify({"status": "ready" if is_ready else "not ready", "checks": checks}), status)


def _page(is_ready: bool, checks: dict[str, dict[str, Any]]) -> str:
    lines = [
        (_NAMES[name], "COMPLETED" if check["ok"] else "FAILED", check.get("message") or _KINDS[check.get("kind", "")])
        for name, check in checks.items()
    ]
    worker = checks["worker"]
    return render_template(
        "status.html", is_ready=is_ready, lines=lines, workers=worker["workers"], jail=worker["jail"]
    )


def _database(is_reachable: bool) -> dict[str, Any]:
    if not is_reachable:
        return {"ok": False, "message": "The database does not answer."}
    return {"ok": True, "kind": "mysql" if core().settings.database_address.startswith("mysql") else "sqlite"}


def _events() -> dict[str, Any]:
    if not core().settings.redis_url:
        return {"ok": True, "kind": "event table and bell"}
    try:
        core().live.redis.ping()
    except RedisError:
        return {"ok": False, "kind": "redis", "message": "Redis does not answer; pages are told within a second."}
    return {"ok": True, "kind": "redis"}


def _queue() -> dict[str, Any]:
    kind, rabbit = core().settings.queue, core().rabbit
    try:
        if rabbit is not None:
            rabbit.check()
    except BrokerAway as err:
        return {"ok": False, "kind": kind, "message": f"{err.message} What is asked for is accepted, and waits."}
    return {"ok": True, "kind": kind}


def _storage() -> dict[str, Any]:
    kind = core().storage.kind
    try:
        core().storage.check()
    except StorageError as err:
        return {"ok": False, "kind": kind, "message": err.message}
    if not core().storage.has_room():
        return {"ok": False, "kind": kind, "message": "The disk is nearly full: uploads are refused and jobs wait."}
    return {"ok": True, "kind": kind}


def _worker(is_reachable: bool) -> dict[str, Any]:
    workers = core().queries.list_workers(core().transactions.now()) if is_reachable else []
    if not workers:
        return {"ok": False, "message": "No worker has been heard from lately.", "workers": [], "jail": {}}
    shown = {"workers": [_show(worker) for worker in workers], "jail": _weakest(workers)}
    if all(worker.is_draining for worker in workers):
        return {"ok": False, "message": "Every worker is about to stop and takes no more jobs.", **shown}
    return {"ok": True, **shown}


def _show(worker: Worker) -> dict[str, Any]:
    return {
        "id": worker.id,
        "host": worker.host,
        "pid": worker.pid,
        "seats": worker.seats,
        "heartbeat_at": worker.heartbeat_at.isoformat(),
        "is_draining": worker.is_draining,
    }


def _weakest(workers: Sequence[Worker]) -> dict[str, str]:
    """Return the layers of the jail; one that is missing anywhere is told as missing."""
    layers: dict[str, str] = {}
    for worker in workers:
        layers.update({name: state for name, state in worker.jail.items() if layers.get(name, "on") == "on"})
    return layers
