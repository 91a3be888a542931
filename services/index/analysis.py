"""How text is analysed, by what the cluster can do: we ask it, not the user.

A full Elasticsearch brings an analyzer a language (stemming and stop words). One without
`analysis-common` has the core `hunspell` filter, where its dictionaries are installed.
Where neither is there, words are found as they are written.
"""

from dataclasses import dataclass, field
from typing import Any

from elasticsearch import AsyncElasticsearch, BadRequestError

# ISO 639-1 → Elasticsearch's built-in analyzer
# https://www.elastic.co/guide/en/elasticsearch/reference/8.19/analysis-lang-analyzer.html
BUILT_IN = {
    "ar": "arabic",
    "bg": "bulgarian",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "fa": "persian",
    "fi": "finnish",
    "fr": "french",
    "hi": "hindi",
    "hu": "hungarian",
    "id": "indonesian",
    "it": "italian",
    "ja": "cjk",
    "ko": "cjk",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "th": "thai",
    "tr": "turkish",
    "zh": "cjk",
}
# ISO 639-1 → locale of a hunspell dictionary
HUNSPELL = {
    "bg": "bg_BG",
    "cs": "cs_CZ",
    "da": "da_DK",
    "de": "de_DE",
    "en": "en_US",
    "es": "es_ES",
    "fr": "fr_FR",
    "it": "it_IT",
    "nl": "nl_NL",
    "no": "nb_NO",
    "pl": "pl_PL",
    "pt": "pt_PT",
    "ro": "ro_RO",
    "ru": "ru_RU",
    "sv": "sv_SE",
    "uk": "uk_UA",
}
PLAIN = "news"
"""The analyzer of every language: words, lower case, folded where the cluster can fold."""


@dataclass(frozen=True)
class Analysis:
    """What the cluster offers: ISO 639-1 → built-in analyzer, or → hunspell locale; and `asciifolding`."""

    built_in: dict[str, str] = field(default_factory=dict)
    hunspell: dict[str, str] = field(default_factory=dict)
    folding: bool = False

    @property
    def languages(self) -> dict[str, str]:
        """ISO 639-1 → name of the analyzer for that language's stemmed fields."""
        return {**{code: f"news_{code}" for code in self.hunspell}, **self.built_in}

    def settings(self) -> dict[str, Any]:
        """The index's `analysis` settings."""
        folding = ["asciifolding"] if self.folding else []
        analyzers: dict[str, Any] = {PLAIN: _custom(["lowercase", *folding])}
        filters: dict[str, Any] = {}
        for code, locale in self.hunspell.items():
            filters[f"hunspell_{code}"] = {"type": "hunspell", "locale": locale, "dedup": True}
            analyzers[f"news_{code}"] = _custom(["lowercase", f"hunspell_{code}", *folding])
        return {"analyzer": analyzers, "filter": filters}


async def detect_analysis(es: AsyncElasticsearch) -> Analysis:
    """Ask the cluster, by trying. Raises what the client raises when it does not answer."""
    built_in = {code: name for code, name in BUILT_IN.items() if await _can(es, {"analyzer": name})}
    hunspell = {
        code: locale
        for code, locale in HUNSPELL.items()
        if code not in built_in and await _can(es, _filtered({"type": "hunspell", "locale": locale}))
    }
    return Analysis(built_in, hunspell, folding=await _can(es, _filtered("asciifolding")))


async def _can(es: AsyncElasticsearch, body: dict[str, Any]) -> bool:
    try:
        await es.indices.analyze(text="a", **body)
    except BadRequestError:
        return False
    return True


def _filtered(token_filter: Any) -> dict[str, Any]:
    return {"tokenizer": "standard", "filter": [token_filter]}


def _custom(filters: list[str]) -> dict[str, Any]:
    return {"type": "custom", "tokenizer": "standard", "filter": filters}
