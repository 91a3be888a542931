"""Keyphrases beside YAKE's (https://pypi.org/project/yake/), with what pages say of themselves as weak gold.

    newsloom extract < pages.ndjson > articles.ndjson
    pip install --target /tmp/yake yake
    PYTHONPATH=/tmp/yake nice python benchmarks/bench_keyphrases.py articles.ndjson

Gold are an article's `tags` (keywords, news_keywords and the like) of at most three words that its title or body has in
some form, but no names of entities, since those are no keyphrases here; articles with fewer than two are left out.
Matches are of all words, in some form each. It is weak gold: editors tag what a page is about in general. What was
chosen by looking was chosen on half A (addresses whose SHA-256 is even); half B is the honest figure.
"""

import argparse
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yake

from services.contracts.messages import Article, Enriched, Source
from services.enrich.enrich import enrich, load_models
from services.enrich.forms import alike
from services.enrich.keyphrases import MOST
from services.enrich.stop_words import stop_words
from services.enrich.topic_words import words_of

LEAST_TAGS, LONGEST = 2, 3
Words = tuple[str, ...]


def article(row: dict[str, Any]) -> Article:
    return Article(
        id="0" * 64, url=row["url"], title=row["title"] or "", body=row["body"], fetched_at=datetime.now(UTC),
        content_hash="", language=row["language"], word_count=len(row["body"].split()), tags=tuple(row["tags"]),
        source=Source(id="bench", name="bench", domain="news.example"),
    )  # fmt: skip


def half(url: str) -> str:
    return "B" if hashlib.sha256(url.encode()).digest()[-1] % 2 else "A"


def same(one: Words, other: Words) -> bool:
    return len(one) == len(other) and all(map(alike, one, other))


def gold(one: Enriched) -> list[Words]:
    text = words_of(f"{one.title}\n{one.body}")
    names = [set(words_of(f"{e.name} {' '.join(m.text for m in e.mentions)}")) for e in one.entities]
    found: list[Words] = []
    for tag in one.tags:
        words = tuple(words_of(tag.strip("#@")))
        if not 0 < len(words) <= LONGEST or any(set(words) <= name for name in names):
            continue
        there = any(same(words, tuple(text[i : i + len(words)])) for i in range(len(text)))
        if there and not any(same(words, other) for other in found):
            found.append(words)
    return found


def faults(phrases: list[Words], language: str, site: str) -> Counter[str]:
    """What no keyphrase should be: stop words at an end, forms of one word twice, the name of the site."""
    stops, counted = stop_words(language), Counter[str]()
    for i, phrase in enumerate(phrases):
        counted["stop word at an end"] += phrase[0] in stops or phrase[-1] in stops
        counted["form of another"] += any(same(phrase, other) for other in phrases[:i])
        counted["name of the site"] += "".join(phrase) in site
    return counted


def by_yake(one: Enriched) -> list[str]:
    text = f"{one.title}\n{one.body}"
    return [
        str(phrase) for phrase, _ in yake.KeywordExtractor(lan=one.language, n=LONGEST, top=MOST).extract_keywords(text)
    ]


def measure(
    system: str, articles: list[tuple[Enriched, list[Words], str]], of: Callable[[Enriched], Iterable[str]]
) -> None:
    total: Counter[str] = Counter()
    recalls: dict[str, list[float]] = defaultdict(list)
    for one, wanted, site in articles:
        phrases = [words for phrase in of(one) if (words := tuple(words_of(phrase)))]
        hits = sum(any(same(want, phrase) for phrase in phrases) for want in wanted)
        recalls["all"].append(hits / len(wanted))
        group = "English" if one.language == "en" else "other languages"
        for name in (group, f"{group} {half(one.url)}"):
            recalls[name].append(hits / len(wanted))
        total.update(hits=hits, wanted=len(wanted), phrases=len(phrases))
        total.update(faults(phrases, one.language, site))
    groups = ", ".join(f"{group} {sum(r) / len(r):.3f} ({len(r)})" for group, r in sorted(recalls.items()))
    found = f"precision@{MOST} {total['hits'] / total['phrases']:.3f} of {total['phrases']} phrases"
    print(f"{system}: {found}; recall@{MOST} {groups}")
    for fault in ("stop word at an end", "form of another", "name of the site"):
        print(f"  {fault}: {total[fault] / total['phrases']:.1%}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    rows = map(json.loads, parser.parse_args().articles.read_text(encoding="utf-8").splitlines())
    whole = [row for row in rows if len(row.get("tags", ())) >= LEAST_TAGS and stop_words(row["language"])]
    models = load_models("en_newsloom_news")
    done = zip(enrich([article(row) for row in whole], models), whole, strict=True)
    known = [(one, gold(one), row["source"]["domain"].replace("-", "")) for one, row in done]
    chosen = [entry for entry in known if len(entry[1]) >= LEAST_TAGS]
    print(f"{len(chosen)} of {len(whole)} articles with tags have {LEAST_TAGS} and more that are phrases of theirs")
    measure("newsloom", chosen, lambda one: one.keyphrases)
    measure("yake", chosen, by_yake)


if __name__ == "__main__":
    main()
