"""Starting, stopping, and parts that die."""

import os
import signal
import socket
from pathlib import Path

import httpx
import pytest

from tests.events.pages import Page
from tests.service import Service, descendants, is_alive

pytestmark = pytest.mark.processes


def test_term_stops_everything_with_exit_0(service: Service) -> None:
    service.start()
    parts = descendants(service.process.pid)

    code = service.stop()

    assert code == 0
    assert not [pid for pid in parts if is_alive(pid)]


def test_ctrl_c_stops_everything_with_exit_0(service: Service) -> None:
    service.start()

    service.process.send_signal(signal.SIGINT)

    assert service.wait() == 0


def test_open_pages_hold_nobody_up(service: Service) -> None:
    service.start()
    page = Page(("127.0.0.1", service.port))
    with httpx.Client() as idle:
        idle.get(f"{service.base}/healthz")

        service.process.send_signal(signal.SIGTERM)

        # Half of the time for which gunicorn would wait for them.
        assert service.wait(5) == 0
    page.close()
    assert "Traceback" not in service.said()


def test_it_says_where_it_is(service: Service) -> None:
    service.start()

    service.wait_for(lambda: "Ready:" in service.said())

    assert f"Ready: http://localhost:{service.port}" in service.said()


@pytest.mark.parametrize("part", ["gunicorn", "app work"])
def test_a_part_that_dies_stops_the_rest_with_another_exit(service: Service, part: str) -> None:
    service.start()
    parts = descendants(service.process.pid)

    service.kill(part)

    assert service.wait() == 1
    assert not [pid for pid in parts if is_alive(pid)]


def test_nothing_outlives_a_supervisor_that_was_killed(service: Service) -> None:
    service.start()
    parts = descendants(service.process.pid)

    service.process.kill()

    service.wait_for(lambda: not [pid for pid in parts if is_alive(pid)])


def test_a_dead_web_process_is_replaced(service: Service) -> None:
    service.start()
    master, *_workers = service.pids("gunicorn")

    first = service.wait_for(lambda: descendants(master))[0]
    os.kill(first, signal.SIGKILL)

    assert service.wait_for(lambda: [pid for pid in descendants(master) if pid != first])
    assert service.wait_for(lambda: service.get("/healthz"))


def test_a_wrong_setting_stops_the_start_and_is_named(tmp_path: Path) -> None:
    service = Service(tmp_path / "data", SEATS="many")

    service.launch()

    assert service.wait() == 2
    assert "SEATS" in service.said()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOST", "nonsense.invalid"),
        ("DATA_DIR", "/proc/x"),
        ("DATA_DIR", "/etc/passwd/x"),
        ("DATABASE_URL", "mysql+pymysql://x:y@127.0.0.1:1/z"),
        ("DATABASE_URL", "mysql+pymysql://"),
        ("DATABASE_URL", "mysql+pymysql://[bad"),
        ("DATABASE_URL", "sqlite:////nonexist/x.db"),
        ("REDIS_URL", "redis://127.0.0.1:1/0"),
        ("REDIS_URL", "redis://127.0.0.1:abc/0"),
        ("STORAGE_URL", "s3://films?endpoint=http://127.0.0.1:1"),
        ("STORAGE_URL", "s3://films?endpoint=nowhere"),
    ],
)
def test_what_a_setting_names_is_tried_and_the_setting_named(service: Service, name: str, value: str) -> None:
    service.settings[name] = value
    service.launch()

    code = service.wait()

    said = service.said().splitlines()
    assert code == 2
    assert said[-1].startswith(f"{name}: ")
    assert len(said) == 2


def test_a_taken_port_stops_the_start_and_is_named(service: Service) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", service.port))
        taken.listen()

        service.launch()

        assert service.wait() == 2
    assert f"PORT: 127.0.0.1:{service.port}" in service.said()


def test_without_a_host_only_this_machine_is_listened_to(service: Service) -> None:
    service.start()

    listening = _listening_addresses(service.port)

    assert listening == {"0100007F"}


@pytest.mark.servers
def test_private_servers_start_and_stop_with_it(service: Service) -> None:
    service.start("--servers")
    parts = descendants(service.process.pid)
    kinds = {service.get("/readyz")["checks"][name]["kind"] for name in ("database", "events")}

    code = service.stop()

    assert kinds == {"mysql", "redis"}
    assert code == 0
    assert not [pid for pid in parts if is_alive(pid)]


@pytest.mark.servers
def test_a_private_server_that_dies_stops_the_rest(service: Service) -> None:
    service.start("--servers")

    service.kill("redis-server")

    assert service.wait() == 1


def _listening_addresses(port: int) -> set[str]:
    """Return the local addresses (in hexadecimal, as the kernel writes them) on which somebody listens to a port."""
    found = set()
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        for line in table.read_text().splitlines()[1:]:
            address, number = line.split()[1].split(":")
            if int(number, 16) == port and line.split()[3] == "0A":
                found.add(address)
    return found
