"""Fixtures for tests against real servers: `servers`, `namespace`, `settings`.

One Kafka and one Elasticsearch serve the whole session, and all workers of `pytest -n 2`. NEWSLOOM_TEST_KAFKA and
NEWSLOOM_TEST_ELASTICSEARCH name servers that run already (`newsloom up --infrastructure` keeps some at hand); without
them a stack of its own starts on free ports, in a temporary home, with the usual download cache.
"""

import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from elasticsearch import AsyncElasticsearch
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis
from support import closing
from support.cleaning import clean_up
from xdist.scheduler import LoadScopeScheduling

from services.runtime.elastic import async_client
from services.runtime.settings import Settings
from services.standalone import state
from services.standalone.logfiles import tail
from services.standalone.ports import unused
from services.standalone.process import Command

# No test depends on how fast the machine is; the others of Hypothesis' health checks stay.
hypothesis.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis.load_profile("any machine")
closing.install()
GIVEN = ("NEWSLOOM_TEST_KAFKA", "NEWSLOOM_TEST_ELASTICSEARCH")
START_LIMIT_S = 280
STOP_LIMIT_S = 90


@dataclass(frozen=True)
class Servers:
    """Where Kafka (HOST:PORT) and Elasticsearch (URL) answer."""

    kafka: str
    elasticsearch: str


def pytest_sessionstart(session: pytest.Session) -> None:
    """With workers (`-n`), the servers are started before them, by the process that is there first and last."""
    config = session.config
    if config.getoption("numprocesses", None) and not hasattr(config, "workerinput") and not _given():
        stack = ExitStack()
        config.add_cleanup(stack.close)
        found = stack.enter_context(_temporary())
        os.environ |= {GIVEN[0]: found.kafka, GIVEN[1]: found.elasticsearch}


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> "ByFile":
    """`--dist loadgroup` tells groups by ids that pytest 9.2 does not let xdist 3.8 change; so they are told here."""
    return ByFile(config, log)


class ByFile(LoadScopeScheduling):
    """A file's tests go to one worker; the whole chaos suite too, so that no two scenarios run at once."""

    def _split_scope(self, nodeid: str) -> str:
        return "chaos" if nodeid.startswith("tests/chaos/") else nodeid.partition("::")[0]


def _given() -> Servers | None:
    kafka, elasticsearch = (os.environ.get(name) for name in GIVEN)
    return Servers(kafka, elasticsearch) if kafka and elasticsearch else None


@contextmanager
def _temporary() -> Iterator[Servers]:
    with tempfile.TemporaryDirectory(prefix="newsloom-test-") as home:
        Path(home).chmod(0o755)  # as root, Java runs as another user
        with infrastructure(Path(home)) as started:
            yield started


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """Real servers, for the whole session."""
    if given := _given():
        yield given
        return
    with _temporary() as started:
        yield started


@contextmanager
def infrastructure(home: Path) -> Iterator[Servers]:
    """Kafka and Elasticsearch on free ports, tied to this process: they end with it, however it ends."""
    kafka, elasticsearch = (f"127.0.0.1:{unused('127.0.0.1')}" for _ in range(2))
    found = Servers(kafka, f"http://{elasticsearch}")
    environment = {
        "NEWSLOOM_HOME": str(home),
        "NEWSLOOM_KAFKA": found.kafka,
        "NEWSLOOM_ELASTICSEARCH": found.elasticsearch,
    }
    command = Command((sys.executable, "-P", "-m", "services.standalone", "--infrastructure"), environment)
    log = home / "supervisor.log"
    with log.open("ab") as output:
        supervisor = subprocess.Popen(
            command.launched(os.getpid()), env=command.whole_environment(), stdout=output, stderr=output
        )
    try:
        _await_ready(home, supervisor, log)
        yield found
    finally:
        supervisor.terminate()
        supervisor.wait(STOP_LIMIT_S)


def _await_ready(home: Path, supervisor: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline and supervisor.poll() is None:
        now = state.read(home)
        if now and now.phase == "ready":
            return
        time.sleep(0.2)
    pytest.fail(f"the servers for the tests do not start:\n{tail(log, 60)}", pytrace=False)


@pytest.fixture
def namespace(servers: Servers) -> Iterator[str]:
    """A prefix of this test's own; its topics and indices are deleted afterwards."""
    prefix = f"t{secrets.token_hex(4)}-"
    yield prefix
    clean_up(Settings(_env_file=None, kafka=servers.kafka, elasticsearch=servers.elasticsearch), prefix)


@pytest.fixture
def settings(servers: Servers, namespace: str, tmp_path: Path) -> Settings:
    """Settings of this test's own on the real servers; others by `settings.model_copy(update={…})`."""
    return Settings(
        _env_file=None,
        kafka=servers.kafka,
        elasticsearch=servers.elasticsearch,
        namespace=namespace,
        home=tmp_path,
    )


@pytest.fixture
async def es(settings: Settings) -> AsyncIterator[AsyncElasticsearch]:
    """A client of the real Elasticsearch; no index of the test's own is there yet."""
    client = async_client(settings)
    yield client
    await client.close()
