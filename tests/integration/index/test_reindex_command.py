"""`newsloom reindex` as a process that is killed, and from the topic, on real servers."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from elasticsearch import AsyncElasticsearch
from support.messages import enriched

from services.contracts.messages import Enriched
from services.contracts.topics import ENRICHED
from services.index.forget import Page, forget
from services.index.generations import generations, named
from services.index.stages import Indexer
from services.runtime.admin import connect, ensure_topics
from services.runtime.elastic import async_client
from services.runtime.publisher import Publisher
from services.runtime.settings import Settings
from services.runtime.waiting import Dependencies

pytestmark = pytest.mark.stack
AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
LIMIT_S = 120


def article(name: str, hour: int = 0, **fields: Any) -> Enriched:
    return enriched(name, fetched_at=AT + timedelta(hours=hour), title=f"{name} of hour {hour}", **fields)


async def index(es: AsyncElasticsearch, settings: Settings, articles: list[Enriched]) -> None:
    indexer = Indexer(es, settings)
    await Dependencies().wait_for("elasticsearch", lambda: indexer.articles(articles))


async def titles(es: AsyncElasticsearch, name: str) -> dict[str, str]:
    await es.indices.refresh(index=name)
    hits = (await es.search(index=name, size=10_000, source_includes=["title"]))["hits"]["hits"]
    assert len({hit["_id"] for hit in hits}) == len(hits)
    return {hit["_id"]: hit["_source"]["title"] for hit in hits}


def process(settings: Settings, *arguments: str) -> "subprocess.Popen[str]":
    environment = {
        **os.environ,
        "NEWSLOOM_ELASTICSEARCH": str(settings.elasticsearch),
        "NEWSLOOM_KAFKA": settings.kafka,
        "NEWSLOOM_NAMESPACE": settings.namespace,
    }
    command = [sys.executable, "-m", "services", "reindex", "--json", *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


async def finished(settings: Settings, *arguments: str) -> tuple[int, Any, str]:
    """Exit code, what was printed as JSON, and what was said beside it."""
    running = process(settings, *arguments)
    out, said = await asyncio.to_thread(running.communicate, timeout=LIMIT_S)
    return running.returncode, orjson.loads(out) if out.startswith("{") else out, said


def killed_at(settings: Settings, phase: str) -> list[str]:
    """Run until it says `phase`, then kill -9; what it said."""
    running = process(settings)
    said: list[str] = []
    assert running.stderr is not None
    for line in running.stderr:
        said.append(line)
        if line.startswith(f"{phase}:"):
            running.send_signal(signal.SIGKILL)
            break
    running.communicate(timeout=LIMIT_S)
    return said


async def test_killed_in_each_phase_and_run_again_while_articles_come_in(
    es: AsyncElasticsearch, alias: str, settings: Settings
) -> None:
    written: dict[str, Enriched] = {}
    for start in range(0, 3000, 500):
        batch = [article(f"a{i}") for i in range(start, start + 500)]
        await index(es, settings, batch)
        written |= {a.id: a for a in batch}
    stop = asyncio.Event()

    async def live() -> None:
        turn = 0
        async with async_client(settings) as other:
            while not stop.is_set():
                turn += 1
                batch = [article(f"live{turn}-{i}") for i in range(3)] + [article(f"a{turn % 3000}", turn)]
                await index(other, settings, batch)
                written.update({a.id: a for a in batch})

    writer = asyncio.create_task(live())
    try:
        for phase in ("copy", "last pass", "check", "switch"):
            said = await asyncio.to_thread(killed_at, settings, phase)
            assert any(line.startswith(f"{phase}:") for line in said) or phase == "switch", said
        code, result, said = await finished(settings)
        assert code == 0, said
    finally:
        stop.set()
        await writer
    assert result["kept"] == [named(alias, 1)]
    known = await generations(es, alias)
    assert known.names == (result["index"],)
    assert await titles(es, alias) == {id_: a.title for id_, a in written.items()}
    code, found, _ = await finished(settings, "--status")
    assert (code, found["generations"], found["old"]) == (0, [result["index"]], [named(alias, 1)])
    assert "reindex" not in found
    assert (await finished(settings, "--clean-up"))[1] == {"deleted": [named(alias, 1)]}
    assert (await finished(settings, "--abort"))[1] == {"deleted": None}


@pytest.fixture
async def topic(settings: Settings) -> AsyncIterator[Publisher]:
    def create() -> None:
        admin = connect(settings)
        try:
            ensure_topics(admin, settings)
        finally:
            admin.close()

    await asyncio.to_thread(create)
    async with Publisher(settings) as publisher:
        yield publisher


async def test_from_the_topic_documents_are_made_anew_and_nothing_comes_back(
    es: AsyncElasticsearch, alias: str, settings: Settings, topic: Publisher
) -> None:
    names = [f"a{i}" for i in range(60)]
    for hour in (0, 1):
        for name in names if hour == 0 else names[:20]:
            await topic.send(ENRICHED, article(name, hour))
    await topic.send_raw(ENRICHED, b"x" * 64, b"no JSON", [])
    await index(es, settings, [article(n) for n in names] + [article(n, 1) for n in names[:20]])
    await index(es, settings, [article("a30", 5)])  # newer than the topic has it
    taken = article("a40")
    await forget(es, settings, [Page(taken.id, taken.url)], "asked for")
    spoilt = article("a50")  # as an older release would have made it
    held = await es.get(index=alias, id=spoilt.id)
    version = held["_version"]
    older = {k: v for k, v in held["_source"].items() if k not in ("entity_keys", "facet")}
    await es.index(index=alias, id=spoilt.id, document=older, version=version, version_type="external_gte")
    code, result, said = await finished(settings, "--from", "topic")
    assert code == 0, said
    assert result["documents"] == 60
    expected = {article(n).id: article(n, 1 if n in names[:20] else 0).title for n in names}
    expected[article("a30").id] = article("a30", 5).title
    del expected[taken.id]
    assert await titles(es, alias) == expected
    assert (await es.get(index=named(alias, 2), id=taken.id))["_source"]["gone"]["reason"] == "forgotten"
    assert "facet" in (await es.get(index=alias, id=spoilt.id))["_source"]


async def test_the_versions_that_the_topic_has_forgotten_are_remembered_and_the_last_enrichment_counts(
    es: AsyncElasticsearch, alias: str, settings: Settings, topic: Publisher
) -> None:
    first, second = (article("a", hour, content_hash=f"text {hour}") for hour in (0, 1))
    again = second.model_copy(update={"retagged_at": AT, "models": {"ner": "m 2"}})
    await index(es, settings, [first, second, again])
    for message in (second, again):
        await topic.send(ENRICHED, message)
    code, result, said = await finished(settings, "--from", "topic", "--allow-partial")
    assert code == 0, said
    document = (await es.get(index=result["index"], id=second.id))["_source"]
    assert [v["content_hash"] for v in document["versions"]] == ["text 1", "text 0"]
    assert (document["version_count"], document["models"]) == (2, {"ner": "m 2"})


async def test_a_topic_that_does_not_reach_back_is_refused_unless_allowed(
    es: AsyncElasticsearch, alias: str, settings: Settings, topic: Publisher
) -> None:
    await index(es, settings, [article("before")])
    await es.indices.refresh(index=alias)
    code, _, said = await finished(settings, "--from", "topic")
    assert code == 2
    assert "is empty" in said
    await topic.send(ENRICHED, article("after"))
    await index(es, settings, [article("after")])
    code, _, said = await finished(settings, "--from", "topic")
    assert code == 2
    assert "only reaches back to" in said
    assert "--allow-partial" in said
    code, _, said = await finished(settings, "--from", "topic", "--allow-partial")
    assert code == 0, said
    assert await titles(es, named(alias, 2)) == {a.id: a.title for a in (article("before"), article("after"))}
