"""People's decisions about entities in Elasticsearch: kept in an index of their own, and applied to what is indexed.

A worker learns of a decision in half a minute. What it indexes until then is put right by the upkeep's next round,
which asks for what does not agree with the decisions; so applying them may be broken off at any time. A split that was
broken off can not be seen in the index, so a decision is marked once it is applied, and the upkeep does what is not.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from elasticsearch import AsyncElasticsearch, NotFoundError

from services.contracts import indices
from services.contracts.decisions import Decision
from services.index import paging
from services.index.bulk import Kind, Route, Write
from services.index.decisions import NONE, Decisions
from services.index.document import with_entities
from services.index.stored import Stored, look_up
from services.index.writer import Writer
from services.runtime.elastic import ensure_index, small_index
from services.runtime.errors import Unavailable
from services.runtime.settings import Settings

MOST = 10_000
"""Decisions; what an answer of Elasticsearch holds."""
PAGE = 250
_CLAUSES = 200  # of one query
_MARKED = {200, 409}  # 409: it was replaced, or taken back, in this moment
T = TypeVar("T")
_MAPPINGS: dict[str, Any] = {"dynamic": False, "properties": {"id": {"type": "keyword"}}}


async def decided(es: AsyncElasticsearch, settings: Settings) -> Decisions:
    """The decisions that hold. Raises what the client raises."""
    try:
        answer = await es.search(index=settings.name(indices.ENTITIES), size=MOST)
    except NotFoundError:
        return NONE
    return Decisions(Decision.model_validate(hit["_source"]) for hit in answer["hits"]["hits"])


async def decide(es: AsyncElasticsearch, settings: Settings, decision: Decision) -> None:
    """Keep a decision, in the place of one about the same. Raises what the client raises."""
    index = settings.name(indices.ENTITIES)
    await ensure_index(es, small_index(index, _MAPPINGS, settings.replicas))
    document = decision.model_dump(mode="json", exclude_none=True)
    await es.index(index=index, id=decision.key, document=document, refresh="wait_for")


async def undo(es: AsyncElasticsearch, settings: Settings, key: str) -> bool:
    """Drop the decision about `key`; False when there is none. Raises what the client raises."""
    try:
        await es.delete(index=settings.name(indices.ENTITIES), id=key, refresh="wait_for")
    except NotFoundError:
        return False
    return True


async def bring_up_to_date(
    es: AsyncElasticsearch,
    settings: Settings,
    decisions: Decisions,
    progress: Callable[[int, int], None] = lambda done, total: None,
    since: datetime | None = None,
) -> int:
    """Apply the decisions to every indexed article that does not agree with them; how many were changed.

    Whether a spelling is still to be split off is not indexed, so all articles with its entity are looked at; with
    `since`, those indexed since then, and all only where it was decided before then and is not marked as applied.
    Raises what the client raises, and Unavailable.
    """
    alias, writer, changed, done = settings.name(indices.ARTICLES), Writer(es), 0, 0
    for query in _queries(decisions, since):
        total = done + (await es.count(index=alias, query=query))["count"]
        if total == done:
            continue
        async for hits in paging.pages(es, alias, query, PAGE, ["id"]):
            stored = await look_up(es, alias, [hit["_id"] for hit in hits])
            changed += await _write(writer, stored, decisions)
            done += len(hits)
            progress(done, max(done, total))
    if now_applied := [d for d in decisions if d.applied_at is None and _whole(d, since)]:
        await _mark(es, settings, now_applied)
    return changed


def _whole(decision: Decision, since: datetime | None) -> bool:
    """Whether all articles are looked at for it, whenever they were indexed."""
    return since is None or not decision.spelling or (decision.applied_at is None and decision.decided_at < since)


def _queries(decisions: Decisions, since: datetime | None) -> Iterator[dict[str, Any]]:
    """What finds articles that may not agree: entities under ids that were merged or split, and under other names."""
    merged = sorted({d.id for d in decisions if not d.spelling and d.into != d.id})
    whole, done = (sorted({d.id for d in decisions if d.spelling and _whole(d, since) is yes}) for yes in (True, False))
    new = [{"range": {"indexed_at": {"gte": since.isoformat()}}}] if since else []
    for ids, limits in (([*merged, *whole], []), (done, new)):
        for some in _slices(ids):
            yield {"bool": {"filter": [{"terms": {"entity_keys": some}}, *limits]}}
    for named in _slices(sorted(decisions.names.items())):
        yield {"bool": {"should": [_called_otherwise(*one) for one in named], "minimum_should_match": 1}}


def _called_otherwise(id_: str, name: str) -> dict[str, Any]:
    own, so_called = {"term": {"entity_keys": id_}}, {"term": {"facet.entity": f"{id_}|{name}"}}
    return {"bool": {"filter": [own], "must_not": [so_called]}}


def _slices(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[at : at + _CLAUSES] for at in range(0, len(items), _CLAUSES))


async def _write(writer: Writer, stored: dict[str, Stored], decisions: Decisions) -> int:
    """Write what changes, at its version, so that a newer one of the article wins."""
    writes = []
    for id_, found in stored.items():
        before = found.document.get("entities", [])
        after = decisions.apply(before)
        if after != before:
            document = with_entities(found.document, after)
            writes.append(Write(found.index, id_, found.version, document, Route.INDEX, same=True))
    answers = await writer.write_all(writes) if writes else []
    if refused := [answer.reason for answer in answers if answer.kind is Kind.REFUSED]:
        raise RuntimeError(f"Elasticsearch refused an article whose entities were changed: {refused[0]}")
    return sum(answer.kind is Kind.WRITTEN for answer in answers)


async def _mark(es: AsyncElasticsearch, settings: Settings, applied: Sequence[Decision]) -> None:
    """Note that these are applied; one that another took the place of meanwhile, or that was taken back, is let be."""
    index, mine = settings.name(indices.ENTITIES), {decision.key: decision for decision in applied}
    query = {"terms": {"_id": sorted(mine)}}
    answer = await es.search(index=index, query=query, size=MOST, seq_no_primary_term=True)
    operations: list[dict[str, Any]] = []
    for hit in answer["hits"]["hits"]:
        if (decision := Decision.model_validate(hit["_source"])) == mine[hit["_id"]]:
            unchanged = {"if_seq_no": hit["_seq_no"], "if_primary_term": hit["_primary_term"]}
            marked = decision.model_copy(update={"applied_at": datetime.now(UTC)})
            operations.append({"index": {"_index": index, "_id": hit["_id"], **unchanged}})
            operations.append(marked.model_dump(mode="json", exclude_none=True))
    items = (await es.bulk(operations=operations, refresh="wait_for"))["items"] if operations else []
    if refused := [item["index"]["error"] for item in items if item["index"]["status"] not in _MARKED]:
        raise Unavailable(f"Elasticsearch can not note that decisions are applied: {refused[0].get('reason')}")


async def name_of(es: AsyncElasticsearch, settings: Settings, id_: str) -> str | None:
    """What the newest article that names the entity calls it; None when none does. Raises what the client raises."""
    alias = settings.name(indices.ARTICLES)
    await es.indices.refresh(index=alias)
    answer = await es.search(
        index=alias,
        query={"term": {"entity_keys": id_}},
        sort=[{"at": "desc"}],
        size=1,
        source_includes=["entities.id", "entities.name"],
    )
    found = (e["name"] for hit in answer["hits"]["hits"] for e in hit["_source"]["entities"] if e["id"] == id_)
    return next(found, None)
