"""From an enriched article to the document that Elasticsearch keeps."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from services.contracts import indices
from services.contracts.messages import Enriched
from services.index import history
from services.index.archive import Record
from services.index.bulk import Write
from services.index.decisions import NONE, Decisions
from services.index.kept import GROUPS
from services.index.stored import Stored
from services.index.versions import article_version

_OWN_FIELD = "schema_version"


def article_record(
    article: Enriched,
    indexed_at: datetime,
    then: Callable[[], Write] | None = None,
    decisions: Decisions = NONE,
) -> Record:
    """This version of the article, for the archive, as decided; what `then` makes is written once it is stored."""
    return Record(
        article.id,
        article_version(article.fetched_at, article.revision),
        lambda: to_document(article, indexed_at, decisions),
        lacks=any(model not in article.models for model in GROUPS),
        vector=article.embedding is not None,
        again=article.retagged_at is not None,
        then=then,
    )


def ungrouped(record: Record) -> Record:
    """The record without its story, for what is rebuilt: the stories service groups what has none."""
    return replace(record, make=lambda: {name: value for name, value in record.make().items() if name != "story_id"})


def remembered(record: Record, stored: Stored) -> Record:
    """The record with what `stored`, a version of the article elsewhere, knows of its history."""
    return replace(record, make=lambda: history.joined(record.make(), stored.document, stored.version))


def to_document(article: Enriched, indexed_at: datetime, decisions: Decisions = NONE) -> dict[str, Any]:
    """The document: the article's own fields, and those that only searching needs (see mapping.py)."""
    document = article.model_dump(mode="json", exclude_none=True)
    del document[_OWN_FIELD]  # not by `exclude`, which makes pydantic take three quarters longer
    vector = document.pop(indices.EMBEDDING, None)
    document["facet"] = {
        "source": f"{article.source.id}|{article.source.name}",
        "topic": [f"{t.id}|{t.name}" for t in article.topics],
    }
    return {
        **with_entities(history.begun(document), decisions.apply(document["entities"])),
        **(_embedding(article.models[indices.EMBEDDING], vector) if vector else {}),
        "indexed_at": indexed_at.isoformat(),
        "story_id": article.story_id or article.id,  # a story of its own until the stories service knows better
        "at": (article.published_at or article.fetched_at).isoformat(),
        "stemmed": {article.language: {"title": article.title, "body": article.body}},
    }


def with_entities(document: Mapping[str, Any], entities: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """`document` with these entities, and the fields that are searched by them."""
    return {
        **document,
        "entities": list(entities),
        "entity_keys": sorted({key for e in entities for key in (e["id"], e["name"])}),
        "facet": {**document.get("facet", {}), "entity": [f"{e['id']}|{e['name']}" for e in entities]},
    }


def _embedding(model: str, vector: list[float]) -> dict[str, Any]:
    """`model` is a name and a version; the version says what the vector can be compared with."""
    return {indices.EMBEDDING: {indices.embedding_key(model.split()[-1], len(vector)): vector}}
