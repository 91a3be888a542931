"""Outcomes of index, over a model of Elasticsearch (the real one: tests/integration/index)."""

from datetime import timedelta
from typing import Any

import pytest
from support.messages import AT, enriched, settings_for_tests
from support.model_elastic import ModelElastic

from services.contracts.fates import Skip
from services.contracts.messages import Enriched, Fate
from services.index.stages import Indexer
from services.index.tombstones import tombstone
from services.index.versions import FORGOTTEN, article_version
from services.runtime.stage import Done, Failure, Forward, Outcome

ARTICLES, JOURNEYS = "t-newsloom-articles", "t-newsloom-journeys"


def indexer(**settings: object) -> tuple[Indexer, ModelElastic]:
    es = ModelElastic()
    return Indexer(es, settings_for_tests(namespace="t-", **settings)), es  # type: ignore[arg-type]


def of_hour(hour: int, **fields: Any) -> Enriched:
    return enriched("a", fetched_at=AT + timedelta(hours=hour), title=f"hour {hour}", models={"ner": "m"}, **fields)


def ended(hour: int, reason: str, stage: str = "fetch") -> Fate:
    a = of_hour(hour)
    about = {"id": a.id, "url": a.url, "fate": "skipped", "reason": reason, "detail": f"said {reason}", "stage": stage}
    return Fate(**about, at=AT, fetched_at=a.fetched_at)


def title(es: ModelElastic) -> str | None:
    (document,) = es.documents(ARTICLES).values()
    return document.get("title")


def journey(es: ModelElastic) -> tuple[str, str | None]:
    (document,) = es.documents(JOURNEYS).values()
    return document["fate"], document.get("reason")


async def one(work: Indexer, article: Enriched) -> Outcome:
    (outcome,) = await work.articles([article])
    return outcome


async def test_a_refused_article_dies_alone_and_has_no_journey() -> None:
    a, b, c = (enriched(name) for name in "abc")
    work, es = indexer()
    es.item_fault = lambda index, document: 400 if "title" in document and document["id"] == b.id else None
    first, second, third = await work.articles([a, b, c])
    assert set(es.documents(ARTICLES)) == set(es.documents(JOURNEYS)) == {a.id, c.id}
    assert isinstance(second, Failure)
    assert str(second.reason) == "rejected_by_index"
    assert second.detail == "Elasticsearch refused the document: given: as the test says: 400"
    assert isinstance(first, Forward)
    assert isinstance(third, Forward)
    assert (first.message.id, first.message.title) == (a.id, a.title)


async def test_the_same_version_again_is_told_again_and_its_journey_is_mended() -> None:
    work, es = indexer()
    assert isinstance(await one(work, of_hour(1)), Forward)
    del es.store[f"{JOURNEYS}-000001", of_hour(1).id]  # as if the worker had died between the two writes
    assert isinstance(await one(work, of_hour(1)), Forward)
    assert journey(es) == ("indexed", None)


async def test_an_older_version_is_dealt_with_and_nobody_is_told() -> None:
    work, es = indexer()
    await one(work, of_hour(2))
    assert await one(work, of_hour(1)) == Done()
    assert title(es) == "hour 2"


async def test_a_better_revision_of_the_same_page_replaces_and_not_the_other_way_round() -> None:
    work, es = indexer()
    await one(work, of_hour(1, revision=1))
    assert isinstance(await one(work, of_hour(1, revision=2, description="better")), Forward)
    assert await one(work, of_hour(1, revision=1)) == Done()
    (document,) = es.documents(ARTICLES).values()
    assert document["description"] == "better"


