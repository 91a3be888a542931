"""Rewriting by people's decisions, killed with -9 in the middle: what is left is seen and done."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from elasticsearch import AsyncElasticsearch
from support.archive import fill
from support.messages import enriched

from services.contracts import indices
from services.contracts.decisions import Decision
from services.contracts.messages import Enriched, Entity, Mention
from services.index.decided import decide, decided
from services.index.upkeep import Upkeep
from services.runtime.settings import Settings

pytestmark = pytest.mark.stack
MANY = 600
LONG_AGO = datetime.now(UTC) - timedelta(days=1)
LIMIT_S = 120
KINDS = {
    "merge": (("merge", "person:bob", "person:robert"), ("person:robert", "Robert")),
    "split": (("split", "person:bob", "Bob", "Bobs", "--type", "organisation"), ("organisation:bobs", "Bobs")),
    "rename": (("rename", "person:bob", "Bobby"), ("person:bob", "Bobby")),
}  # fmt: skip
"""The command, and what the entity is afterwards, in every article."""
SLOWLY = "from services.index import decided; decided.PAGE = 5\n"
"""More requests than anyone makes before a kill arrives."""
COMMAND = SLOWLY + "from services.cli import main; main()"
ONCE = (
    SLOWLY
    + """
import asyncio
from services.index.upkeep import Upkeep
from services.runtime.elastic import async_client
from services.runtime.settings import load_settings

async def once():
    async with async_client(load_settings()) as es:
        await Upkeep(es, load_settings()).once()

asyncio.run(once())
"""
)
"""A round of what the index service does beside its stages."""


def naming(number: int, id_: str = "person:bob", name: str = "Bob") -> Enriched:
    mentions = (Mention(start=0, end=3, text=name),)
    who = Entity(id=id_, name=name, type="person", count=1, mentions=mentions)
    return enriched(f"a{number}", entities=(who,), models={"ner": "m"})


@pytest.fixture
async def filled(alias: str, settings: Settings) -> str:
    """Articles indexed long ago, and one that names the entity that others are merged into."""
    await fill(settings, [naming(number) for number in range(MANY)], LONG_AGO)
    await fill(settings, [naming(MANY, "person:robert", "Robert")], LONG_AGO)
    return alias


@contextmanager
def process(settings: Settings, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    given = {"NEWSLOOM_ELASTICSEARCH": str(settings.elasticsearch), "NEWSLOOM_NAMESPACE": settings.namespace}
    with subprocess.Popen(
        [sys.executable, *arguments],
        env={**os.environ, **given},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        yield running


def run(settings: Settings, *arguments: str) -> str:
    """What `newsloom entities ARGUMENTS` prints."""
    with process(settings, "-m", "services", "entities", *arguments) as running:
        out, said = running.communicate(timeout=LIMIT_S)
    assert running.returncode == 0, said
    return out


def kill(settings: Settings, *arguments: str) -> None:
    """Run `newsloom entities ARGUMENTS` until it tells of its first page, then kill -9."""
    with process(settings, "-c", COMMAND, "entities", *arguments) as running:
        assert running.stderr is not None
        assert any(line.startswith("articles:") for line in running.stderr)
        running.send_signal(signal.SIGKILL)
    assert running.returncode == -signal.SIGKILL


async def called(es: AsyncElasticsearch, alias: str) -> Counter[tuple[str, str]]:
    """What the articles' entity is, by how many. Each document is whole: what is searched by agrees with it."""
    await es.indices.refresh(index=alias)
    hits = (await es.search(index=alias, size=MANY + 1))["hits"]["hits"]
    found: Counter[tuple[str, str]] = Counter()
    for document in (hit["_source"] for hit in hits):
        (entity,) = document["entities"]
        assert document["entity_keys"] == sorted({entity["id"], entity["name"]})
        assert document["facet"]["entity"] == [f"{entity['id']}|{entity['name']}"]
        assert (entity["count"], len(entity["mentions"])) == (1, 1)
        found[entity["id"], entity["name"]] += 1
    assert found.total() == MANY + 1
    return found


