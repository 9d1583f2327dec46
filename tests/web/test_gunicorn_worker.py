"""gunicorn's worker as it is set up here: how it ends what waits."""

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gevent
import pytest
from gevent.event import Event

_SETTINGS = Path(__file__).parents[2] / "gunicorn.conf.py"


@pytest.fixture
def worker() -> Any:
    """A worker that serves nobody yet."""
    loader = SourceFileLoader("gunicorn_settings", str(_SETTINGS))
    module = module_from_spec(spec_from_loader("gunicorn_settings", loader))  # type: ignore[arg-type]
    loader.exec_module(module)
    worker = module.Worker.__new__(module.Worker)
    worker.cfg, worker.alive, worker._waiting = SimpleNamespace(keepalive=75), True, {}
    return worker


def _serve(worker: Any, came: Event, steps: list[str]) -> None:
    with worker.timeout_ctx():
        came.wait()
        steps.append("asked")
    if steps:
        gevent.sleep(0.01)
        steps.append("answered")


def test_a_connection_that_waits_is_ended_at_once(worker: Any) -> None:
    steps: list[str] = []
    connection = gevent.spawn(_serve, worker, Event(), steps)
    gevent.sleep(0)

    worker.end_waits()
    connection.join(1)

    assert (connection.ready(), steps) == (True, [])


def test_a_request_that_comes_in_the_last_moment_is_answered(worker: Any) -> None:
    steps: list[str] = []
    came = Event()
    connection = gevent.spawn(_serve, worker, came, steps)
    gevent.sleep(0)

    came.set()
    worker.end_waits()
    connection.get(timeout=1)

    assert steps == ["asked", "answered"]
