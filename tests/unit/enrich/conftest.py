from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from services.contracts.messages import Article, Enriched, Source
from services.enrich.enrich import Models, enrich, load_models
from services.enrich.gazetteer import Gazetteer, load_gazetteer

Make = Callable[..., Article]


@pytest.fixture(scope="session")
def models() -> Models:
    return load_models("en_newsloom_news")


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return load_gazetteer()


@pytest.fixture(scope="session")
def make() -> Make:
    def article(body: str, title: str = "", language: str = "en", number: int = 0) -> Article:
        return Article(
            id=f"{number:064x}",
            url="https://news.example/a",
            title=title,
            body=body,
            fetched_at=datetime(2026, 11, 1, tzinfo=UTC),
            language=language,
            source=Source(id="s", name="S", domain="news.example"),
            word_count=len(body.split()),
            content_hash="x",
        )

    return article


@pytest.fixture(scope="session")
def found(models: Models, make: Make) -> Callable[..., dict[str, tuple[str, int]]]:
    """Names of the entities in a text, with type and count."""

    def names(body: str, title: str = "", language: str = "en") -> dict[str, tuple[str, int]]:
        done: Enriched = enrich([make(body, title, language)], models)[0]
        assert all(done.body[m.start : m.end] == m.text for e in done.entities for m in e.mentions)
        return {e.name: (e.type, e.count) for e in done.entities}

    return names
