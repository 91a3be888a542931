"""Enrich: what an article names and what it is about. Pure; the models are given."""

from collections.abc import Sequence

from services.contracts.messages import Article, Enriched, Entity, Mention
from services.contracts.revision import REVISION, rules_of
from services.enrich.datelines import with_datelines
from services.enrich.geography import NOWHERE, Where, places
from services.enrich.keyphrases import keyphrases
from services.enrich.models import ModelMissing, Models, check_models, load_models
from services.enrich.pieces import full_text, pieces
from services.enrich.plausible import reads_as
from services.enrich.reading_time import reading_minutes
from services.enrich.recognise import by_model, confirmed, merge
from services.enrich.resolve import Named, resolve
from services.enrich.results import with_results
from services.enrich.rules import by_rules
from services.enrich.spans import Span, surface
from services.enrich.topics import model_name, topics

__all__ = ["ModelMissing", "Models", "check_models", "enrich", "load_models", "models_of"]

UNDETERMINED = "und"


def enrich(articles: Sequence[Article], models: Models) -> list[Enriched]:
    """Each article with what it names and is about, in order; one article's result does not depend on the others."""
    texts = [full_text(article) for article in articles]
    found: dict[int, list[Span]] = {}
    for language, nlp in models.pipelines.items():
        stop_words = frozenset(nlp.Defaults.stop_words)
        own = [i for i, a in enumerate(articles) if a.language == language and reads_as(texts[i][0], stop_words)]
        found |= by_model(models.readers[language], language, [piece for i in own for piece in pieces(i, texts[i][0])])
    return [_enriched(article, *texts[i], found.get(i, []), models) for i, article in enumerate(articles)]


def _enriched(article: Article, text: str, body: int, model: list[Span], models: Models) -> Enriched:
    named: list[Named] = []
    if article.language != UNDETERMINED:
        lexicon = models.gazetteer.lexicon(article.language)
        spans = merge(text, confirmed(text, model), list(lexicon.find(text)), lexicon)
        if article.language not in models.pipelines:
            spans = by_rules(text, article.language, spans)
        named = resolve(text, with_results(text, with_datelines(text, spans)), lexicon, models.gazetteer)
    where = places(named, models.gazetteer)
    # What is enriched again stays of the release that read its page, or a replay of that page could not better it.
    revision = article.revision if article.retagged_at else max(article.revision, REVISION)
    return Enriched(
        **{**dict(article), "revision": revision},
        entities=tuple(_entity(text, body, one, where.get(one.id, NOWHERE)) for one in named),
        topics=topics(article, models.topics),
        keyphrases=_keyphrases(article, text, body, named),
        reading_minutes=reading_minutes(article.word_count, article.language),
        models=models_of(article.language, models),
    )


def models_of(language: str, models: Models) -> dict[str, str]:
    """Names and versions of all that is at work on articles of a language, as their `models` has them."""
    version = models.versions.get(language)
    rest = {"topics": model_name(models.topics), "rules": rules_of(REVISION)}
    return {"ner": version, **rest} if version else rest


def _keyphrases(article: Article, text: str, body: int, named: list[Named]) -> tuple[str, ...]:
    spans = [span for one in named for span in one.spans]
    names = {one.name for one in named} | {surface(text, span) for span in spans}
    return keyphrases(text, body, article.language, sorted(names), spans)


def _entity(text: str, body: int, named: Named, where: Where) -> Entity:
    mentions = tuple(
        Mention(start=s.start - body, end=s.end - body, text=text[s.start : s.end])
        for s in named.spans
        if s.start >= body
    )
    return Entity(
        id=named.id, name=named.name, type=named.type, count=len(named.spans), mentions=mentions,
        country=where.country, location=where.location,
    )  # fmt: skip
