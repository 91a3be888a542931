"""A search from parameters to answer: builds, asks, translates; for the API and the web page alike."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from services.search import cursor, intervals, spelling
from services.search.params import LIST_FIELDS, MAX_WINDOW, SearchParams, TimelineParams
from services.search.provider import ExpiredCursor, Provider
from services.search.query import STORY, ParameterError, build_query, build_span, build_timeline
from services.search.results import facets_of, hit_of, timeline_of, total_of
from services.search.stories import build_counts, counts_of, stories_of

Pairs = list[tuple[str, str]]


async def find(provider: Provider, params: SearchParams, given: Pairs, now: datetime) -> dict[str, Any]:
    """The answer of GET /v1/search. `given` are the query's pairs as received, for the links onward.

    Raises QueryError, ParameterError, Unavailable.
    """
    languages = await provider.languages()
    if params.collapse == "story" and not await provider.grouped():
        params = params.model_copy(update={"collapse": "none"})
    more: dict[str, Any] = {}
    if params.cursor:
        place = _place(params.cursor, now)
        answer, following = await _through(provider, params, place, build_query(params, place.at, languages))
        links = {"next": _link(given, cursor=following), "prev": None}
    else:
        answer = await provider.search(build_query(params, now, languages))
        if params.typos and not total_of(answer)["value"] and (better := await _respelled(provider, params)):
            second = await provider.search(build_query(better, now, languages))
            if total_of(second)["value"]:
                answer, more = second, {"did_you_mean": better.q}
        links = pages(params, given, stories_of(answer) or total_of(answer)["value"])
    articles = [hit_of(hit, params.fields or LIST_FIELDS) for hit in answer["hits"]["hits"]]
    if params.collapse == "story":
        similar = await _similar(provider, answer["hits"]["hits"])
        articles = [{**article, "similar": count} for article, count in zip(articles, similar, strict=True)]
        more["stories"] = stories_of(answer) or 0
    return {
        "total": total_of(answer),
        "took_ms": answer["took"],
        **more,
        "articles": articles,
        "facets": facets_of(answer.get("aggregations", {})),
        **links,
    }


async def _respelled(provider: Provider, params: SearchParams) -> SearchParams | None:
    """The search with words that the archive has for those that it lacks; None when there are none."""
    words = spelling.plain_words(params.q)
    better = spelling.corrected(params.q, await provider.search(spelling.build(words))) if words else None
    return params.model_copy(update={"q": better}) if better else None


async def timeline(provider: Provider, params: TimelineParams, now: datetime) -> dict[str, Any]:
    """The answer of GET /v1/timeline. Raises QueryError, ParameterError, Unavailable."""
    languages = await provider.languages()
    bounds = (await provider.search(build_span(params, now, languages))).get("aggregations", {})
    first, last = (bounds.get(name, {}).get("value") for name in ("min", "max"))
    if first is None:
        return {"total": {"value": 0, "exact": True}, "took_ms": 0, "interval": None, "buckets": []}
    interval = _interval(params, *(datetime.fromtimestamp(ms / 1000, UTC) for ms in (first, last)))
    answer = await provider.search(build_timeline(params, now, languages, interval))
    return {
        "total": total_of(answer),
        "took_ms": answer["took"],
        "interval": interval,
        "buckets": timeline_of(answer),
    }


def _interval(params: TimelineParams, first: datetime, last: datetime) -> str:
    if params.interval == "auto":
        return intervals.choose(first, last)
    if (number := intervals.steps(first, last, params.interval)) > intervals.MOST:
        text = f"gives {number:,} steps, at most {intervals.MOST:,}; narrow from/to or take a longer interval"
        raise ParameterError("interval", params.interval, text)
    return params.interval


def _place(given: str, now: datetime) -> cursor.Place:
    """Where a cursor leads on; at the start there is no point in time yet."""
    if given == cursor.START:
        return cursor.Place("", [], now)
    try:
        return cursor.decode(given)
    except cursor.InvalidCursor as error:
        raise ParameterError("cursor", given, str(error)) from None


async def _through(
    provider: Provider, params: SearchParams, place: cursor.Place, body: dict[str, Any]
) -> tuple[dict[str, Any], str | None]:
    """One page by cursor, and the cursor of the next; None after the last."""
    pit = place.pit or await provider.open_pit()
    after = {"search_after": place.after} if place.after else {}
    try:
        answer = await provider.search_pit({**body, **after}, pit)
    except ExpiredCursor:
        text = "the cursor has expired (after 5 minutes); start with cursor=*"
        raise ParameterError("cursor", params.cursor or "", text) from None
    hits = answer["hits"]["hits"]
    more = len(hits) == params.page_size
    return answer, cursor.encode(cursor.Place(answer["pit_id"], hits[-1]["sort"], place.at)) if more else None


async def _similar(provider: Provider, hits: list[dict[str, Any]]) -> list[int]:
    """How many other articles tell the story of each of these collapsed hits."""
    shown = [hit["fields"][STORY][0] for hit in hits]
    counts = counts_of(await provider.search(build_counts(shown))) if shown else {}
    return [counts.get(story, 1) - 1 for story in shown]


def pages(params: SearchParams, given: Pairs, total: int) -> dict[str, str | None]:
    """The addresses of the pages after and before this one, of `total` hits; null where there is none."""
    more = params.page * params.page_size < total and (params.page + 1) * params.page_size <= MAX_WINDOW
    return {
        "next": _link(given, page=params.page + 1) if more else None,
        "prev": _link(given, page=params.page - 1) if params.page > 1 else None,
    }


def _link(given: Pairs, **changed: object) -> str | None:
    """The address of another part of the same result; None when a value is."""
    if None in changed.values():
        return None
    kept = [(name, value) for name, value in given if name not in changed]
    return "/v1/search?" + urlencode([*kept, *changed.items()])
