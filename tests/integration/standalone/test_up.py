"""`newsloom up`, `status`, `doctor` and `down` with the real Kafka and Elasticsearch, in a home of their own."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from services.standalone import control, state
from services.standalone.ports import is_free, unused
from services.standalone.process import kill_leftovers, leftovers

pytestmark = [pytest.mark.stack, pytest.mark.timeout(900)]
PATIENCE_S = 300.0


@dataclass(frozen=True)
class Home:
    """A home, with ports of its own, and the command line that uses it."""

    folder: Path
    kafka: int
    elasticsearch: int
    http: int

    def newsloom(self, *arguments: str, **other: str) -> "subprocess.CompletedProcess[str]":
        environment = {
            **os.environ,
            "NEWSLOOM_HOME": str(self.folder),
            "NEWSLOOM_KAFKA": f"127.0.0.1:{self.kafka}",
            "NEWSLOOM_ELASTICSEARCH": f"http://127.0.0.1:{self.elasticsearch}",
            "NEWSLOOM_HTTP": f"127.0.0.1:{self.http}",
            **other,
        }
        command = [sys.executable, "-P", "-m", "services", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600, check=False)

    def status(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.newsloom("status", "--json").stdout)
        return answer


@pytest.fixture
def home() -> Iterator[Home]:
    with tempfile.TemporaryDirectory(prefix="newsloom-test-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # as root, Java runs as another user; pytest's own folders are private
        yield Home(folder, unused("127.0.0.1"), unused("127.0.0.1"), unused("127.0.0.1"))
        control.stop(folder)
        kill_leftovers(folder)


def test_up_and_down_and_what_happens_when_processes_are_killed(home: Home) -> None:
    up = home.newsloom("up", "--infrastructure")
    assert up.returncode == 0, up.stderr
    assert f"kafka 127.0.0.1:{home.kafka}" in up.stdout
    again = home.newsloom("up", "--infrastructure")
    assert (again.returncode, "already up" in again.stdout, again.stderr) == (0, True, "")
    other = home.newsloom("up", "--infrastructure", NEWSLOOM_WEBHOOKS="true")
    assert (other.returncode, "other settings than those here (NEWSLOOM_WEBHOOKS)" in other.stderr) == (0, True)
    assert home.newsloom("status").returncode == 0
    doctor = {check["name"]: check for check in json.loads(home.newsloom("doctor", "--json").stdout)}
    assert all(doctor[name]["ok"] for name in ("java", "cache", "lock", "port kafka", "kafka", "elasticsearch"))

    kafka = home.status()["processes"][0]
    os.kill(kafka["pid"], signal.SIGKILL)
    assert until(lambda: (now := home.status())["ready"] and now["processes"][0]["restarts"] > kafka["restarts"])
    assert home.status()["processes"][0]["pid"] != kafka["pid"]

    stack = state.read(home.folder)
    assert stack is not None
    os.kill(stack.pid, signal.SIGKILL)
    assert until(lambda: leftovers(home.folder) == [])
    assert home.newsloom("status").returncode == 3

    assert home.newsloom("up", "--infrastructure").returncode == 0
    assert home.status()["ready"]
    processes = leftovers(home.folder)
    down = home.newsloom("down")
    assert (down.returncode, down.stdout) == (0, "Newsloom is stopped\n")
    assert down.stderr.startswith("Stopping")
    assert [p for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE] == []
    assert is_free("127.0.0.1", home.kafka)
    assert home.newsloom("down").stdout == "Newsloom was not running\n"


def test_a_taken_port_is_named_with_who_has_it_and_nothing_is_started(home: Home) -> None:
    with socket.create_server(("127.0.0.1", home.kafka)):
        up = home.newsloom("up", "--infrastructure")
    assert up.returncode == 2
    assert f"kafka can not listen on 127.0.0.1:{home.kafka}: process {os.getpid()} (" in up.stderr
    assert "NEWSLOOM_KAFKA" in up.stderr
    assert leftovers(home.folder) == []


def test_a_start_that_fails_names_the_process_and_shows_its_log(home: Home) -> None:
    assert home.newsloom("status").returncode == 3
    data = home.folder / "kafka" / "data"
    data.mkdir(parents=True)
    (data / "meta.properties").write_text("version=1\nnode.id=77\ncluster.id=AAAAAAAAAAAAAAAAAAAAAA\n")
    up = home.newsloom("up", "--infrastructure")
    assert up.returncode == 1
    assert "kafka does not start: ended with exit code 1" in up.stderr
    assert "remove all data in your data directories" in up.stderr
    assert "newsloom doctor" in up.stderr
    assert leftovers(home.folder) == []
    status = home.newsloom("status")
    assert (status.returncode, "The last start failed: kafka does not start" in status.stdout) == (3, True)


def until(condition: Any) -> bool:
    """Whether it comes true in time."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.5)
    return False
