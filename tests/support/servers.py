"""Kafka and Elasticsearch of a test's own, which it may stop, kill and start again; and a proxied link a service.

They are direct children, without the supervisor of `newsloom up`: what restarts them is the test.
"""

import asyncio
import contextlib
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from services.runtime.settings import STAGES, Settings
from services.standalone.logfiles import tail
from services.standalone.process import Child, Spec
from services.standalone.stack import specs
from support.processes import eventually, free_ports
from support.proxy import Link, Proxies

SERVICES = (*STAGES, "search")
READERS_OF_ELASTICSEARCH = ("fetch", "index", "search")
START_LIMIT_S = 240.0
STOP_LIMIT_S = 180.0  # the first stop of Kafka leaves its loaded classes behind


STARTER = ThreadPoolExecutor(1, "starter")
"""A child dies with the thread that started it (PR_SET_PDEATHSIG, prctl(2)), so that one lives as long as we do."""


class Server:
    """One server. `adapt` changes what was written for it, before each start."""

    def __init__(self, spec: Spec, home: Path, adapt: Callable[[Path], None] = lambda _: None) -> None:
        self.name = spec.name
        self._spec = spec
        self._home = home
        self._adapt = adapt
        self._child: Child | None = None
        self._away = True
        self.log = home / f"{spec.name}.log"

    def start(self) -> "Server":
        """Start without waiting."""
        assert self._spec.prepare is not None
        command = self._spec.prepare()
        self._adapt(self._home)
        self._child = STARTER.submit(Child, command, self._home, self.log).result()
        self._away = False
        return self

    def wait_ready(self) -> "Server":
        """Wait until it can be worked with."""

        def ready() -> bool:
            assert self._child is not None
            assert self._child.ended() is None, f"{self.name} ended:\n{tail(self.log, 40)}"
            return asyncio.run(self._probe()) is None

        eventually(ready, f"{self.name} answers", START_LIMIT_S, 0.3)
        return self

    async def _probe(self) -> str | None:
        return await self._spec.ready()

    def kill(self) -> None:
        """`kill -9`, with all it started."""
        assert self._child is not None
        self._away = True
        self._child.kill()
        eventually(lambda: self._child is None or self._child.ended() is not None, f"{self.name} is gone", 20, 0.02)

    def stop(self) -> None:
        """SIGTERM, and wait."""
        assert self._child is not None
        self._away = True
        self._child.terminate()
        eventually(lambda: self._child is None or self._child.ended() is not None, f"{self.name} stops", STOP_LIMIT_S)

    @property
    def running(self) -> bool:
        """Whether it has been started and has not ended."""
        return self._child is not None and self._child.ended() is None

    @property
    def lost(self) -> bool:
        """Whether it has ended, though nobody asked it to."""
        return not self._away and not self.running


@dataclass(frozen=True)
class Stack:
    """Both servers, and a link of each service to each server it talks to, by (service, server)."""

    settings: Settings
    servers: dict[str, Server]
    links: dict[tuple[str, str], Link]

    def linked(self, service: str, settings: Settings) -> Settings:
        """The settings with the addresses that `service` is to use."""
        update: dict[str, object] = {"kafka": self.links[service, "kafka"].address}
        if link := self.links.get((service, "elasticsearch")):
            update["elasticsearch"] = f"http://{link.address}"
        return Settings(_env_file=None, **{**settings.model_dump(), **update})

    def calm(self) -> None:
        """Take every toxic away."""
        for link in self.links.values():
            link.clear()


@contextlib.contextmanager
def stack(around: Callable[[Path], AbstractContextManager[None]] | None = None) -> Iterator[Stack]:
    """Started servers in a temporary home, with links; all of it ends with the block.

    `around` is entered with the home before anything is started, and left after all has ended.
    """
    with tempfile.TemporaryDirectory(prefix="newsloom-chaos-") as folder, contextlib.ExitStack() as entered:
        home = Path(folder)
        home.chmod(0o755)  # as root, Java runs as another user
        if around:
            entered.enter_context(around(home))
        proxies = entered.enter_context(Proxies())
        # Not the ports that the kernel gives to clients: what is down for a while must come back on its own.
        kafka = free_ports(3 + 2 * len(SERVICES) + len(READERS_OF_ELASTICSEARCH))
        elasticsearch, inner = kafka + 2, kafka + 3  # kafka + 1 is the controller's
        outer = iter(range(inner + len(SERVICES), 32_768))
        settings = Settings(
            _env_file=None,
            home=home,
            kafka=f"127.0.0.1:{kafka}",
            elasticsearch=f"http://127.0.0.1:{elasticsearch}",
        )
        behind = {(name, "kafka"): inner + i for i, name in enumerate(SERVICES)}
        behind |= {(name, "elasticsearch"): elasticsearch for name in READERS_OF_ELASTICSEARCH}
        links = {at: proxies.link("-".join(at), ("127.0.0.1", port), next(outer)) for at, port in behind.items()}
        ports = {name.upper(): (behind[name, "kafka"], links[name, "kafka"].port) for name in SERVICES}
        adapt = {"kafka": lambda where: _listen(where, ports), "elasticsearch": lambda _: None}
        servers = {
            spec.name: Server(spec, home, adapt[spec.name]) for spec in specs(settings, infrastructure_only=True)
        }
        try:
            for server in servers.values():
                server.start()
            for server in servers.values():
                server.wait_ready()
            yield Stack(settings, servers, links)
        finally:
            for server in servers.values():
                if server.running:
                    server.kill()


def _listen(home: Path, ports: dict[str, tuple[int, int]]) -> None:
    """Give Kafka more listeners: one a service, which tells clients the address of the service's link.

    A client asks the broker where the broker is; behind a proxy the answer must be the proxy.
    """
    path = home / "kafka" / "server.properties"
    values = dict(line.split("=", 1) for line in path.read_text().splitlines())
    for name, (port, link) in ports.items():
        values["listeners"] += f",{name}://127.0.0.1:{port}"
        values["advertised.listeners"] += f",{name}://127.0.0.1:{link}"
        values["listener.security.protocol.map"] += f",{name}:PLAINTEXT"
    path.write_text("".join(f"{key}={value}\n" for key, value in values.items()))
