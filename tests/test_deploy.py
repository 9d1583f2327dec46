"""What is under `deploy/` for containers, held against the program: it cannot be run here, but it must stay true."""

import re
import shutil
import subprocess
import sys
from dataclasses import fields
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from app.cli import _parser
from app.config import Settings
from app.storage.s3_place import S3Place

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
OURS = ["web", "worker"]
_VARIABLE = re.compile(r"\$\{(\w+):\?[^}]*\}")


def _settings_of(name: str) -> dict[str, str]:
    """The environment of a service, each secret filled in with its own name."""
    return {key: _VARIABLE.sub(r"\1", str(value)) for key, value in SERVICES[name]["environment"].items()}


def _copied() -> list[str]:
    """Everything of the project that is in the finished image."""
    copies = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE.rpartition("\nFROM ")[2], re.MULTILINE)
    return [name for names in copies for name in names.split()]


@pytest.mark.parametrize("name", OURS)
def test_the_settings_are_settings_of_the_program_and_can_be_read(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    known = {item.name.upper() for item in fields(Settings)}
    for key, value in _settings_of(name).items():
        monkeypatch.setenv(key, value)

    settings = Settings.read(dotenv=None)

    assert _settings_of(name).keys() <= known
    assert settings.queue == "dramatiq"
    assert S3Place.parse(settings.storage_url).public == "http://localhost:9000"


@pytest.mark.parametrize("name", OURS)
def test_the_commands_are_commands_of_the_program(name: str) -> None:
    python, flag, module, command = SERVICES[name]["command"]

    assert (python, flag, module) == ("python", "-m", "app")
    assert callable(_parser().parse_args([command]).run)


def test_the_addresses_name_services_and_the_ports_they_have() -> None:
    text = " ".join(_settings_of("web").values())

    hosts = set(re.findall(r"(?:@|//)([a-z]+)(?=[:/])", text)) - {"vtm", "localhost"}

    assert hosts == {"mysql", "redis", "rabbitmq", "store"} <= SERVICES.keys()


@pytest.mark.parametrize("name", OURS)
def test_ours_are_held_back_and_wait_for_what_they_need(name: str) -> None:
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["deploy"]["replicas"] == 2
    assert {other: facts["condition"] for other, facts in service["depends_on"].items()} == {
        "mysql": "service_healthy",
        "redis": "service_healthy",
        "rabbitmq": "service_healthy",
        "bucket": "service_completed_successfully",
    }


def test_what_is_waited_for_tells_whether_it_is_healthy() -> None:
    waited = {
        other
        for service in SERVICES.values()
        for other, facts in service.get("depends_on", {}).items()
        if facts["condition"] == "service_healthy"
    }

    assert all(SERVICES[name]["healthcheck"]["test"] for name in waited)


def test_nothing_can_be_reached_from_another_machine() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", ())]

    assert ports and all(port.startswith("127.0.0.1:") for port in ports)


def test_every_secret_comes_from_the_file_of_secrets() -> None:
    wanted = set(_VARIABLE.findall((DEPLOY / "compose.yaml").read_text(encoding="utf-8")))

    offered = re.findall(r"^(\w+)=$", (DEPLOY / "secrets.env.example").read_text(encoding="utf-8"), re.MULTILINE)

    assert wanted == set(offered)
    assert "deploy/secrets.env\n" in (ROOT / ".gitignore").read_text(encoding="utf-8")


def test_every_volume_is_declared_and_used() -> None:
    mounts = {mount.split(":")[0] for service in SERVICES.values() for mount in service.get("volumes", ())}

    assert mounts == COMPOSE["volumes"].keys()


def test_the_image_is_run_by_an_ordinary_user_and_looks_after_itself() -> None:
    instructions = re.findall(r"^(USER|HEALTHCHECK|VOLUME|CMD)\b", DOCKERFILE, re.MULTILINE)

    assert instructions == ["USER", "VOLUME", "HEALTHCHECK", "CMD"]
    assert re.search(r"^USER (?!root)\w+$", DOCKERFILE, re.MULTILINE)
    assert not re.search(r"--(extra-)?index-url|--trusted-host", DOCKERFILE)


def test_what_is_copied_is_there_and_not_held_back_from_the_build() -> None:
    allowed = re.findall(r"^!(.+)$", (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8"), re.MULTILINE)

    assert all((ROOT / name).exists() for name in _copied())
    assert all(any(fnmatch(name, pattern) for pattern in allowed) for name in _copied())


@pytest.mark.processes
def test_the_program_runs_on_what_is_copied_alone(tmp_path: Path) -> None:
    for name in _copied():
        source = ROOT / name
        shutil.copytree(source, tmp_path / name) if source.is_dir() else shutil.copy(source, tmp_path / name)
    make_app = (
        "import tempfile; from app import create_app; from app.config import Settings;"
        "client = create_app(Settings(data_dir=tempfile.mkdtemp())).test_client();"
        "print(client.get('/healthz').status_code, client.get('/', headers={'Accept': 'text/html'}).status_code)"
    )

    ran = subprocess.run([sys.executable, "-c", make_app], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert ran.stdout == "200 200\n", ran.stderr
