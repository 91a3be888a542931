"""Vectors of articles; an article never fails for the lack of one."""

from dataclasses import replace
from pathlib import Path

import pytest
from support.embedding import static_model
from support.messages import article, enriched

from services.enrich import app
from services.enrich.embed import LEAD, embedded, text_of
from services.runtime.embedding.model import Embedder, load_embedder
from services.runtime.stage import Forward


@pytest.fixture
def embedder(tmp_path: Path) -> Embedder:
    loaded = load_embedder(str(static_model(tmp_path / "little")))
    assert loaded
    return loaded


def test_articles_get_the_vector_and_the_models_name(embedder: Embedder) -> None:
    given = [enriched("a", title="ship", body="-", models={"ner": "m 1"}), enriched("b", title="walrus", body="-")]
    ship, walrus = embedded(given, embedder)
    assert ship.embedding == (1.0, 0.0, 0.0)
    assert ship.models == {"ner": "m 1", "embedding": f"little {embedder.version}"}
    assert (walrus.embedding, walrus.models) == (None, {})
    assert b"embedding" not in walrus.to_json()


def test_a_model_that_fails_leaves_the_articles_as_they_are(embedder: Embedder) -> None:
    def broken(texts: list[str]) -> None:
        raise RuntimeError("no memory")

    given = [enriched("a", title="ship")]
    assert embedded(given, replace(embedder, encode=broken)) == given


def test_title_then_description_then_the_beginning_of_the_body() -> None:
    text = text_of(enriched("a", title="T", description="D", body="B" * 5000))
    assert text.startswith("T\nD\nBBB")
    assert len(text) == LEAD
    assert text_of(enriched("a", title="T", body="B")) == "T\nB"


@pytest.mark.parametrize("on", [True, False])
def test_a_worker_embeds_where_the_setting_says_so(on: bool, tmp_path: Path) -> None:
    try:
        app.load("en_core_web_sm", str(static_model(tmp_path / "little")) if on else "")
        (outcome,) = app.work([article("a", title="ship", language="und")])
    finally:
        app._models.clear()
        app._embedders.clear()
    assert isinstance(outcome, Forward)
    assert outcome.message.embedding == ((1.0, 0.0, 0.0) if on else None)
