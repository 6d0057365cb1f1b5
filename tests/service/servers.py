"""Servers of a test's own, to be killed and to be stopped in the middle of all."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import chown, which
from tempfile import TemporaryDirectory

import pytest

_PATIENCE_S = 120
_POSTGRES = Path("/usr/lib/postgresql")


class Server:
    """A server on a port and in a folder of its own."""

    def __init__(self, url: str, command: Sequence[str], user: str | None = None, **environment: str) -> None:
        """Prepare to run *command*, as another user if that is needed."""
        self.url = url
        self._port = int(url.rpartition(":")[2].partition("/")[0])
        self._command, self._user = command, user
        self._environment = os.environ | environment
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin, and wait until it takes connections."""
        quiet = subprocess.DEVNULL
        self._running = subprocess.Popen(
            self._command, stdout=quiet, stderr=quiet, env=self._environment, user=self._user
        )
        end = time.monotonic() + _PATIENCE_S
        while time.monotonic() < end:
            with socket.socket() as asked:
                if asked.connect_ex(("127.0.0.1", self._port)) == 0:
                    return
            assert self._running.poll() is None, "the server has stopped"
            time.sleep(0.05)
        raise AssertionError("the server does not begin")

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to all its processes, the first one last when they go on."""
        assert self._running is not None
        found = [self._running.pid]
        for one in found:
            told = subprocess.run(
                ["/bin/ps", "-o", "pid=", "--ppid", str(one)], capture_output=True, check=False
            ).stdout
            found.extend(map(int, told.split()))
        for one in found:
            try:
                os.kill(one, number)
            except ProcessLookupError:
                continue
        if number == signal.SIGSTOP:
            # A signal is sent before it is taken: until then, what runs on another processor still answers.
            os.waitid(os.P_PID, found[0], os.WSTOPPED | os.WNOWAIT)

    def kill(self) -> None:
        """Kill it, and wait until it is gone."""
        if self._running is not None:
            self.signal(signal.SIGKILL)
            self._running.wait()
            self._running = None


def _nats(folder: Path, port: int) -> Server:
    command = ["nats-server", "-js", "-a", "127.0.0.1", "-p", str(port), "-sd", str(folder)]
    return Server(f"nats://127.0.0.1:{port}", command)


def _rabbitmq(folder: Path, port: int) -> Server:
    (folder / "rabbitmq.conf").write_text(f"listeners.tcp.1 = 127.0.0.1:{port}\n", "utf-8")
    return Server(
        f"amqp://guest:guest@127.0.0.1:{port}/",
        ["/usr/lib/rabbitmq/bin/rabbitmq-server"],
        HOME=str(folder),
        ERL_CRASH_DUMP=str(folder / "dump"),
        RABBITMQ_NODENAME=f"test-{port}@localhost",
        RABBITMQ_DIST_PORT=str(_free()),
        RABBITMQ_MNESIA_BASE=str(folder / "mnesia"),
        RABBITMQ_LOG_BASE=str(folder / "log"),
        RABBITMQ_ENABLED_PLUGINS_FILE=str(folder / "plugins"),
        RABBITMQ_PID_FILE=str(folder / "pid"),
        RABBITMQ_CONF_ENV_FILE="/dev/null",
        RABBITMQ_CONFIG_FILE=str(folder / "rabbitmq.conf"),
    )


def _postgres(folder: Path, port: int) -> Server:
    binaries = max(_POSTGRES.glob("*/bin"))
    user = "postgres" if os.geteuid() == 0 else None
    if user is not None:
        chown(folder, user)
    data = str(folder / "data")
    made = [str(binaries / "initdb"), "-A", "trust", "-U", "postgres", "-D", data]
    subprocess.run(made, user=user, check=True, stdout=subprocess.DEVNULL, cwd="/")
    command = [str(binaries / "postgres"), "-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", str(folder)]
    return Server(f"postgresql://postgres@127.0.0.1:{port}/postgres", command, user)


_MAKERS: dict[str, tuple[Callable[[Path, int], Server], Callable[[], object]]] = {
    "nats": (_nats, lambda: which("nats-server")),
    "rabbitmq": (_rabbitmq, Path("/usr/lib/rabbitmq/bin/rabbitmq-server").exists),
    "postgres": (_postgres, _POSTGRES.is_dir),
}


@contextmanager
def server(kind: str) -> Iterator[Server]:
    """Run a server, and kill it in the end."""
    make, is_here = _MAKERS[kind]
    if not is_here():
        pytest.skip(f"{kind} is not installed where Debian has it")
    # Not below the folder of the test: each run of pytest shuts what is above that to other users, as PostgreSQL's.
    with TemporaryDirectory(prefix="notifyrules-", ignore_cleanup_errors=True) as folder:
        made = make(Path(folder), _free())
        made.start()
        try:
            yield made
        finally:
            made.kill()


def _free() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
