"""GET /healthz and /readyz: is it alive, and could a job be done?"""

import os
import socket

import httpx
import pytest

from tests.conftest import Clock
from tests.web.site import LAYERS, Visitor, add_worker, find_database, lose_database

EVERY_LAYER = {"network", "limits", "privileges", "files", "syscalls"}


def test_a_process_that_answers_is_alive(client: Visitor) -> None:
    answer = client.get("/healthz")

    assert (answer.status_code, answer.get_json()) == (200, {"status": "ok"})


def test_without_a_worker_it_is_not_ready(client: Visitor) -> None:
    answer = client.get("/readyz")

    assert (answer.status_code, answer.get_json()["status"]) == (503, "not ready")
    assert answer.get_json()["checks"] == {
        "database": {"ok": True, "kind": "sqlite"},
        "events": {"ok": True, "kind": "event table and bell"},
        "queue": {"ok": True, "kind": "rows"},
        "storage": {"ok": True, "kind": "local"},
        "worker": {"ok": False, "message": "No worker has been heard from lately.", "workers": [], "jail": {}},
    }


def test_with_a_worker_it_is_ready(client: Visitor) -> None:
    add_worker(client)

    answer = client.get("/readyz")

    assert (answer.status_code, answer.get_json()["status"]) == (200, "ready")


def test_it_shows_each_worker_and_the_layers_of_its_jail(client: Visitor, clock: Clock) -> None:
    client.core.transactions.now = clock
    add_worker(client, seats=2)
    add_worker(client, seats=5)

    shown = client.get("/readyz").get_json()["checks"]["worker"]

    assert shown["jail"] == LAYERS
    assert [worker["seats"] for worker in shown["workers"]] == [5, 2]
    assert shown["workers"][-1] == {
        "id": 1,
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "seats": 2,
        "heartbeat_at": "2026-11-21T12:00:00+00:00",
        "is_draining": False,
    }


@pytest.mark.parametrize(("silent_seconds", "status"), [(14.9, 200), (15.1, 503)])
def test_a_worker_counts_as_long_as_it_is_heard_of(
    client: Visitor, clock: Clock, silent_seconds: float, status: int
) -> None:
    client.core.transactions.now = clock
    add_worker(client)

    clock.move(silent_seconds)

    assert client.get("/readyz").status_code == status


def test_a_worker_that_takes_nothing_more_does_not_make_it_ready(client: Visitor) -> None:
    worker_id = add_worker(client)

    with client.application.app_context():
        client.core.workers.beat(worker_id, is_draining=True)

    assert client.get("/readyz").status_code == 503


def test_a_worker_that_left_is_gone(client: Visitor) -> None:
    worker_id = add_worker(client)

    with client.application.app_context():
        client.core.workers.leave(worker_id)

    assert client.get("/readyz").get_json()["checks"]["worker"]["workers"] == []


def test_without_its_database_it_is_alive_and_not_ready(stranded_client: Visitor) -> None:
    alive, ready = stranded_client.get("/healthz"), stranded_client.get("/readyz")

    assert (alive.status_code, ready.status_code) == (200, 503)
    assert ready.get_json()["checks"]["database"] == {"ok": False, "message": "The database does not answer."}
    assert ready.get_json()["checks"]["worker"]["ok"] is False


def test_once_the_database_is_back_it_is_ready_again(client: Visitor) -> None:
    add_worker(client)
    lose_database(client)

    during = client.get("/readyz")
    find_database(client)

    assert during.status_code == 503
    assert client.get("/readyz").status_code == 200


@pytest.mark.servers
def test_without_its_redis_it_is_not_ready(client_with_redis_gone: Visitor) -> None:
    answer = client_with_redis_gone.get("/readyz")

    assert answer.status_code == 503
    assert answer.get_json()["checks"]["events"]["kind"] == "redis"
    assert answer.get_json()["checks"]["events"]["ok"] is False


@pytest.mark.servers
def test_without_its_redis_uploads_are_still_taken(client_with_redis_gone: Visitor) -> None:
    answer = client_with_redis_gone.post(
        "/videos",
        data=b'--x\r\nContent-Disposition: form-data; name="video"; filename="a"\r\n\r\n1\r\n--x--\r\n',
        content_type="multipart/form-data; boundary=x",
    )

    assert answer.status_code == 201


@pytest.mark.processes
def test_a_service_that_runs_shows_what_holds_its_decoders(wire: httpx.Client) -> None:
    answer = wire.get("/readyz")

    checks = answer.json()["checks"]
    assert (answer.status_code, len(checks["worker"]["workers"])) == (200, 1)
    assert set(checks["worker"]["jail"]) == EVERY_LAYER
    assert checks["worker"]["jail"]["limits"] == "on"
