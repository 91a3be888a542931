"""One final journey, whatever is replayed in whatever order: Elasticsearch's external versions modelled by a dict."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.messages import AT, enriched

from services.contracts.messages import Fate, Origin, Step
from services.index.journeys import ended_journey, indexed_journey, stamp
from services.index.versions import FORGOTTEN, article_version, journey_version

FIRST = datetime(2026, 11, 1, tzinfo=UTC)
RANK = {"dead": 0, "skipped": 1, "indexed": 2}
Record = tuple[int, str]  # hour at which the page was read, fate


def write(store: dict[str, tuple[int, Record]], record: Record) -> None:
    """`version_type: external`: what is stored stays unless the version is higher."""
    hour, fate = record
    version = journey_version(FIRST + timedelta(hours=hour), fate)
    if "page" not in store or store["page"][0] < version:
        store["page"] = (version, record)


Records = st.lists(st.tuples(st.integers(0, 3), st.sampled_from(list(RANK))), min_size=1, max_size=8)


@given(Records, st.data())
def test_any_order_and_any_number_of_replays_end_in_the_same_journey(
    records: list[Record], data: st.DataObject
) -> None:
    played = data.draw(st.permutations(records + data.draw(st.lists(st.sampled_from(records), max_size=10))))
    store: dict[str, tuple[int, Record]] = {}
    for record in played:
        write(store, record)
    assert store["page"][1] == max(records, key=lambda record: (record[0], RANK[record[1]]))


@given(st.datetimes(datetime(1970, 1, 2), datetime(9999, 12, 31)), st.integers(1, 10**6))
def test_a_later_page_has_a_higher_version_and_elasticsearch_can_hold_it(at: datetime, later_ms: int) -> None:
    at = at.replace(tzinfo=UTC, microsecond=at.microsecond // 1000 * 1000)
    try:
        later = at + timedelta(milliseconds=later_ms)
    except OverflowError:
        return
    assert article_version(later) == article_version(at) + later_ms * 1000
    assert article_version(later, 0) > article_version(at, 999) > article_version(at, 1) > article_version(at)
    assert journey_version(later, "dead") > journey_version(at, "indexed")
    assert journey_version(later, "dead") > journey_version(at, "indexed", 999)
    assert 1 <= journey_version(later, "indexed", 999) < FORGOTTEN < 2**63
    assert journey_version(at, "skipped", 0, "forgotten") == FORGOTTEN


@pytest.mark.parametrize("at", [datetime.min.replace(tzinfo=UTC), datetime(1969, 12, 31, tzinfo=UTC)])
def test_before_1970_the_version_is_the_lowest_that_is_allowed(at: datetime) -> None:
    assert article_version(at) == 1
    assert journey_version(at, "dead") >= 1


def test_times_are_in_utc_with_milliseconds() -> None:
    assert stamp(datetime(2026, 11, 22, 9, 30, 0, 123999, tzinfo=UTC)) == "2026-11-22T09:30:00.123Z"


def test_the_journey_of_an_indexed_article_ends_in_index() -> None:
    article = enriched("a", trail=(Step(stage="clean", at=AT),))
    journey = indexed_journey(article, AT + timedelta(seconds=1))
    assert journey == {
        "id": article.id,
        "url": article.url,
        "fate": "indexed",
        "stage": "index",
        "at": "2026-11-22T08:30:01.000Z",
        "fetched_at": "2026-11-22T08:30:00.000Z",
        "source": "news.example",
        "trail": [
            {"stage": "clean", "at": "2026-11-22T08:30:00.000Z"},
            {"stage": "index", "at": "2026-11-22T08:30:01.000Z"},
        ],
    }


@pytest.mark.parametrize("origin", [None, Origin(topic="news.pages.v1", partition=1, offset=2)])
def test_the_journey_of_another_page_tells_why_it_ended(origin: Origin | None) -> None:
    given = {
        "id": "ab" * 32,
        "url": None,
        "stage": "clean",
        "fate": "skipped",
        "reason": "too_short",
        "detail": "3 words",
    }
    fate = Fate(**given, at=AT, fetched_at=AT, origin=origin)
    journey = ended_journey(fate)
    assert {name: journey[name] for name in given} == given
    assert journey["origin"] == (origin.model_dump() if origin else None)
    assert journey["trail"] == []
