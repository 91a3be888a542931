"""The writer against a model of Elasticsearch whose faults are given; the real one is in tests/integration/index."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.model_elastic import ModelElastic, broken, status_error

from services.index.bulk import STALE, WRITTEN, Kind, Route, Write
from services.index.pace import Limits
from services.index.writer import Writer
from services.runtime.errors import Unavailable

QUICK = Limits(
    first_bytes=2000,
    least_bytes=200,
    least_share=1,
    step_bytes=1,
    patience_s=5,
    first_delay_s=0.001,
    most_delay_s=0.002,
)
HASTY = replace(QUICK, patience_s=0)


def writes(count: int, size: int = 10, then: bool = False) -> list[Write]:
    made = [Write("articles", f"{i}", 5, {"n": i, "text": "x" * size}, Route.HOME) for i in range(count)]
    return [replace(w, then=partial(Write, "journeys", w.id, 9, {"n": w.id})) if then else w for w in made]


def journeys(es: ModelElastic) -> set[str]:
    return set(es.documents("journeys"))


def fails(times: int, status: int, index: str = "articles-000001") -> Any:
    """An item fault: each document of `index` is refused with `status`, `times` times."""
    seen: dict[int, int] = {}

    def fault(where: str, document: dict[str, Any]) -> int | None:
        seen[document["n"]] = seen.get(document["n"], 0) + 1
        return status if where == index and seen[document["n"]] <= times else None

    return fault


@given(st.lists(st.integers(0, 900), max_size=60), st.integers(200, 3000), st.integers(1, 5))
@settings(max_examples=50)
async def test_nothing_is_lost_and_requests_keep_to_the_bound(sizes: list[int], most: int, in_flight: int) -> None:
    es = ModelElastic()
    limits = replace(QUICK, first_bytes=most, most_bytes=most, in_flight=in_flight)
    made: list[int] = []
    es.before = lambda operations: made.append(sum(map(len, operations[1::2])) if len(operations) > 2 else 0)
    batch = [Write("articles", f"{i}", 5, {"text": "x" * size}, Route.HOME) for i, size in enumerate(sizes)]
    assert await Writer(es, limits).write(iter(batch), len(batch)) == [WRITTEN] * len(batch)
    assert es.documents("articles") == {w.id: w.document for w in batch}
    assert all(size <= most for size in made), "one alone may be larger"
    assert es.most_at_once <= in_flight


async def test_several_requests_are_on_their_way_at_once() -> None:
    es = ModelElastic()
    await Writer(es, replace(QUICK, in_flight=3)).write_all(writes(60))
    assert es.most_at_once == 3


async def test_a_journey_that_lost_against_nothing_is_no_success() -> None:
    es = ModelElastic()
    writer = Writer(es, QUICK)
    assert await writer.write_all(writes(3, then=True)) == [WRITTEN] * 3
    again = [replace(write, version=6) for write in writes(3, then=True)]
    assert await writer.write_all(again) == [WRITTEN] * 3, "their journeys lose against those of the first time"
    es.item_fault = lambda index, document: 409 if index == "journeys" and document["n"] == "7" else None
    with pytest.raises(Unavailable, match="1 documents lost against versions that are not there, such as 7"):
        await writer.write_all(writes(9, then=True))
    es.store["journeys-000001", "7"] = 5, {"n": "7"}
    for version in (6, 9):
        with pytest.raises(Unavailable, match="not there"):
            await writer.write_all([Write("journeys", "7", version, {"n": "7"})])
    assert await writer.write_all([Write("journeys", "7", 5, {"n": "7"})]) == [STALE]


async def test_what_follows_goes_out_after_its_document_was_acknowledged_and_in_requests_of_its_own() -> None:
    es = ModelElastic()
    es.item_fault = lambda index, document: 400 if document.get("n") == 7 else None
    answers = await Writer(es, replace(QUICK, in_flight=1, many_followers=20)).write_all(writes(60, 200, then=True))
    assert [i for i, answer in enumerate(answers) if answer != WRITTEN] == [7]
    assert journeys(es) == {str(i) for i in range(60) if i != 7}
    order = [place for request in es.requests for place in request]
    assert all(order.index(("articles-000001", i)) < order.index(("journeys", i)) for i in journeys(es))
    kinds = [{index for index, _ in request} for request in es.requests]
    assert all(len(kind) == 1 for kind in kinds), "a request that touches two indices syncs two translogs"
    assert {"articles-000001"} in kinds[kinds.index({"journeys"}) :], "20 that follow wait for no more articles"


async def test_only_the_items_that_need_it_are_tried_again() -> None:
    es = ModelElastic()
    fault = fails(2, 429)
    es.item_fault = lambda index, document: fault(index, document) if document["n"] in (3, 4) else None
    assert await Writer(es, replace(QUICK, first_bytes=10**6)).write_all(writes(10)) == [WRITTEN] * 10
    sent = [id_ for request in es.requests for _, id_ in request]
    assert {id_: sent.count(id_) for id_ in set(sent)} == {str(i): 3 if i in (3, 4) else 1 for i in range(10)}


@pytest.mark.parametrize("status", [403, 404, 429, 503])
async def test_what_is_left_in_the_end_is_unavailable_and_nothing_follows_from_it(status: int) -> None:
    es = ModelElastic()
    es.item_fault = lambda index, document: status if document["n"] == 3 else None
    with pytest.raises(Unavailable, match=rf"\({status}\): given"):
        await Writer(es, replace(QUICK, patience_s=0.02)).write_all(writes(10, then=True))
    assert set(es.documents("articles")) == {str(i) for i in range(10)} - {"3"}
    assert "3" not in journeys(es)


async def test_a_busy_cluster_gets_smaller_requests() -> None:
    es = ModelElastic()
    es.item_fault = fails(1, 429)
    writer = Writer(es, QUICK)
    await writer.write_all(writes(3, 500))
    busy = writer.pace.bytes
    assert busy < QUICK.first_bytes
    assert await writer.write_all(writes(1)) == [STALE]
    assert writer.pace.bytes == busy


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_cut_connection_is_a_resend_and_what_was_written_counts(when: str) -> None:
    es = ModelElastic()
    cuts = iter([broken, broken])
    setattr(es, when, lambda *_: next(cuts, lambda *_: None)())
    answers = await Writer(es, QUICK).write_all(writes(10))
    assert set(answers) <= {WRITTEN, STALE}
    assert (STALE in answers) is (when == "after")
    assert len(es.documents("articles")) == 10


async def test_a_server_that_is_not_there_is_told_soon() -> None:
    es = ModelElastic()
    es.before = broken
    with pytest.raises(Unavailable, match="Elasticsearch does not answer: the connection was cut"):
        await Writer(es, HASTY).write_all(writes(3))


async def test_a_server_that_refuses_us_is_waited_for() -> None:
    es = ModelElastic()

    def refuse(_: object) -> None:
        raise status_error(401)

    es.before = refuse
    with pytest.raises(Unavailable, match=r"refused a bulk request \(401\)"):
        await Writer(es, HASTY).write_all(writes(3))


async def test_a_request_that_is_too_large_is_split_and_one_document_that_is_dies_alone() -> None:
    es = ModelElastic()

    def proxy(operations: list[bytes]) -> None:
        if sum(map(len, operations)) > 1000:
            raise status_error(413)

    es.before = proxy
    batch = [Write("articles", f"{i}", 5, {"text": "x" * (2000 if i == 5 else 100)}) for i in range(12)]
    answers = await Writer(es, replace(QUICK, first_bytes=10**6)).write_all(batch)
    assert [i for i, answer in enumerate(answers) if answer != WRITTEN] == [5]
    assert answers[5].kind is Kind.REFUSED
    assert "413" in answers[5].reason
    assert "bytes" in answers[5].reason
    assert len(es.documents("articles")) == 11


async def test_a_request_that_one_item_spoils_is_split_until_it_stands_alone() -> None:
    es = ModelElastic()

    def strict(operations: list[bytes]) -> None:
        if any(b'"n":6' in line for line in operations):
            raise status_error(400)

    es.before = strict
    answers = await Writer(es, QUICK).write_all(writes(10))
    assert [i for i, answer in enumerate(answers) if answer.kind is Kind.REFUSED] == [6]


async def test_a_document_that_moved_is_looked_up_again() -> None:
    es = ModelElastic({"articles": ["articles-000001"]})

    def rolled(index: str, document: dict[str, Any]) -> int | None:
        es.aliases["articles"] = ["articles-000001", "articles-000002"]
        return 403 if index == "articles-000001" else None

    es.item_fault = rolled
    assert await Writer(es, QUICK).write_all(writes(3)) == [WRITTEN] * 3
    assert {index for index, _ in es.store} == {"articles-000002"}


async def test_generations_that_can_not_be_asked_for_are_waited_for() -> None:
    es = ModelElastic()
    plain = es.get_alias
    answers = iter([status_error(404), status_error(503)])

    async def get_alias(name: str) -> Any:
        if error := next(answers, None):
            raise error
        return await plain(name)

    es.get_alias = get_alias  # type: ignore[method-assign]
    assert await Writer(es, QUICK).write_all(writes(3)) == [WRITTEN] * 3
    answers = iter([status_error(404)])
    es = ModelElastic()
    es.get_alias = get_alias  # type: ignore[method-assign]
    with pytest.raises(Unavailable, match="404"):
        await Writer(es, replace(QUICK, patience_s=-1)).write_all(writes(3))


async def test_a_document_is_written_where_it_lives_however_old() -> None:
    es = ModelElastic({"articles": ["articles-000001", "articles-000002"]})
    es.store["articles-000001", "1"] = 3, {}
    assert await Writer(es, QUICK).write_all(writes(3)) == [WRITTEN] * 3
    assert {place: version for place, (version, _) in es.store.items()} == {
        ("articles-000001", "1"): 5,
        ("articles-000002", "0"): 5,
        ("articles-000002", "2"): 5,
    }


async def test_a_journey_of_our_own_that_is_refused_is_a_bug_and_said_so() -> None:
    es = ModelElastic()
    es.item_fault = lambda index, document: 400 if index == "journeys" else None
    with pytest.raises(RuntimeError, match="refused a journey that we built ourselves: given"):
        await Writer(es, QUICK).write_all(writes(2, then=True))
