"""How many versions of an article there have been: the same after any order of arrival, and any replay."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import chain, groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.messages import AT, enriched, settings_for_tests
from support.model_elastic import ModelElastic

from services.contracts.messages import Enriched, Fate
from services.index import history
from services.index.document import to_document
from services.index.stages import Indexer

ARTICLES = "newsloom-articles"


@dataclass(frozen=True)
class Reading:
    """The page at an hour, as a release read it; `text` None: the page was gone."""

    hour: int
    text: str | None
    revision: int = 0

    def article(self) -> Enriched:
        at = AT + timedelta(hours=self.hour)
        return enriched("a", fetched_at=at, content_hash=self.text, revision=self.revision, models={"ner": "m"})

    def fate(self) -> Fate:
        a = Reading(self.hour, "").article()
        about = {"id": a.id, "url": a.url, "fate": "skipped", "reason": "gone", "detail": "404", "stage": "fetch"}
        return Fate(**about, at=AT, fetched_at=a.fetched_at)


def expected(readings: list[Reading]) -> list[tuple[str, int]] | None:
    """Text and hour of each version, newest first, by the rule as it stands in words; None: nothing is told."""
    gone = max((r.hour for r in readings if r.text is None), default=-1)
    last: dict[int, Reading] = {}
    for reading in sorted(readings, key=lambda r: r.revision):
        if reading.text is not None and reading.hour > gone:
            last[reading.hour] = reading
    runs = [next(run) for _, run in groupby((last[hour] for hour in sorted(last)), key=lambda r: r.text)]
    return [(str(r.text), r.hour) for r in reversed(runs)] or None


def found(es: ModelElastic) -> list[tuple[str, int]] | None:
    (document,) = es.documents(ARTICLES).values()
    if "gone" in document:
        assert set(document) == {"id", "url", "gone"}
        return None
    hours = {history.stamp(AT + timedelta(hours=hour)): hour for hour in range(20)}
    told = [(version["content_hash"], hours[version["at"]]) for version in document["versions"]]
    assert document["version_count"] == len(told)
    assert document.get("changed_at") == (document["versions"][0]["at"] if len(told) > 1 else None)
    return told


async def play(work: Indexer, readings: list[Reading], together: bool) -> None:
    for some in [readings] if together else [[reading] for reading in readings]:
        await work.articles([r.article() for r in some if r.text is not None])
        await work.fates([r.fate() for r in some if r.text is None])


def a_reading(hour: int) -> st.SearchStrategy[list[Reading]]:
    """One page, by one release, or by two that read it differently."""
    one = st.sampled_from(["one", "one", "two", "three", None])
    return st.one_of(
        one.map(lambda text: [Reading(hour, text)]),
        st.just([Reading(hour, "one"), Reading(hour, "better", 1)]),
    )


Pages = (
    st.integers(1, 5)
    .flatmap(lambda count: st.tuples(*map(a_reading, range(count))))
    .map(lambda pages: list(chain(*pages)))
)
Plays = Pages.flatmap(
    lambda readings: st.tuples(
        st.just(readings),
        st.lists(st.sampled_from(readings), max_size=6).flatmap(lambda again: st.permutations(readings + again)),
    )
)


@given(Plays, st.booleans())
@settings(max_examples=100)
async def test_any_order_and_replay_tell_the_same(plays: tuple[list[Reading], list[Reading]], together: bool) -> None:
    readings, played = plays
    es = ModelElastic()
    work = Indexer(es, settings_for_tests())  # type: ignore[arg-type]
    await play(work, played, together)
    assert found(es) == expected(readings)
    before = {place: stored for place, stored in es.store.items() if place[0].startswith(ARTICLES)}
    await play(work, readings, together=False)
    assert {place: es.store[place] for place in before} == before


def test_an_unchanged_reading_adds_none_and_a_text_that_came_back_is_a_change() -> None:
    document = to_document(Reading(0, "one").article(), AT)
    for hour, text in enumerate(["one", "two", "two", "one"], 1):
        document = history.joined(to_document(Reading(hour, text).article(), AT), document, 1)
    assert [v["content_hash"] for v in document["versions"]] == ["one", "two", "one"]
    assert document["changed_at"] == "2026-11-22T12:30:00.000Z"


@given(st.permutations(range(12)), st.integers(1, 12))
def test_the_latest_readings_are_remembered_whatever_comes_first(order: list[int], most: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(history, "MOST", most)
        documents = [to_document(Reading(hour, f"text {hour}").article(), AT) for hour in order]
        stored = documents[0]
        for document in documents[1:]:
            newer = document["fetched_at"] > stored["fetched_at"]
            stored = history.joined(document, stored, 1) if newer else history.absorb(stored, document, 1) or stored
    assert [v["content_hash"] for v in stored["versions"]] == [f"text {hour}" for hour in range(11, 11 - most, -1)]


def test_a_document_of_an_earlier_release_counts_as_one_reading() -> None:
    old = {k: v for k, v in to_document(Reading(0, "one").article(), AT).items() if k not in history.FIELDS}
    assert history.joined(to_document(Reading(1, "two").article(), AT), old, 1)["version_count"] == 2