async def versions(es: AsyncElasticsearch, alias: str) -> dict[str, int]:
    hits = (await es.search(index=alias, size=MANY + 1, version=True, source=False))["hits"]["hits"]
    return {hit["_id"]: hit["_version"] for hit in hits}


@pytest.mark.parametrize("kind", KINDS)
async def test_the_command_killed_and_then_apply(
    es: AsyncElasticsearch, filled: str, settings: Settings, kind: str
) -> None:
    command, after = KINDS[kind]
    before = await called(es, filled)
    unchanged = await versions(es, filled)
    await asyncio.to_thread(kill, settings, *command)
    half = await called(es, filled)
    assert 0 < half["person:bob", "Bob"] < MANY
    assert "not yet" in await asyncio.to_thread(run, settings, "list")
    out = await asyncio.to_thread(run, settings, "apply")
    assert out.startswith(f"{half['person:bob', 'Bob']} articles changed")
    assert await called(es, filled) == before - Counter({("person:bob", "Bob"): MANY}) + Counter({after: MANY})
    assert await versions(es, filled) == unchanged
    assert "not yet" not in await asyncio.to_thread(run, settings, "list")
    assert "0 articles changed" in await asyncio.to_thread(run, settings, "apply")


@pytest.mark.parametrize("kind", KINDS)
async def test_the_command_killed_and_nobody_applies_it(
    es: AsyncElasticsearch, filled: str, settings: Settings, kind: str
) -> None:
    command, after = KINDS[kind]
    await asyncio.to_thread(kill, settings, *command)
    assert 0 < (await called(es, filled))["person:bob", "Bob"] < MANY
    await made_older(es, settings)
    await Upkeep(es, settings).once()
    assert (await called(es, filled))[after] >= MANY
    (decision,) = await decided(es, settings)
    assert decision.applied_at


async def made_older(es: AsyncElasticsearch, settings: Settings) -> None:
    """The decision, as if it was made an hour ago: by now whoever applied it would have marked it."""
    (decision,) = await decided(es, settings)
    assert decision.applied_at is None
    await decide(es, settings, decision.model_copy(update={"decided_at": datetime.now(UTC) - timedelta(hours=1)}))


async def test_the_service_killed_while_it_puts_things_right(
    es: AsyncElasticsearch, filled: str, settings: Settings
) -> None:
    said = {"id": "person:bob", "into": "organisation:bob", "name": "Bob", "spelling": "Bob"}
    await decide(es, settings, Decision(**said, decided_at=LONG_AGO))
    after = ("organisation:bob", "Bob")
    with process(settings, "-c", ONCE) as running:
        while not (await es.count(index=filled, query={"term": {"entity_keys": after[0]}}))["count"]:
            assert running.poll() is None, running.communicate()
            await es.indices.refresh(index=filled)
        running.send_signal(signal.SIGKILL)
    assert running.returncode == -signal.SIGKILL
    assert 0 < (await called(es, filled))[after] < MANY
    assert not any(d.applied_at for d in await decided(es, settings))
    await Upkeep(es, settings).once()
    assert (await called(es, filled))[after] == MANY
    assert all(d.applied_at for d in await decided(es, settings))


async def test_a_decision_that_was_replaced_meanwhile_is_not_marked_as_applied(
    es: AsyncElasticsearch, filled: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Decision(id="person:bob", into="person:bob", name="First", decided_at=LONG_AGO)
    later = first.model_copy(update={"name": "Later", "decided_at": datetime.now(UTC)})
    await decide(es, settings, first)
    upkeep = Upkeep(es, settings)
    known = decided

    async def then_another(*given: Any) -> Any:
        found = await known(*given)
        await decide(es, settings, later)
        return found

    monkeypatch.setattr("services.index.upkeep.decided", then_another)
    await upkeep.once()
    assert list(await decided(es, settings)) == [later]
    monkeypatch.undo()
    await upkeep.once()
    assert (await called(es, filled))["person:bob", "Later"] == MANY
    index = settings.name(indices.ENTITIES)
    (marked,) = (hit["_source"] for hit in (await es.search(index=index))["hits"]["hits"])
    assert re.match(r"\d{4}-", marked["applied_at"])
