"""Judges a run: each page exactly one fate, nothing lost, nothing doubled, nothing stale. Pure; `collect` reads."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.contracts import indices
from services.runtime.elastic import sync_client
from services.runtime.settings import Settings

_MARK = re.compile(r"\bzq\d{7}\b")


@dataclass(frozen=True)
class Expected:
    """What must be known of a page. `fetched_at`: the newest version that was sent; None when fetch sets it."""

    mark: str
    fate: str = "indexed"
    fetched_at: datetime | None = None


@dataclass(frozen=True)
class Outcome:
    """What the archive holds: documents and journeys, as stored."""

    articles: list[dict[str, Any]]
    journeys: list[dict[str, Any]]


def faults(expected: Mapping[str, Expected], outcome: Outcome) -> list[str]:
    """Everything that is wrong, one line each; empty when all is well. Keys are article ids."""
    articles = {article["id"]: article for article in outcome.articles}
    journeys = {journey["id"]: journey for journey in outcome.journeys}
    found = [
        f"doubled: {n} journeys of {id_}" for id_, n in Counter(j["id"] for j in outcome.journeys).items() if n > 1
    ]
    found += [f"stranger: {what} of no page that was sent" for what in {*articles, *journeys} - set(expected)]
    found += _doubled(outcome.articles)
    for id_, page in expected.items():
        found += [f"{fault} ({page.mark})" for fault in _one(page, articles.get(id_), journeys.get(id_))]
    return found


def _doubled(articles: Iterable[dict[str, Any]]) -> list[str]:
    marks = Counter(mark for article in articles for mark in set(_MARK.findall(article["body"])))
    return [f"doubled: {count} documents of {mark}" for mark, count in marks.items() if count > 1]


def _one(page: Expected, article: dict[str, Any] | None, journey: dict[str, Any] | None) -> Iterable[str]:
    if journey is None:
        yield "lost: no fate"
    elif journey["fate"] != page.fate:
        yield f"wrong fate: {journey['fate']} {journey.get('reason')}, expected {page.fate}"
    if article is None:
        if journey is not None and journey["fate"] == "indexed":
            yield "lost: the fate is indexed, but there is no document"
        return
    if journey is not None and journey["fate"] != "indexed":
        yield f"doubled: a document although the fate is {journey['fate']}"
    if page.mark not in article["body"]:
        yield "mixed up: the document is another page's"
    for what, held in (("document", article), ("journey", journey)):
        if held and page.fetched_at and datetime.fromisoformat(held["fetched_at"]) != page.fetched_at:
            yield f"stale: the {what} is of {held['fetched_at']}, the newest page of {page.fetched_at.isoformat()}"


def collect(settings: Settings) -> Outcome:
    """Everything in the archive, after a refresh."""
    with sync_client(settings) as es:
        return Outcome(*(_all(es, settings.name(name)) for name in (indices.ARTICLES, indices.JOURNEYS)))


def _all(es: Any, index: str) -> list[dict[str, Any]]:
    """All documents, as of one point in time: a merge between two pages would show the last of the first again."""
    es.indices.refresh(index=index)
    pit = es.open_point_in_time(index=index, keep_alive="5m")["id"]
    found: list[dict[str, Any]] = []
    after: list[Any] | None = None
    while True:
        page = es.search(size=1000, sort=[{"id": "asc"}], search_after=after, pit={"id": pit, "keep_alive": "5m"})
        hits = page["hits"]["hits"]
        if not hits:
            es.close_point_in_time(id=pit)
            return found
        found += [hit["_source"] for hit in hits]
        after = hits[-1]["sort"]
