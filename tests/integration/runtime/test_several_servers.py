"""Several servers are named, and the first is away: all of ours start and work all the same."""

import asyncio
from pathlib import Path

import pytest
from support.messages import enriched
from support.processes import Child, eventually, free_ports, running
from support.topics import create_topics, records

from services.contracts import indices
from services.contracts.topics import ENRICHED, INDEXED
from services.runtime import probes
from services.runtime.elastic import sync_client
from services.runtime.letters import letters
from services.runtime.publisher import Publisher
from services.runtime.settings import Settings
from services.runtime.whole_topic import whole_topic
from services.standalone.ports import unused

pytestmark = pytest.mark.stack


async def test_the_first_servers_are_away(settings: Settings, tmp_path: Path) -> None:
    away = [f"127.0.0.1:{unused('127.0.0.1')}" for _ in range(2)]
    given = settings.model_copy(
        update={
            "kafka": f"{away[0]},{settings.kafka}",
            "elasticsearch": f"http://{away[1]},{settings.elasticsearch}",
            "home": tmp_path,
            "http": f"127.0.0.1:{free_ports(6)}",
        }
    )
    create_topics(given)
    await probes.kafka(given)
    async with Publisher(given) as publisher:
        await publisher.send(ENRICHED, enriched("a"))
    async with whole_topic(given, ENRICHED, 2**20) as (consumer, partitions):
        assert sum((await consumer.end_offsets(partitions)).values()) == 1
    assert list(letters(given)) == []

    def indexed() -> bool:
        with sync_client(given) as es:
            return bool(es.count(index=given.name(indices.ARTICLES))["count"])

    with running(Child(given, "index", "services", "run", "index")):
        await asyncio.to_thread(eventually, indexed, "the article is indexed", 60, 0.5)
    assert len(records(settings, INDEXED)) == 1
