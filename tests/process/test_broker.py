"""The whole service with jobs as messages: RabbitMQ killed under it, workers killed and stopped, seats kept."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.clips import Recipe, make_clip
from tests.rabbit import PrivateRabbit
from tests.service import Service

pytestmark = [pytest.mark.processes, pytest.mark.servers]

DECODER = "app.media.decoder_process"


@pytest.fixture
def rabbit(tmp_path: Path) -> Iterator[PrivateRabbit]:
    server = PrivateRabbit(tmp_path / "rabbit")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def served(service: Service, rabbit_server: PrivateRabbit) -> Service:
    """A service whose jobs travel over RabbitMQ."""
    service.settings.update(QUEUE="dramatiq", BROKER_URL=rabbit_server.url())
    service.start()
    return service


@pytest.mark.parametrize(
    ("command", "address", "said"),
    [
        ("serve", "", "BROKER_URL: QUEUE=dramatiq needs the address of a RabbitMQ"),
        ("serve", "amqp://vtm:hush-hush@127.0.0.1:1/", "BROKER_URL: RabbitMQ does not answer."),
        ("web", "amqp://vtm:hush-hush@127.0.0.1:hush-hush/", "BROKER_URL: Not an address that is understood"),
        ("work", "redis://vtm:hush-hush@127.0.0.1/", "BROKER_URL: Not an address that is understood"),
    ],
)
def test_a_broker_that_cannot_be_used_stops_the_start(service: Service, command: str, address: str, said: str) -> None:
    service.settings.update(QUEUE="dramatiq", BROKER_URL=address)

    service.launch(command=command)

    assert service.wait() == 2
    assert service.said().splitlines()[-1].startswith(said)
    assert "hush-hush" not in service.said()


def test_a_service_stops_with_exit_0(served: Service, clip: Path) -> None:
    video = served.upload(clip)
    served.wait_until(f"/videos/{video['id']}", "COMPLETED")

    assert served.get("/readyz")["checks"]["queue"] == {"ok": True, "kind": "dramatiq"}
    assert served.stop() == 0
    assert "Traceback" not in served.said()


def test_without_rabbitmq_everything_is_accepted_and_done_once_it_is_back(
    service: Service, rabbit: PrivateRabbit, clip: Path
) -> None:
    service.settings.update(QUEUE="dramatiq", BROKER_URL=rabbit.url())
    service.start()
    video = service.upload(clip)
    service.wait_until(f"/videos/{video['id']}", "COMPLETED")

    rabbit.kill()
    began = time.monotonic()
    jobs = [service.ask(video["id"], f"{width}/90") for width in range(100, 110)]
    asked_seconds = time.monotonic() - began
    ready = httpx.get(f"{service.base}/readyz", timeout=10)
    rabbit.start()

    for job in jobs:
        service.wait_until(f"/jobs/thumbnails/{job['id']}", "COMPLETED", seconds=30)
    assert asked_seconds < 10
    assert (ready.status_code, ready.json()["checks"]["queue"]["ok"]) == (503, False)
    assert service.process.poll() is None


def test_a_rabbitmq_that_hangs_holds_up_neither_people_nor_the_end(
    service: Service, rabbit: PrivateRabbit, clip: Path
) -> None:
    service.settings.update(QUEUE="dramatiq", BROKER_URL=rabbit.url())
    service.start()
    rabbit.kill(signal.SIGSTOP)

    began = time.monotonic()
    for number in range(10):
        service.upload(clip, f"{number}.mp4")
    asked_seconds = time.monotonic() - began
    ready = service.get("/readyz")["checks"]["queue"]
    code = service.stop()
    rabbit.kill(signal.SIGCONT)

    assert asked_seconds < 15
    assert ready["message"].startswith("RabbitMQ does not answer.")
    assert code == 0


@pytest.fixture
def stuck(service: Service, rabbit_server: PrivateRabbit, clip: Path) -> tuple[Service, list[int]]:
    """A service whose one decoder was stopped (SIGSTOP) in the middle of the first of three jobs."""
    service.settings.update(QUEUE="dramatiq", BROKER_URL=rabbit_server.url(), SEATS="1")
    service.start()
    video = service.upload(clip)
    service.wait_until(f"/videos/{video['id']}", "COMPLETED")
    service.kill(DECODER, signal.SIGSTOP)
    jobs = [service.ask(video["id"], f"{width}/90")["id"] for width in (100, 110, 120)]
    service.wait_until(f"/jobs/thumbnails/{jobs[0]}", "PROCESSING")
    return service, jobs


@pytest.fixture
def impatient(tmp_path: Path) -> Iterator[PrivateRabbit]:
    """A RabbitMQ that waits two seconds for the answer to a message, where others wait half an hour."""
    settings = "[{rabbit, [{consumer_timeout, 2000}, {channel_tick_interval, 500}]}]"
    server = PrivateRabbit(tmp_path / "impatient", settings=settings)
    server.start()
    yield server
    server.stop()


def test_a_message_that_rabbitmq_takes_back_does_no_harm(
    service: Service, impatient: PrivateRabbit, clip: Path
) -> None:
    service.settings.update(QUEUE="dramatiq", BROKER_URL=impatient.url(), SEATS="1")
    service.start()
    video = service.upload(clip)
    service.wait_until(f"/videos/{video['id']}", "COMPLETED")
    decoder = service.kill(DECODER, signal.SIGSTOP)

    jobs = [service.ask(video["id"], f"{width}/90")["id"] for width in (100, 110, 120)]
    service.wait_for(lambda: "consumer" in service.said())
    time.sleep(5)
    os.kill(decoder, signal.SIGCONT)

    ended = [service.wait_until(f"/jobs/thumbnails/{number}", "COMPLETED") for number in jobs]
    assert [job["attempt"] for job in ended] == [1, 1, 1]


def test_a_worker_killed_in_the_middle_loses_nothing(stuck: tuple[Service, list[int]]) -> None:
    service, jobs = stuck

    service.kill("app work")
    service.wait()
    service.start()

    ended = [service.wait_until(f"/jobs/thumbnails/{number}", "COMPLETED") for number in jobs]
    assert [job["attempt"] for job in ended] == [2, 1, 1]


def test_term_gives_back_what_cannot_be_finished_in_time(stuck: tuple[Service, list[int]]) -> None:
    service, jobs = stuck

    code = service.stop()
    service.start()

    ended = [service.wait_until(f"/jobs/thumbnails/{number}", "COMPLETED") for number in jobs]
    assert code == 0
    assert [(job["attempt"], job["max_attempts"]) for job in ended] == [(2, 4), (1, 3), (1, 3)]


def test_a_paused_queue_goes_on_when_it_is_resumed(served: Service, clip: Path) -> None:
    httpx.post(f"{served.base}/queue/pause").raise_for_status()
    videos = [served.upload(clip)["id"] for _ in range(4)]
    time.sleep(2)
    waiting = served.get("/queue")["waiting"]

    httpx.post(f"{served.base}/queue/resume").raise_for_status()

    assert waiting == 4
    assert all(served.wait_until(f"/videos/{number}", "COMPLETED") for number in videos)


def test_renditions_leave_a_seat_to_people_who_wait(
    service: Service, rabbit_server: PrivateRabbit, tmp_path: Path
) -> None:
    service.settings.update(QUEUE="dramatiq", BROKER_URL=rabbit_server.url(), SEATS="2")
    service.start()
    long = service.upload(make_clip(tmp_path / "long.mp4", Recipe(frames=3000, width=640, height=360)))
    service.wait_until(f"/videos/{long['id']}", "COMPLETED", seconds=60)
    for lines in (144, 240, 360):
        wanted = {"output": "rendition", "lines": lines, "container": "webm"}
        httpx.post(f"{service.base}/videos/{long['id']}/outputs", json=wanted, timeout=30).raise_for_status()
    service.wait_for(lambda: service.get("/queue")["running"] == 1)

    job = service.ask(long["id"])

    service.wait_until(f"/jobs/thumbnails/{job['id']}", "COMPLETED")
    assert service.get("/queue")["running"] == 1
    assert service.get("/queue")["waiting"] == 2
