"""Documents, mappings and the analysis they rest on."""

from datetime import UTC, datetime, timedelta

from support.messages import AT, enriched

from services.contracts.messages import Entity, Tag
from services.index.analysis import PLAIN, Analysis
from services.index.document import to_document
from services.index.mapping import JOURNEYS_MAPPING, mapping

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def test_a_document_has_the_article_and_what_searching_needs() -> None:
    ada = Entity(id="person:ada", name="Ada", type="person", count=2)
    document = to_document(enriched("a", entities=(ada,), topics=(Tag(id="t", name="T", score=0.5),)), NOW)
    assert document["entity_keys"] == ["Ada", "person:ada"]
    assert document["facet"] == {"entity": ["person:ada|Ada"], "source": "news.example|News", "topic": ["t|T"]}
    assert document["stemmed"] == {"en": {"title": document["title"], "body": document["body"]}}
    assert document["indexed_at"] == NOW.isoformat()
    assert "schema" not in document
    assert "schema_version" not in document


def test_an_article_happened_when_it_was_published_else_when_it_was_read() -> None:
    earlier = AT - timedelta(days=3)
    assert to_document(enriched("a"), NOW)["at"] == AT.isoformat()
    assert to_document(enriched("a", published_at=earlier), NOW)["at"] == earlier.isoformat()


def test_the_mapping_is_closed_and_stems_what_the_cluster_can() -> None:
    analysis = Analysis(built_in={"de": "german"}, hunspell={"en": "en_US"}, folding=True)
    body = mapping(analysis)
    assert body["mappings"]["dynamic"] is False
    assert body["mappings"]["_meta"]["languages"] == ["de", "en"]
    stemmed = body["mappings"]["properties"]["stemmed"]["properties"]
    assert stemmed["de"]["properties"]["body"]["analyzer"] == "german"
    assert stemmed["en"]["properties"]["title"]["analyzer"] == "news_en"
    settings = body["settings"]["analysis"]
    assert settings["filter"]["hunspell_en"]["locale"] == "en_US"
    assert settings["analyzer"][PLAIN]["filter"] == ["lowercase", "asciifolding"]


def test_a_cluster_that_can_nothing_still_finds_words() -> None:
    body = mapping(Analysis())
    assert body["mappings"]["properties"]["stemmed"]["properties"] == {}
    assert set(body["settings"]["analysis"]["analyzer"]) == {PLAIN}
    assert JOURNEYS_MAPPING["mappings"]["dynamic"] is False


def test_each_models_vectors_have_a_field_of_their_own() -> None:
    given = {"embedding": (0.6, 0.8), "models": {"embedding": "My Model 12ab.3"}}
    assert to_document(enriched("a", **given), NOW)["embedding"] == {"12ab-3-2": [0.6, 0.8]}
    assert "embedding" not in to_document(enriched("a"), NOW)
