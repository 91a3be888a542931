"""What an article keeps that its newest version lacks: the same after any order of arrival, and any replay."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.messages import AT, enriched, settings_for_tests
from support.model_elastic import ModelElastic

from services.contracts.messages import Enriched, Entity, Fate
from services.index import kept
from services.index.document import to_document
from services.index.stages import Indexer

ARTICLES = "newsloom-articles"
State = tuple[int, kept.Document]


@dataclass(frozen=True)
class Version:
    """One version of a page: its text (None: the page was gone), and whether its names were recognised by the model."""

    hour: int
    text: str | None
    full: bool

    @property
    def names(self) -> tuple[Entity, ...]:
        kind = "model" if self.full else "table"
        return (Entity(id=f"person:{kind}-{self.hour}", name=f"{kind} {self.hour}", type="person", count=1),)

    def article(self) -> Enriched:
        at, models = AT + timedelta(hours=self.hour), {"ner": f"m{self.hour}"} if self.full else {}
        text = str(self.text)
        return enriched("a", fetched_at=at, content_hash=text, title=text, entities=self.names, models=models)

    def fate(self) -> Fate:
        a = self.article()
        about = {"id": a.id, "url": a.url, "fate": "skipped", "reason": "gone", "detail": "404", "stage": "fetch"}
        return Fate(**about, at=AT, fetched_at=a.fetched_at)


def expected(versions: list[Version]) -> tuple[str | None, tuple[Entity, ...], dict[str, str]]:
    """Text, names and models of the document, by the rule as it stands in words."""
    newest = max(versions, key=lambda v: v.hour)
    if newest.text is None:
        return None, (), {}
    for version in sorted(versions, key=lambda v: -v.hour):
        if version.text != newest.text:
            break
        if version.full:
            return newest.text, version.names, version.article().models
    return newest.text, newest.names, {}


def found(es: ModelElastic) -> tuple[str | None, tuple[Entity, ...], dict[str, str]]:
    (document,) = es.documents(ARTICLES).values()
    assert "gone" not in document or set(document) == {"id", "url", "gone"}
    return read(document)


def read(document: kept.Document) -> tuple[str | None, tuple[Entity, ...], dict[str, str]]:
    if "gone" in document:
        return None, (), {}
    names = tuple(Entity.model_validate(e) for e in document["entities"])
    assert document["entity_keys"] == sorted({key for e in names for key in (e.id, e.name)})
    assert document["facet"]["entity"] == [f"{e.id}|{e.name}" for e in names]
    assert document["facet"]["source"] == "news.example|News"
    return document["title"], names, document["models"]


async def play(work: Indexer, versions: list[Version], together: bool) -> None:
    if together:
        await work.articles([v.article() for v in versions if v.text is not None])
        await work.fates([v.fate() for v in versions if v.text is None])
        return
    for version in versions:
        if version.text is None:
            await work.fates([version.fate()])
        else:
            await work.articles([version.article()])


def a_version(hour: int) -> st.SearchStrategy[Version]:
    return st.builds(Version, st.just(hour), st.sampled_from(["one", "one", "one", "two", None]), st.booleans())


Histories = st.integers(1, 6).flatmap(lambda count: st.tuples(*(a_version(hour) for hour in range(count)))).map(list)


Plays = Histories.flatmap(
    lambda versions: st.tuples(
        st.just(versions),
        st.lists(st.sampled_from(versions), max_size=6).flatmap(lambda again: st.permutations(versions + again)),
    )
)


def arrive(
    stored: tuple[int, kept.Document] | None, version: int, document: kept.Document
) -> tuple[int, kept.Document]:
    """What is stored once `document` has arrived: archive.py without Elasticsearch."""
    if stored is None:
        return version, document
    if version > stored[0]:
        return version, kept.succeed(document, stored[1], stored[0])
    late = kept.absorb(stored[1], document, version) if version < stored[0] else None
    return stored[0], late or stored[1]


@given(Plays)
@settings(max_examples=500)
def test_the_rule_holds_in_any_order(play: tuple[list[Version], list[Version]]) -> None:
    versions, played = play
    stored = None
    for v in played:
        document = to_document(v.article(), AT) if v.text is not None else {"gone": {"at": "now"}}
        stored = arrive(stored, v.hour + 1, document)
    assert stored is not None
    assert read(stored[1]) == expected(versions)


@given(Plays, st.booleans())
@settings(max_examples=40)
async def test_the_stages_end_as_the_rule_says_in_any_order_and_after_replays(
    plays: tuple[list[Version], list[Version]], together: bool
) -> None:
    versions, played = plays
    es = ModelElastic()
    work = Indexer(es, settings_for_tests())  # type: ignore[arg-type]
    await play(work, played, together)
    assert found(es) == expected(versions)
    before = {place: version for place, (version, _) in es.store.items()}
    await play(work, versions, together=False)
    assert found(es) == expected(versions)
    assert {place: version for place, (version, _) in es.store.items()} == before


FULL, POOR = Version(1, "one", True), Version(2, "one", False)


@pytest.mark.parametrize("order", [[FULL, POOR], [POOR, FULL]])
async def test_a_run_without_its_model_takes_no_names_away(order: list[Version]) -> None:
    es = ModelElastic()
    await play(Indexer(es, settings_for_tests()), order, together=False)  # type: ignore[arg-type]
    assert found(es) == ("one", FULL.names, {"ner": "m1"})
    (document,) = es.documents(ARTICLES).values()
    assert document["fetched_at"] == POOR.article().model_dump(mode="json")["fetched_at"]


@pytest.mark.parametrize("other", [Version(2, "two", False), Version(2, "one", True)])
async def test_another_text_or_a_model_of_its_own_keeps_nothing(other: Version) -> None:
    es = ModelElastic()
    await play(Indexer(es, settings_for_tests()), [FULL, other], together=False)  # type: ignore[arg-type]
    assert found(es) == (other.text, other.names, other.article().models)


def test_every_field_of_a_group_is_read_back_for_it() -> None:
    document: dict[str, Any] = {"content_hash": "h", "models": {"ner": "m"}, "entities": [1], "facet": {"entity": [2]}}
    made = kept.succeed({"content_hash": "h", "facet": {"source": "s"}}, document, 7)
    assert (made["entities"], made["facet"]) == ([1], {"source": "s", "entity": [2]})
    fields = {"entities", "entity_keys", "facet.entity"}
    assert {"gone", "kept", "models", "content_hash", "retagged_at", *fields} == set(kept.NEEDED)


def embedded_by(*models: str, text: str = "one") -> Enriched:
    """The same version of a page, from enrich with that model or with none."""
    given = {"embedding": (0.6, 0.8), "models": {"embedding": models[0]}} if models else {}
    return enriched("a", content_hash=text, title=text, **given)


@given(st.lists(st.sampled_from(["", "m 1", "m 2"]), min_size=1, max_size=6))
@settings(max_examples=60)
async def test_the_same_version_brings_vectors_that_were_not_there_in_any_order(played: list[str]) -> None:
    es = ModelElastic()
    for model in played:
        await Indexer(es, settings_for_tests()).articles([embedded_by(*filter(None, [model]))])  # type: ignore[arg-type]
    (document,) = es.documents(ARTICLES).values()
    used = {model for model in played if model}
    assert set(document.get("embedding", {})) == {f"{model[-1]}-2" for model in used}
    assert document["models"].get("embedding") == max(used, default=None)


def test_vectors_of_another_text_are_not_taken() -> None:
    stored, other = (to_document(one, AT) for one in (embedded_by(), embedded_by("m 1", text="two")))
    assert kept.complete(stored, other, 1) is None
    assert kept.complete({"gone": {"at": "now"}}, other, 1) is None
