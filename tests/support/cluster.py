"""Three brokers of Kafka and three nodes of Elasticsearch on this machine, as one cluster each, with small heaps.

Each is the standalone stack's server in a home of its own, with what makes it one of several written over its
configuration. There are no links: who asks, asks the servers themselves, of which any may be killed.
"""

import contextlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from services.runtime.settings import Settings
from services.standalone.process import Spec
from services.standalone.stack import specs
from support.processes import free_ports
from support.servers import Server

SIZE = 3
CLUSTER_ID = "bmV3c2xvb20tY2x1c3Rlcg"
COPIES = ("default", "offsets.topic", "transaction.state.log", "share.coordinator.state.topic")


@dataclass(frozen=True)
class Cluster:
    """The servers by name, `kafka-1` to `elasticsearch-3`; `settings` name all of them. Stands for a Stack in a Run."""

    settings: Settings
    servers: dict[str, Server]

    def linked(self, service: str, settings: Settings) -> Settings:
        """Every service knows all the servers."""
        return settings

    def calm(self) -> None:
        """There are no links to mend."""


@contextlib.contextmanager
def cluster() -> Iterator[Cluster]:
    """Started servers in temporary homes; all of it ends with the block."""
    with tempfile.TemporaryDirectory(prefix="newsloom-cluster-") as folder:
        Path(folder).chmod(0o755)  # as root, Java runs as another user
        first = free_ports(4 * SIZE)
        brokers, controllers, https, transports = (range(first + SIZE * i, first + SIZE * (i + 1)) for i in range(4))
        servers = {}
        for i in range(SIZE):
            given = Settings(
                _env_file=None,
                home=Path(folder) / str(i + 1),
                kafka=f"127.0.0.1:{brokers[i]}",
                elasticsearch=f"http://127.0.0.1:{https[i]}",
            )
            given.home_dir.mkdir(mode=0o755)
            kafka, elasticsearch = specs(given, infrastructure_only=True)
            servers[f"kafka-{i + 1}"] = Broker(kafka, given.home_dir, i + 1, controllers)
            servers[f"elasticsearch-{i + 1}"] = Node(elasticsearch, given.home_dir, i + 1, transports)
        settings = Settings(
            _env_file=None,
            home=Path(folder),
            kafka=",".join(f"127.0.0.1:{port}" for port in brokers),
            elasticsearch=",".join(f"http://127.0.0.1:{port}" for port in https),
            kafka_replication=SIZE,
            replicas=1,
            shards=2,
        )
        try:
            for server in servers.values():
                server.start()
            for server in servers.values():
                server.wait_ready()
            yield Cluster(settings, dict(servers))
        finally:
            for server in servers.values():
                if server.running:
                    server.kill()


class Broker(Server):
    """One broker, and one controller of the quorum."""

    def __init__(self, spec: Spec, home: Path, number: int, controllers: Sequence[int]) -> None:
        super().__init__(spec, home, self._join)
        self.name = f"kafka-{number}"
        self._number = number
        self._controllers = controllers

    def _join(self, home: Path) -> None:
        own = self._controllers[self._number - 1]
        voters = ",".join(f"{i}@127.0.0.1:{port}" for i, port in enumerate(self._controllers, 1))
        path = home / "kafka" / "server.properties"
        listeners = _read(path)["listeners"].partition(",")[0]
        change = {
            "node.id": str(self._number),
            "controller.quorum.voters": voters,
            "listeners": f"{listeners},CONTROLLER://127.0.0.1:{own}",
            **{f"{name}.replication.factor": str(SIZE) for name in COPIES},
            "min.insync.replicas": "2",
            # Sooner than the 9 s and 30 s of a real cluster, for a test that kills.
            "broker.session.timeout.ms": "6000",
            "replica.lag.time.max.ms": "10000",
        }
        _change(path, change)
        # It was formatted as a broker of its own; every start finds it as the first left it.
        _change(home / "kafka" / "data" / "meta.properties", {"node.id": str(self._number), "cluster.id": CLUSTER_ID})


class Node(Server):
    """One node, which may be master and holds data."""

    def __init__(self, spec: Spec, home: Path, number: int, transports: Sequence[int]) -> None:
        super().__init__(spec, home, self._join)
        self.name = f"elasticsearch-{number}"
        self._transports = transports
        self._own = transports[number - 1]

    def _join(self, home: Path) -> None:
        path = home / "elasticsearch" / "config" / "elasticsearch.yml"
        values = yaml.safe_load(path.read_text())
        del values["discovery.type"]
        values |= {
            "node.name": self.name,
            "transport.port": self._own,
            "discovery.seed_hosts": [f"127.0.0.1:{port}" for port in self._transports],
            "cluster.initial_master_nodes": [f"elasticsearch-{i}" for i in range(1, SIZE + 1)],
        }
        path.write_text(yaml.safe_dump(values))
        jvm = home / "elasticsearch" / "config" / "jvm.options"
        jvm.write_text(jvm.read_text().replace("640m", "384m"))


def _read(path: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in path.read_text().splitlines() if "=" in line and line[0] != "#")


def _change(path: Path, change: Mapping[str, str]) -> None:
    path.write_text("".join(f"{key}={value}\n" for key, value in {**_read(path), **change}.items()))
