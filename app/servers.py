"""Private database and Redis servers: in a folder of ours, on ports of their own, started and stopped with us.

They are never the machine's: nothing outside their folder is written, and only 127.0.0.1 is listened on, with a
password that lies in the folder.
"""

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import IO

from app.errors import SettingsError
from app.processes import end, spawn

# Debian keeps servers where an ordinary user's PATH does not look.
_PATH = os.pathsep.join((os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin", "/sbin"))
_START_SECONDS = 60.0
_STOP_SECONDS = 30.0


class PrivateServer(ABC):
    """A server process with its data in `folder`, which nobody else may read."""

    name = ""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = 0
        self.password = ""
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    def start(self) -> None:
        """Start it and return when it answers. Raises SettingsError when it is not installed or does not come up."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        self.password = _password(self.folder / "password")
        self.port = self.port or free_port()
        with (self.folder / "server.log").open("ab") as log:
            self._process = self._spawn(log)
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise SettingsError(f"{self.name} did not start; {self.folder / 'server.log'} says why.")
            time.sleep(0.05)

    def poll(self) -> int | None:
        """Return the exit code once the process has ended."""
        return self._process.poll() if self._process else None

    def stop(self) -> None:
        """Stop it in an orderly way."""
        if self._process is not None:
            end(self._process, patience_seconds=_STOP_SECONDS)

    @abstractmethod
    def _spawn(self, log: IO[bytes]) -> subprocess.Popen[bytes]: ...

    def _answers(self) -> bool:
        with closing(socket.socket()) as probe:
            probe.settimeout(0.5)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


class PrivateDatabase(PrivateServer):
    """MariaDB, or MySQL where that is installed."""

    name = "The database server"

    def url(self, database: str = "vtm") -> str:
        """Return the address of one of its databases, as DATABASE_URL takes it."""
        return f"mysql+pymysql://vtm:{self.password}@127.0.0.1:{self.port}/{database}"

    def _spawn(self, log: IO[bytes]) -> subprocess.Popen[bytes]:
        program = _find(("mariadbd", "mysqld"), package="mariadb-server-core")
        data = self.folder / "data"
        if not (data / "mysql").is_dir():
            shutil.rmtree(data, ignore_errors=True)
            self._create(program, data, log)
        setup = self.folder / "setup.sql"
        setup.touch(mode=0o600)
        setup.write_text("\n".join(self._setup()) + "\n")
        return spawn(
            [
                program,
                "--no-defaults",
                f"--datadir={data}",
                f"--port={self.port}",
                "--bind-address=127.0.0.1",
                "--socket=mysql.sock",
                f"--pid-file={self.folder / 'pid'}",
                f"--init-file={setup}",
                "--skip-name-resolve",
                "--character-set-server=utf8mb4",
                "--innodb-flush-log-at-trx-commit=1",
                *_as_this_user(),
            ],
            cwd=self.folder,
            environment=os.environ,
            log=log,
        )

    def _create(self, program: Path, data: Path, log: IO[bytes]) -> None:
        if program.name == "mysqld":
            command = [program, "--no-defaults", "--initialize-insecure", f"--datadir={data}", *_as_this_user()]
        else:
            tool = _find(("mariadb-install-db", "mysql_install_db"), package="mariadb-server-core")
            command = [tool, "--no-defaults", f"--datadir={data}", "--skip-test-db", *_as_this_user()]
        if subprocess.run([str(part) for part in command], stdout=log, stderr=log, check=False).returncode != 0:
            raise SettingsError(f"The database could not be set up; {self.folder / 'server.log'} says why.")

    def _setup(self) -> Sequence[str]:
        """Return what is run at each start: one statement a line, each fit to be run again."""
        user = "'vtm'@'127.0.0.1'"
        return (
            "CREATE DATABASE IF NOT EXISTS vtm CHARACTER SET utf8mb4;",
            f"CREATE USER IF NOT EXISTS {user} IDENTIFIED BY '{self.password}';",
            f"ALTER USER {user} IDENTIFIED BY '{self.password}';",
            f"GRANT ALL ON *.* TO {user};",
            f"ALTER USER 'root'@'localhost' IDENTIFIED BY '{self.password}';",
        )


class PrivateRedis(PrivateServer):
    """Redis that keeps nothing on disk: it only carries news."""

    name = "Redis"

    def url(self) -> str:
        """Return its address as REDIS_URL takes it."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def _spawn(self, log: IO[bytes]) -> subprocess.Popen[bytes]:
        program = _find(("redis-server", "valkey-server"), package="redis-server")
        settings = (
            "bind 127.0.0.1",
            f"port {self.port}",
            # Over standard input and not as an argument, which everybody on the machine could read.
            f"requirepass {self.password}",
            f'dir "{self.folder}"',
            'save ""',
            "appendonly no",
        )
        return spawn(
            [program, "-"], cwd=self.folder, environment=os.environ, log=log, stdin="\n".join(settings).encode()
        )


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on just now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _find(names: Sequence[str], *, package: str) -> Path:
    for name in names:
        if found := shutil.which(name, path=_PATH):
            return Path(found)
    raise SettingsError(f"{names[0]} is not installed. On Debian and Ubuntu: apt-get install {package}")


def _password(path: Path) -> str:
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(24))
    return path.read_text()


def _as_this_user() -> list[str]:
    # Started by root, the server must be told that root is meant.
    return [f"--user={pwd.getpwuid(os.geteuid()).pw_name}"]
