"""`newsloom reindex` on the real Elasticsearch: live writes, kills in each phase, failing checks."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psutil
import pytest
from elasticsearch import AsyncElasticsearch
from support.messages import enriched

from services.contracts import indices
from services.contracts.messages import Enriched
from services.index import reindex, reindex_check, reindex_state
from services.index.analysis import Analysis
from services.index.generations import generations, named
from services.index.reindex_state import Busy
from services.index.setup import ensure_indices
from services.index.stages import Indexer
from services.index.versions import FORGOTTEN
from services.runtime.elastic import async_client
from services.runtime.errors import UsageError
from services.runtime.settings import Settings
from services.runtime.stage import Forward
from services.runtime.waiting import Dependencies

pytestmark = pytest.mark.stack
AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


@pytest.fixture
async def alias(es: AsyncElasticsearch, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(reindex, "DRAIN_S", 0.0)
    monkeypatch.setattr("services.index.reindex_copy.PAGE", 20)
    monkeypatch.setattr(reindex, "SAVE_EVERY", 2)

    async def plain(_: AsyncElasticsearch) -> Analysis:
        """Without dictionaries, which take a second an index to load."""
        return Analysis()

    monkeypatch.setattr(reindex, "detect_analysis", plain)
    monkeypatch.setattr("services.index.setup.detect_analysis", plain)
    await ensure_indices(es, settings)
    return settings.name(indices.ARTICLES)


def article(name: str, hour: int = 0) -> Enriched:
    return enriched(name, fetched_at=AT + timedelta(hours=hour), title=f"{name} of hour {hour}")


async def index(es: AsyncElasticsearch, settings: Settings, articles: list[Enriched]) -> None:
    indexer = Indexer(es, settings)
    outcomes = await Dependencies().wait_for("elasticsearch", lambda: indexer.articles(articles))
    assert all(isinstance(outcome, Forward) for outcome in outcomes), outcomes


async def contents(es: AsyncElasticsearch, name: str) -> dict[str, tuple[str, int, Any]]:
    """Id → index, version and document of everything there, tombstones too when `name` is an index."""
    await es.indices.refresh(index=name)
    hits = (await es.search(index=name, size=5000, version=True))["hits"]["hits"]
    assert len({hit["_id"] for hit in hits}) == len(hits)
    return {hit["_id"]: (hit["_index"], hit["_version"], hit["_source"]) for hit in hits}


async def tombstone(es: AsyncElasticsearch, alias: str, of: Enriched) -> None:
    gone = {"at": "2026-11-22T09:00:00Z", "reason": "forgotten", "detail": "asked for"}
    document = {"id": of.id, "url": of.url, "gone": gone}
    where = (await generations(es, alias)).write
    await es.index(index=where, id=of.id, document=document, version=FORGOTTEN, version_type="external")


class Steps:
    """Remembers the phases, and may do something in one of them."""

    def __init__(self, at: str = "", do: Any = None) -> None:
        self.phases: list[str] = []
        self._at, self._do = at, do

    def __call__(self, phase: str, done: int, total: int) -> None:
        if phase not in self.phases:
            self.phases.append(phase)
        if phase == self._at and self._do:
            self._do()


async def run(es: AsyncElasticsearch, settings: Settings, steps: Steps | None = None, **given: Any) -> dict[str, Any]:
    alias = settings.name(indices.ARTICLES)
    state = await reindex.start(es, settings, alias, "elasticsearch")
    return await reindex.finish(es, alias, state, steps or Steps(), drop_old=given.get("drop_old", False))


async def blocked(es: AsyncElasticsearch, name: str) -> bool:
    answer = (await es.indices.get_settings(index=name)).body
    return any(i["settings"]["index"].get("blocks", {}).get("write") == "true" for i in answer.values())


async def test_all_is_copied_with_its_versions_and_the_alias_moves(
    es: AsyncElasticsearch, alias: str, settings: Settings
) -> None:
    await index(es, settings, [article(f"a{i}") for i in range(90)])
    await index(es, settings, [article(f"a{i}", 1) for i in range(30)])
    await tombstone(es, alias, article("a5"))
    before = await contents(es, named(alias, 1))
    steps = Steps()
    result = await run(es, settings, steps)
    after = await contents(es, named(alias, 2))
    assert {id_: rest for id_, (_, *rest) in after.items()} == {id_: rest for id_, (_, *rest) in before.items()}
    assert (result["documents"], result["sample"], result["kept"]) == (90, 90, [named(alias, 1)])
    assert steps.phases == ["copy", "last pass", "check", "switch"]
    known = await generations(es, alias)
    assert (known.names, known.write) == ((named(alias, 2),), named(alias, 2))
    assert len(await contents(es, alias)) == 89
    assert await blocked(es, named(alias, 1))
    assert not await blocked(es, named(alias, 2))
    assert "reindex" not in await reindex.status(es, alias)
    assert await reindex.drop_kept(es, alias) == [named(alias, 1)]
    await index(es, settings, [article("a1", 2), article("new")])
    assert len(await contents(es, alias)) == 90


async def test_a_reindex_makes_as_many_shards_as_the_settings_say(
    es: AsyncElasticsearch, alias: str, settings: Settings
) -> None:
    await index(es, settings, [article(f"a{i}") for i in range(90)])
    before = {id_: rest for id_, (_, *rest) in (await contents(es, named(alias, 1))).items()}
    for generation, shards in ((2, 3), (3, 2)):
        await run(es, settings.model_copy(update={"shards": shards}))
        name = named(alias, generation)
        made = (await es.indices.get_settings(index=name)).body[name]["settings"]["index"]
        assert made["number_of_shards"] == str(shards)
        assert {id_: rest for id_, (_, *rest) in (await contents(es, name)).items()} == before


async def test_several_generations_become_one_and_a_document_in_two_of_them_once(
    es: AsyncElasticsearch, alias: str, settings: Settings
) -> None:
    await index(es, settings, [article(f"a{i}") for i in range(30)])
    first, second = named(alias, 1), named(alias, 2)
    await es.indices.create(
        index=second,
        mappings=(await es.indices.get_mapping(index=first))[first]["mappings"]
        | {"properties": {"id": {"type": "keyword"}}},
    )
    await es.indices.update_aliases(
        actions=[
            {"add": {"index": first, "alias": alias, "is_write_index": False}},
            {"add": {"index": second, "alias": alias, "is_write_index": True}},
        ]
    )
    await asyncio.sleep(1.1)
    await index(es, settings, [article(f"b{i}") for i in range(30)])
    twice = article("a3", 9)
    await es.index(
        index=second,
        id=twice.id,
        document={"id": twice.id, "title": "newer"},
        version=10**16 * 2,
        version_type="external",
    )
    result = await run(es, settings, drop_old=True)
    assert (result["documents"], result["dropped"]) == (60, [first, second])
    after = await contents(es, alias)
    assert {where for where, _, _ in after.values()} == {named(alias, 3)}
    assert after[twice.id][2]["title"] == "newer"


async def writing(es: AsyncElasticsearch, settings: Settings, written: dict[str, Enriched]) -> None:
    """New articles and newer versions, without end; `written` has what was acknowledged."""
    turn = 0
    while True:
        turn += 1
        batch = [article(f"live{turn}-{i}") for i in range(4)] + [article(f"a{turn % 100}", turn)]
        await index(es, settings, batch)
        written |= {a.id: a for a in batch}


async def searching(es: AsyncElasticsearch, alias: str, seen: list[int]) -> None:
    """Searches without end; none may fail, and what was found once stays."""
    while True:
        answer = await es.search(index=alias, size=0, track_total_hits=True)
        assert answer["_shards"]["failed"] == 0
        seen.append(answer["hits"]["total"]["value"])
        await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def beside(*jobs: Any) -> AsyncIterator[None]:
    """`jobs` go on meanwhile; one that fails fails the test."""
    tasks = [asyncio.ensure_future(job) for job in jobs]
    yield
    for task in tasks:
        assert not task.done() or task.exception() is None, task.exception()
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(found, asyncio.CancelledError) for found in results), results


async def holds(es: AsyncElasticsearch, alias: str, expected: dict[str, Enriched]) -> None:
    """Nothing lost, nothing doubled, nothing stale."""
    found = await contents(es, alias)
    assert {id_: source["title"] for id_, (_, _, source) in found.items()} == {
        id_: a.title for id_, a in expected.items()
    }


async def test_live_writes_and_searches_go_on_and_nothing_is_lost(
    es: AsyncElasticsearch, alias: str, settings: Settings
) -> None:
    old = [article(f"a{i}") for i in range(300)]
    await index(es, settings, old)
    await es.indices.refresh(index=alias)
    written, seen = {a.id: a for a in old}, []
    async with (
        async_client(settings) as other,
        beside(writing(other, settings, written), searching(other, alias, seen)),
    ):
        await run(es, settings, drop_old=True)
        await run(es, settings, drop_old=True)
        await asyncio.sleep(1.5)
    assert len(written) > 310
    assert min(seen) >= 300
    # what was cut off at the end may be there in part
    await index(es, settings, [a for a in written.values() if a.id not in {o.id for o in old}][:5])
    found = await contents(es, alias)
    for id_, one in written.items():
        assert datetime.fromisoformat(found[id_][2]["fetched_at"]) >= one.fetched_at
    assert {where for where, _, _ in found.values()} == {named(alias, 3)}


class Killed(BaseException):
    """Stands for kill -9: nothing of ours runs any more."""


@pytest.mark.parametrize("phase", ["copy", "last pass", "check", "switch", "old generations"])
async def test_a_run_killed_in_any_phase_is_gone_on_with(
    es: AsyncElasticsearch, alias: str, settings: Settings, phase: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = [article(f"a{i}") for i in range(100)]
    await index(es, settings, old)

    def kill() -> None:
        raise Killed

    with monkeypatch.context() as dead:
        if phase in ("last pass", "check", "switch"):  # a process that is dead does not tidy up

            async def nothing(*_: Any) -> None: ...

            dead.setattr(reindex, "_reopen", nothing)
        with pytest.raises(Killed):
            await run(es, settings, Steps(phase, kill), drop_old=True)
    if phase != "old generations":
        assert (await generations(es, alias)).names == (named(alias, 1),)
        assert len(await contents(es, alias)) == len(old)
        if phase != "copy":
            assert await blocked(es, alias)
            monkeypatch.setattr(reindex_state, "LEASE_S", 0.0)
            await reindex.heal(es, alias)
        await index(es, settings, [article("meanwhile")])
        old.append(article("meanwhile"))
    result = await run(es, settings, drop_old=True)
    assert result["index"] == named(alias, 2)
    await holds(es, alias, {a.id: a for a in old})
    assert list((await es.indices.get(index=f"{alias}-*")).body) == [named(alias, 2)]
    assert not await blocked(es, alias)


async def test_a_run_that_was_overtaken_can_not_switch(
    es: AsyncElasticsearch, alias: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await index(es, settings, [article("a")])
    monkeypatch.setattr(reindex_state, "LEASE_S", 0.0)
    late = article("late")

    async def meanwhile(*_: Any, **__: Any) -> dict[str, Any]:
        """This run stands still for long; the index service opens the old, and an article comes."""
        await reindex.heal(es, alias)
        await index(es, settings, [late])
        return {}

    with monkeypatch.context() as slow:
        slow.setattr(reindex, "check", meanwhile)
        with pytest.raises(Exception, match="aliases_not_found"):
            await run(es, settings)
    assert (await generations(es, alias)).names == (named(alias, 1),)
    await run(es, settings)
    await holds(es, alias, {a.id: a for a in (article("a"), late)})


@pytest.mark.parametrize("fault", ["lost", "more", "changed"])
async def test_a_failing_check_leaves_the_old_in_place_and_open(
    es: AsyncElasticsearch, alias: str, settings: Settings, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = [article(f"a{i}") for i in range(50)]
    await index(es, settings, old)
    target, victim = named(alias, 2), old[7]

    async def spoil(*given: Any, **more: Any) -> dict[str, Any]:
        match fault:
            case "lost":
                await es.delete(index=target, id=victim.id, refresh=True)
            case "more":
                await es.index(index=target, id="f" * 64, document={"id": "f" * 64}, refresh=True)
            case "changed":
                version = (await es.get(index=target, id=victim.id))["_version"]
                await es.index(
                    index=target, id=victim.id, document={"id": victim.id}, version=version, version_type="external_gte"
                )
        return await reindex_check.check(*given, **more)

    with monkeypatch.context() as faulty:
        faulty.setattr(reindex, "check", spoil)
        with pytest.raises(reindex_check.CheckFailed):
            await run(es, settings)
    assert (await generations(es, alias)).names == (named(alias, 1),)
    assert not await blocked(es, alias)
    await holds(es, alias, {a.id: a for a in old})
    assert await reindex.abort(es, alias) == target
    await run(es, settings)
    await holds(es, alias, {a.id: a for a in old})


async def test_abort_leaves_all_as_it_was(es: AsyncElasticsearch, alias: str, settings: Settings) -> None:
    assert await reindex.abort(es, alias) is None
    await index(es, settings, [article(f"a{i}") for i in range(50)])

    def kill() -> None:
        raise Killed

    with pytest.raises(Killed):
        await run(es, settings, Steps("copy", kill))
    running = (await reindex.status(es, alias))["reindex"]
    assert (running["index"], running["of"]) == (named(alias, 2), 50)
    with pytest.raises(UsageError, match="--abort"):
        await reindex.start(es, settings, alias, "topic")
    assert await reindex.abort(es, alias) == named(alias, 2)
    assert list((await es.indices.get(index=f"{alias}-*")).body) == [named(alias, 1)]
    await index(es, settings, [article("b")])
    assert len(await contents(es, alias)) == 51


async def test_two_runs_at_once_are_refused(es: AsyncElasticsearch, alias: str, settings: Settings) -> None:
    await index(es, settings, [article("a")])
    state = await reindex.start(es, settings, alias, "elasticsearch")
    host, _, _, token = state.owner.split(":")
    parent = psutil.Process(os.getppid())  # another process that lives
    other = f"{host}:{parent.pid}:{int(parent.create_time())}:{token}"
    kept = (await es.indices.get_mapping(index=state.target)).body[state.target]["mappings"]["_meta"]
    kept["reindex"]["owner"] = other
    await es.indices.put_mapping(index=state.target, meta=kept)
    with pytest.raises(Busy, match="running already"):
        await reindex.start(es, settings, alias, "elasticsearch")
    with pytest.raises(Busy, match="taken"):
        await reindex.finish(es, alias, state, Steps(), drop_old=False)
