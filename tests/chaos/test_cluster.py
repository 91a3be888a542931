"""Three brokers and three nodes of Elasticsearch: one of each dies by `kill -9` under load, and stays away.

What must hold: nothing is lost, doubled or stale, no good page is dead, and the services go on by themselves, without
what died: topics have three copies of which two must have a message, indices have a replica.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from support.chaos import LONG, Run, size, when_asked_for
from support.cluster import Cluster, cluster
from support.offsets import in_sync
from support.processes import eventually, running
from support.quick import expectations, mixed, of_kind

from services.contracts import indices
from services.runtime.admin import connect, differences
from services.runtime.elastic import sync_client


@dataclass(frozen=True)
class Size:
    """`pages` come in over `over_s`; in each round a broker and a node die, and come back `away_s` later."""

    pages: int
    over_s: float
    rounds: int
    away_s: float
    drain_s: float


SIZE = size(short=Size(200, 40, 1, 30, 400), long=Size(4_000, 480, 4, 60, 900))
pytestmark = [pytest.mark.stack, pytest.mark.timeout(3600 if LONG else 1200), when_asked_for]


@pytest.fixture(scope="module")
def chaos_stack() -> Iterator[Cluster]:
    """The clusters, in the place of the stack that other scenarios share."""
    with cluster() as started:
        yield started


def test_a_broker_and_a_node_die(run: Run, site: tuple[str, dict[str, bytes]]) -> None:
    base, served = site
    pages = mixed(SIZE.pages, base, run=40)
    served.update({page.url.removeprefix(base): page.html.encode() for page in of_kind(pages, "fetched")})
    copies = {"NEWSLOOM_REPLICAS": run.settings.replicas, "NEWSLOOM_SHARDS": run.settings.shards}
    children = run.pipeline(**{name: str(value) for name, value in copies.items()})
    with running(*children.values()):
        _spread(run)
        feeder = run.feed(pages, SIZE.over_s)
        for number in range(SIZE.rounds):
            time.sleep(SIZE.over_s / (2 * SIZE.rounds))
            fallen = [run.stack.servers[f"{kind}-{number % 3 + 1}"] for kind in ("kafka", "elasticsearch")]
            for server in fallen:
                server.kill()
            time.sleep(SIZE.away_s)
            if number + 1 < SIZE.rounds:
                for server in fallen:
                    server.start()
                _whole(run)
        feeder.finish(SIZE.drain_s)
        assert not any(server.running for server in fallen)
        drained = run.settle(SIZE.drain_s)  # with one of each away
        run.note(rounds=SIZE.rounds, away=[server.name for server in fallen], drained_s=round(drained, 1))
        poison = {page.id: page.value() for page in of_kind(pages, "poison")}
        run.judge(expectations(pages), poison)
        assert {name: child.stop() for name, child in children.items()} == dict.fromkeys(children, 0)


def _whole(run: Run) -> None:
    """Wait until every copy of everything is there: before that, the next to die may be the only one to have some."""
    with sync_client(run.settings) as es:
        eventually(
            lambda: es.cluster.health(timeout="1s")["status"] == "green", "all copies of all shards are there", 300, 1
        )
    eventually(lambda: in_sync(run.settings), "all copies of all partitions are there", 300, 1)


def _spread(run: Run) -> None:
    """Topics and indices have the copies that were asked for."""
    _whole(run)
    admin = connect(run.settings)
    try:
        assert differences(admin, run.settings) == []
    finally:
        admin.close()
    with sync_client(run.settings) as es:
        found = es.indices.get_settings(index=run.settings.name(indices.ARTICLES)).body.values()
    counts = [(s["settings"]["index"]["number_of_shards"], s["settings"]["index"]["number_of_replicas"]) for s in found]
    assert counts == [(str(run.settings.shards), str(run.settings.replicas))]