async def test_one_look_a_batch_at_what_is_there_and_one_more_for_poor_articles() -> None:
    work, es = indexer()
    await work.articles([of_hour(1), enriched("b", models={"ner": "m"})])
    assert es.looks == 1
    await work.articles([of_hour(2), enriched("c")])
    assert es.looks == 3


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("reason", ["gone", "opted_out"])
async def test_a_page_that_is_gone_leaves_a_tombstone_in_any_order(order: tuple[int, int], reason: str) -> None:
    work, es = indexer()
    outcomes: list[Any] = []
    for step in order:
        outcomes.append(await one(work, of_hour(1)) if step == 0 else await work.fates([ended(2, reason)]))
    (document,) = es.documents(ARTICLES).values()
    assert set(document) == {"id", "url", "gone"}
    assert (document["gone"]["reason"], document["gone"]["detail"]) == (reason, f"said {reason}")
    if order == (1, 0):
        assert isinstance(outcomes[1], Skip)
        assert str(outcomes[1].reason) == "gone"
        assert f"said {reason}" in outcomes[1].detail
    assert journey(es) == ("skipped", reason)
    assert isinstance(await one(work, of_hour(3)), Forward)
    assert title(es) == "hour 3"
    assert journey(es) == ("indexed", None)


async def test_gone_counts_from_its_fetch_though_the_url_was_sent_before_the_last_good_one() -> None:
    work, es = indexer()
    await one(work, of_hour(3))
    sent_early = ended(2, "gone").model_copy(update={"at": AT + timedelta(hours=4)})
    await work.fates([sent_early])
    assert journey(es) == ("skipped", "gone")
    assert title(es) is None


async def test_gone_before_a_newer_fetch_changes_nothing() -> None:
    work, es = indexer()
    await one(work, of_hour(3))
    assert await work.fates([ended(2, "gone")]) == [Done()]
    assert title(es) == "hour 3"
    assert journey(es) == ("indexed", None)


@pytest.mark.parametrize("fate", [ended(2, "too_short"), ended(2, "gone", stage="index")])
async def test_other_fates_leave_the_article(fate: Fate) -> None:
    work, es = indexer()
    await one(work, of_hour(1))
    await work.fates([fate])
    assert title(es) == "hour 1"


async def test_what_was_taken_down_stays_down_and_its_journey_says_so() -> None:
    work, es = indexer()
    a = of_hour(9)
    es.store[f"{ARTICLES}-000001", a.id] = FORGOTTEN, tombstone(a.id, a.url, AT, "forgotten", "on request")
    outcome = await one(work, a)
    assert isinstance(outcome, Skip)
    assert str(outcome.reason) == "forgotten"
    assert "on request" in outcome.detail
    await work.fates([ended(9, "forgotten", stage="index"), ended(99, "gone")])
    assert journey(es) == ("skipped", "forgotten")
    assert set(es.documents(ARTICLES)[a.id]) == {"id", "url", "gone"}


async def test_several_versions_of_one_page_in_a_batch_go_one_after_the_other() -> None:
    work, es = indexer()
    outcomes = await work.articles([of_hour(1), of_hour(3), of_hour(2), enriched("b", models={"ner": "m"})])
    assert [type(outcome) for outcome in outcomes] == [Forward, Forward, Done, Forward]
    assert es.store[f"{ARTICLES}-000001", of_hour(1).id][0] == article_version(of_hour(3).fetched_at)


async def test_a_tombstone_that_is_refused_is_a_bug_and_said_so() -> None:
    work, es = indexer()
    es.item_fault = lambda index, document: 400 if "gone" in document else None
    with pytest.raises(RuntimeError, match="refused a tombstone that we built ourselves"):
        await work.fates([ended(1, "gone")])


@pytest.mark.parametrize(("when", "refresh"), [("written", None), ("searchable", "wait_for")])
async def test_the_write_waits_for_searches_when_asked_to(when: str, refresh: str | None) -> None:
    work, es = indexer(indexed_when=when)
    asked: list[object] = []
    plain = es.bulk

    async def bulk(operations: Any, **options: object) -> Any:
        asked.append(options["refresh"])
        return await plain(operations, **options)

    es.bulk = bulk  # type: ignore[method-assign]
    assert isinstance(await one(work, of_hour(1)), Forward)
    assert asked == [refresh, None], "nobody searches for the journey"
