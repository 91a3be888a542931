"""Outcomes of index, with the Elasticsearch client's answers given (the real one: tests/integration/index)."""

from typing import Any

import pytest
from support.messages import enriched, settings_for_tests

from services.index import stages
from services.index.bulk import Write
from services.index.stages import Indexer
from services.runtime.stage import Failure, Forward


class Store:
    """Stands for write_all: remembers, and refuses ids."""

    def __init__(self, *refused: str) -> None:
        self.refused = refused
        self.written: list[tuple[str, Write]] = []

    async def __call__(self, es: object, alias: str, writes: list[Write]) -> list[str | None]:
        self.written += [(alias, w) for w in writes]
        return ["bad: field" if (alias, w.id) in [(a, i) for a, i in self.refused] else None for w in writes]


def indexer(monkeypatch: pytest.MonkeyPatch, *refused: Any) -> tuple[Indexer, Store]:
    store = Store(*refused)
    monkeypatch.setattr(stages, "write_all", store)
    return Indexer(None, settings_for_tests(namespace="t-")), store


async def test_articles_go_before_their_journeys_and_a_refused_one_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    a, b, c = (enriched(name) for name in "abc")
    work, store = indexer(monkeypatch, ("t-newsloom-articles", b.id))
    first, second, third = await work.articles([a, b, c])
    assert [(alias, w.id) for alias, w in store.written] == [
        *[("t-newsloom-articles", x.id) for x in (a, b, c)],
        *[("t-newsloom-journeys", x.id) for x in (a, c)],
    ]
    assert isinstance(second, Failure)
    assert (str(second.reason), second.detail) == (
        "rejected_by_index",
        "Elasticsearch refused the document: bad: field",
    )
    assert isinstance(first, Forward)
    assert isinstance(third, Forward)
    assert (first.message.id, first.message.title) == (a.id, a.title)


async def test_a_journey_of_our_own_that_is_refused_is_a_bug_and_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    a = enriched("a")
    work, _ = indexer(monkeypatch, ("t-newsloom-journeys", a.id))
    with pytest.raises(RuntimeError, match="refused a journey that we built ourselves: bad: field"):
        await work.articles([a])
