"""Gives articles the vector of what they are about, for hybrid search."""

from collections.abc import Sequence

import structlog

from services.contracts.messages import Article, Enriched
from services.runtime.embedding.model import Embedder

LEAD = 1000
"""Characters of a text that the model gets: more than the tokens that it reads (embedding.model.LONGEST)."""
log = structlog.get_logger()


def embedded(articles: Sequence[Enriched], embedder: Embedder) -> list[Enriched]:
    """The articles with their vectors; without, where a text has no word that the model knows, or the model fails: an
    article is found by its words all the same."""
    try:
        vectors = embedder.passages([text_of(article) for article in articles])
    except Exception as error:  # onnxruntime and tokenizers have no base class of their own
        log.warning("articles go on without embeddings", articles=len(articles), error=str(error)[:300])
        return list(articles)
    return [
        one.model_copy(update={"embedding": vector, "models": {**one.models, "embedding": embedder.model}})
        if vector
        else one
        for one, vector in zip(articles, vectors, strict=True)
    ]


def text_of(article: Article) -> str:
    """Title and lead: the description, then as much of the body as has room."""
    return "\n".join(filter(None, (article.title, article.description, article.body[:LEAD])))[:LEAD]
