"""Queries by someone who knows the article that they look for, made from articles by rule. Pure; the dice are fixed."""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import spacy

from services.contracts.messages import Enriched

_WORD = re.compile(r"[^\W\d_]{3,}")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s|\n")
_LEAST_NAMED = 3  # an article that names something less often is hardly looked for by it


@dataclass(frozen=True)
class Item:
    """What is asked, with the month (YYYY-MM) where it is asked with one, and the article that is meant."""

    id: str
    title: str
    query: str
    month: str | None = None


def items(articles: Sequence[Enriched]) -> dict[str, list[Item]]:
    """Queries by group; an article that gives none in a group (no title, too short) is left out of it."""
    return {
        group: [item for article in articles if (item := make(article, random.Random(f"{group} {article.id}")))]
        for group, make in GROUPS.items()
    }


def _title_words(article: Enriched, dice: random.Random) -> Item | None:
    """Three of the title's words, in order."""
    words = _content(article.title, article.language)
    return _item(article, _some(words, 3, dice)) if len(words) >= 3 else None


def _one_typo(article: Enriched, dice: random.Random) -> Item | None:
    """The same, two neighbouring letters inside of the longest word swapped."""
    words = _content(article.title, article.language)
    if len(words) < 3:
        return None
    chosen = _some(words, 3, dice)
    longest = max(chosen, key=len)
    if len(longest) < 5:
        return None
    at = dice.choice([i for i in range(1, len(longest) - 2) if longest[i] != longest[i + 1]] or [1])
    wrong = longest[:at] + longest[at + 1] + longest[at] + longest[at + 2 :]
    return _item(article, [wrong if word == longest else word for word in chosen])


def _paraphrased_lead(article: Enriched, _: random.Random) -> Item | None:
    """Every second word of the first sentence, the last first, at most six; English ones in the other number."""
    first = _SENTENCE_END.split(article.body.strip(), maxsplit=1)[0]
    words = _content(first, article.language)[::2][:6][::-1]
    if len(words) < 4:
        return None
    return _item(article, [_other_number(word) for word in words] if article.language == "en" else words)


def _entity_and_month(article: Enriched, _: random.Random) -> Item | None:
    """What the article names most often, and its month."""
    named = max(article.entities, key=lambda entity: entity.count, default=None)
    if named is None or named.count < _LEAST_NAMED or article.published_at is None:
        return None
    quoted = '"{}"'.format(named.name.replace('"', " "))  # a name may hold what the query language reads otherwise
    return Item(article.id, article.title, quoted, f"{article.published_at:%Y-%m}")


GROUPS: dict[str, Callable[[Enriched, random.Random], Item | None]] = {
    "title words": _title_words,
    "one typo": _one_typo,
    "paraphrased lead": _paraphrased_lead,
    "entity and month": _entity_and_month,
}


def _item(article: Enriched, words: Sequence[str]) -> Item:
    return Item(article.id, article.title, " ".join(words))


def _some(words: Sequence[str], count: int, dice: random.Random) -> list[str]:
    return [words[i] for i in sorted(dice.sample(range(len(words)), count))]


def _content(text: str, language: str) -> list[str]:
    """Each word once, without the language's function words."""
    stop = _stop_words(language)
    return list(dict.fromkeys(word for word in _WORD.findall(text) if word.lower() not in stop))


@cache
def _stop_words(language: str) -> frozenset[str]:
    try:
        return frozenset(spacy.blank(language).Defaults.stop_words)
    except (ImportError, ValueError):  # spaCy does not know the language, or a package that it needs is not here
        return frozenset()


def _other_number(word: str) -> str:
    """`minister` for `ministers`, and the other way round; names of several capitals stay."""
    if word.isupper():
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word[:-1] + "ies" if word.endswith("y") and word[-2] not in "aeiou" else word + "s"
