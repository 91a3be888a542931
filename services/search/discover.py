"""What needs several questions to the archive, for the API and the web page alike."""

import asyncio
from datetime import datetime
from typing import Any

from services.search import entities, stories
from services.search import similar as alike
from services.search import trending as rises
from services.search.find import timeline
from services.search.params import FilterParams, TimelineParams
from services.search.provider import Provider
from services.search.results import total_of
from services.search.times import shown


async def similar(provider: Provider, identity: str, size: int) -> list[dict[str, Any]] | None:
    """Articles like one; None when there is no such article. Raises Gone, Unavailable."""
    found = (await provider.search(alike.build_itself(identity)))["hits"]["hits"]
    if not found:
        # Known but not searchable yet, gone, or unknown: the read by id tells.
        return None if await provider.article(identity) is None else []
    counted = await provider.search(alike.build_count(found[0]["_source"].get("language")))
    return alike.similar_of(await provider.search(alike.build_similar(found[0], total_of(counted)["value"], size)))


async def entity(provider: Provider, identity: str, articles: int, beside: int, now: datetime) -> dict[str, Any] | None:
    """One entity with its timeline; None when no article names it. Raises Unavailable."""
    answer, counts = await asyncio.gather(
        provider.search(entities.build_entity(identity, articles, beside)),
        timeline(provider, TimelineParams(entity=[identity[:512]]), now),
    )
    found = entities.entity_of(identity, answer, articles, beside)
    if found is None:
        return None
    others = found["appears_with"]
    among = entities.among_of(await provider.search(entities.build_among(identity, others))) if others else []
    return {**found, "among": among, "timeline": _steps(counts)}


async def story(provider: Provider, identity: str, articles: int, now: datetime) -> dict[str, Any] | None:
    """The story that an article is in, with its timeline; None when there is none. Raises Unavailable."""
    which = stories.which_of(await provider.search(stories.build_which(identity)))
    if which is None:
        return None
    answer, counts = await asyncio.gather(
        provider.search(stories.build_story(which, articles)),
        timeline(provider, TimelineParams(story=[which]), now),
    )
    found = stories.story_of(which, answer)
    return found and {**found, "timeline": _steps(counts)}


async def told(
    provider: Provider, params: FilterParams, size: int, least: int, order: stories.Order, now: datetime
) -> list[dict[str, Any]]:
    """The stories of what matches. Raises QueryError, ParameterError, Unavailable."""
    body = stories.build_list(params, now, await provider.languages(), size, least, order)
    return stories.list_of(await provider.search(body))


async def trending(provider: Provider, spans: rises.Spans, filters: dict[str, list[str]], least: int) -> dict[str, Any]:
    """What rises, with both spans of time and their articles. `filters`: values by field. Raises Unavailable."""
    chosen = [{"terms": {field: values}} for field, values in filters.items() if values]
    window = await provider.search(rises.build_window(spans, chosen))
    past = await provider.search(rises.build_past(spans, chosen, window))
    risen = rises.rising(window, past, least)
    told = [one["id"] for one in risen if one["kind"] == "story"]
    if told:
        names = stories.headlines_of(await provider.search(stories.build_headlines(told)))
        risen = [{**one, "name": names.get(one["id"]) or one["name"]} for one in risen]
    return {
        "window": _span(spans.start, spans.end, window),
        "before": _span(spans.past, spans.start, past),
        "trending": risen,
    }


def _steps(counts: dict[str, Any]) -> dict[str, Any]:
    """Of a timeline's answer what the page of one thing shows."""
    return {name: counts[name] for name in ("interval", "buckets")}


def _span(start: datetime, end: datetime, answer: dict[str, Any]) -> dict[str, Any]:
    return {"from": shown(start), "to": shown(end), "articles": total_of(answer)["value"]}
