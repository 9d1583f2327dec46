"""A private RabbitMQ: in a folder of its own, on ports of its own, started and stopped with the tests.

rabbit = PrivateRabbit(folder)
rabbit.start()          # a few seconds; the first time it makes its database
rabbit.url()            # BROKER_URL
rabbit.kill()           # as if its machine lost power; start() again keeps address and messages
rabbit.stop()
"""

import logging
import os
import random
import signal
import socket
import subprocess
from contextlib import closing, suppress
from pathlib import Path
from typing import IO

import pika
from pika.exceptions import AMQPError

from app.processes import end, spawn
from app.servers import PrivateServer

# Not the one in /usr/sbin: that changes to the system's rabbitmq user, and to its folders.
_PROGRAM = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
_PACKAGE = "rabbitmq-server"
# Below the ports that the system gives to outgoing connections: it takes seconds until RabbitMQ listens on its own.
_PORTS = range(20_000, 32_000)


class PrivateRabbit(PrivateServer):
    """RabbitMQ with nothing of the machine's: own node, own name service, own cookie, no plugins."""

    name = "RabbitMQ"

    def __init__(self, folder: Path, *, settings: str = "[]") -> None:
        """`settings` is a list of Erlang's, for what is not to be seen in hours."""
        super().__init__(folder)
        self._advanced = settings
        # Pika tells in a dozen lines of each try to reach what is just starting.
        logging.getLogger("pika").setLevel(logging.CRITICAL + 1)
        self.port, self._names_port, self._node_port = (_quiet_port() for _ in range(3))
        self._names: subprocess.Popen[bytes] | None = None

    def url(self, *, password: str = "") -> str:
        """Return its address as BROKER_URL takes it, with another password where one is given."""
        return f"amqp://vtm:{password or self.password}@127.0.0.1:{self.port}/%2F"

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Let it die at once, with everything that it has not written; or hang (SIGSTOP), and go on (SIGCONT)."""
        assert self._process is not None
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)
        if number is signal.SIGKILL:
            self._process.wait()

    def stop(self) -> None:
        super().stop()
        if self._names is not None:
            end(self._names, patience_seconds=5)
            self._names = None

    def _spawn(self, log: IO[bytes]) -> subprocess.Popen[bytes]:
        if not _PROGRAM.exists():
            raise FileNotFoundError(f"RabbitMQ is not installed. On Debian and Ubuntu: apt-get install {_PACKAGE}")
        (self.folder / "plugins").write_text("[].")
        (self.folder / "advanced.config").write_text(f"{self._advanced}.")
        (self.folder / "rabbit.conf").write_text("\n".join(self._settings()) + "\n")
        environment = {**os.environ, **self._environment()}
        if self._names is None or self._names.poll() is not None:
            # In the foreground, so that it is ours to stop: by itself the node would leave one behind.
            names = ["epmd", "-port", str(self._names_port), "-address", "127.0.0.1"]
            self._names = spawn(names, cwd=self.folder, environment=environment, log=log)
        return spawn([_PROGRAM], cwd=self.folder, environment=environment, log=log)

    def _answers(self) -> bool:
        if not super()._answers():
            return False
        parameters = pika.URLParameters(self.url())
        parameters.socket_timeout = parameters.stack_timeout = 2
        try:
            pika.BlockingConnection(parameters).close()
        except (AMQPError, OSError):
            return False
        return True

    def _settings(self) -> list[str]:
        return [
            f"listeners.tcp.local = 127.0.0.1:{self.port}",
            "default_user = vtm",
            f"default_pass = {self.password}",
            "log.console = true",
            "log.console.level = warning",
            "log.file = false",
            # The machine's disk is nobody's business here.
            "disk_free_limit.absolute = 1MB",
        ]

    def _environment(self) -> dict[str, str]:
        return {
            "HOME": str(self.folder),
            "RABBITMQ_NODENAME": f"vtm-{self.port}@localhost",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_DIST_PORT": str(self._node_port),
            "ERL_EPMD_PORT": str(self._names_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbit.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(self.folder / "advanced.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_PID_FILE": str(self.folder / "pid"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(self.folder / "generated"),
        }


def _quiet_port() -> int:
    while True:
        port = random.choice(_PORTS)
        with closing(socket.socket()) as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
