"""Dramatiq is loaded only where it was asked for, and missed only there."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.config import Settings
from app.errors import SettingsError
from app.wiring import build_rabbit
from tests.service import ROOT

_LOOK = """
import sys
from app import create_app
from app.config import Settings
from app.wiring import build_core
from app.worker import Worker
settings = Settings(data_dir=sys.argv[1])
create_app(settings)
Worker(build_core(settings, is_web=False))
print(sorted({"dramatiq", "pika"} & sys.modules.keys()))
"""


def test_it_is_not_loaded_where_workers_look_at_the_table(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _LOOK, str(tmp_path / "data")]

    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)

    assert ran.stdout == "[]\n"


def test_where_it_is_missing_it_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "app.queue.rabbit", raising=False)
    monkeypatch.setitem(sys.modules, "dramatiq", None)

    with pytest.raises(SettingsError) as caught:
        build_rabbit(Settings(queue="dramatiq", broker_url="amqp://rabbit"))

    assert caught.value.message == "QUEUE: Dramatiq is not installed. Run: pipenv sync --categories scale"
