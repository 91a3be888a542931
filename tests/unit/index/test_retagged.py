"""One version of an article, enriched again: the same in any order of arrival, with all that is not enrichment's."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.messages import AT, enriched, settings_for_tests
from support.model_elastic import ModelElastic

from services.contracts.messages import Enriched, Entity
from services.index import retagged
from services.index.document import to_document
from services.index.stages import Indexer
from services.runtime.stage import Done, Forward, Skip

ARTICLES = "newsloom-articles"


@dataclass(frozen=True)
class Made:
    """What enrich made of the page of an hour: when it was first (0) or again, and whether with its model."""

    hour: int
    again: int
    full: bool

    @property
    def names(self) -> tuple[Entity, ...]:
        name = f"{'model' if self.full else 'table'} {self.hour} {self.again}"
        return (Entity(id=f"person:{name.replace(' ', '-')}", name=name, type="person", count=1),)

    def article(self) -> Enriched:
        return enriched(
            "a",
            fetched_at=AT + timedelta(hours=self.hour),
            retagged_at=AT + timedelta(days=self.again) if self.again else None,
            entities=self.names,
            models={"ner": f"m{self.hour}.{self.again}"} if self.full else {},
        )


def expected(made: list[Made]) -> tuple[Entity, ...]:
    """The names of the newest page that has any by a model, the last such; else the last of the newest page."""
    newest = max(one.hour for one in made)
    full = [one for one in made if one.full]
    return max(full or [one for one in made if one.hour == newest], key=lambda one: (one.hour, one.again)).names


def found(es: ModelElastic) -> tuple[Entity, ...]:
    (document,) = es.documents(ARTICLES).values()
    names = tuple(Entity.model_validate(e) for e in document["entities"])
    assert document["entity_keys"] == sorted({key for e in names for key in (e.id, e.name)})
    return names


Histories = st.lists(
    st.builds(Made, st.integers(0, 2), st.integers(0, 2), st.booleans()),
    min_size=1,
    max_size=6,
    unique_by=lambda one: (one.hour, one.again),
)
Plays = Histories.flatmap(
    lambda made: st.tuples(
        st.just(made), st.lists(st.sampled_from(made), max_size=4).flatmap(lambda more: st.permutations(made + more))
    )
)


@given(Plays, st.booleans())
@settings(max_examples=200)
async def test_any_order_and_replay_end_the_same(plays: tuple[list[Made], list[Made]], together: bool) -> None:
    made, played = plays
    es = ModelElastic()
    work = Indexer(es, settings_for_tests())  # type: ignore[arg-type]
    for some in [played] if together else [[one] for one in played]:
        await work.articles([one.article() for one in some])
    assert found(es) == expected(made)
    before = dict(es.store)
    await work.articles([one.article() for one in made])
    assert es.store == before


async def test_what_is_not_enrichments_stays_and_nobody_is_told_of_news() -> None:
    es = ModelElastic()
    work = Indexer(es, settings_for_tests())  # type: ignore[arg-type]
    first, again = Made(1, 0, True).article(), Made(1, 1, True).article()
    await work.articles([Made(0, 0, True).article().model_copy(update={"content_hash": "before"})])
    (outcome,) = await work.articles([first])
    assert isinstance(outcome, Forward)
    (place,) = [place for place in es.store if place[0].startswith(ARTICLES)]
    version, document = es.store[place]
    es.store[place] = version, {**document, "story_id": "the story", "embedding": {"m-2": [0.6, 0.8]}, "models": {
        **document["models"], "embedding": "m m"}}  # fmt: skip
    assert await work.articles([again]) == [Done()]
    assert es.store[place][0] == version
    now = es.store[place][1]
    assert (now["story_id"], now["version_count"], now["embedding"]) == ("the story", 2, {"m-2": [0.6, 0.8]})
    assert now["models"] == {"ner": "m1.1", "embedding": "m m"}
    assert found(es) == Made(1, 1, True).names
    (told_again,) = await work.articles([again])  # a crash may have come before it
    assert isinstance(told_again, Forward)


async def test_what_was_taken_down_stays_so() -> None:
    es = ModelElastic()
    work = Indexer(es, settings_for_tests())  # type: ignore[arg-type]
    await work.articles([Made(1, 0, True).article()])
    (place,) = [place for place in es.store if place[0].startswith(ARTICLES)]
    tombstone = 2**62, {"id": place[1], "url": None, "gone": {"reason": "forgotten", "at": "now"}}
    es.store[place] = tombstone
    (outcome,) = await work.articles([Made(1, 1, True).article()])
    assert isinstance(outcome, Skip)
    assert es.store[place] == tombstone


@pytest.mark.parametrize("stored", [{"gone": {"at": "now"}}, to_document(enriched("a", content_hash="other"), AT)])
def test_a_tombstone_or_another_text_is_not_replaced(stored: dict) -> None:  # type: ignore[type-arg]
    assert retagged.replace(stored, to_document(Made(1, 1, True).article(), AT), 1) is None
