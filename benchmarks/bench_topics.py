"""Topics beside labels: micro-averaged precision, recall and F1, and what topics and keyphrases cost of enrichment.

    nice python benchmarks/bench_topics.py newswire-dev.jsonl newswire-train.jsonl ground-truth.json …

The texts are not in this repository: NDJSON lines `{"id", "text"}`, or JSON `{id: {"articleBody", "title", "url"}}`.
topic_labels.tsv has labels of 753 articles: 586 of world newswire (the dev part and most of the train part of
stanfordnlp/en-worldwide-newswire), 71 of scrapinghub/article-extraction-benchmark, 96 test pages of flairNLP/fundus.
Annotators of one kind, large language models, gave them from title and beginning (60 to 170 characters in parts a and
b, 300 in c and d), before they saw what the topics' model says. Words and parameters of the model were chosen on parts
a and c; b and d were held out. 100 of part a were read again, by an annotator who had not seen the first labels.
data/topics/languages.ndjson has 60 short articles of our own in five languages, written before the words that tell of
topics in these languages were looked at again.
"""

import argparse
import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from services.clean.language import detect_language
from services.contracts.messages import Article, Source
from services.enrich import enrich as enriching
from services.enrich.enrich import enrich, load_models
from services.enrich.media_topics import NAMES, code, media_topics
from services.enrich.topic_words import lexicon

LABELS = Path(__file__).with_name("topic_labels.tsv")
OWN = Path(__file__).parent / "data" / "topics" / "languages.ndjson"
ROUNDS = 3


def texts(files: Iterable[Path]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(id, title, body, url) of what the files have."""
    for file in files:
        if file.suffix == ".jsonl":
            rows = map(json.loads, file.read_text(encoding="utf-8").splitlines())
            yield from ((row["id"], {"body": row["text"]}) for row in rows)
        else:
            for id_, row in json.loads(file.read_text(encoding="utf-8")).items():
                title = row.get("headline") or row.get("title") or ""
                yield id_, {"title": title, "body": row["articleBody"], "url": row.get("url", "")}


def article(number: int, body: str, title: str = "", url: str = "") -> Article:
    return Article(
        id=f"{number:064x}", url=url, title=title, body=body, fetched_at=datetime.now(UTC), content_hash="",
        language=detect_language(f"{title}\n{body}", "en")[0], word_count=len(body.split()),
        source=Source(id="bench", name="bench", domain="news.example"),
    )  # fmt: skip


def row(name: str, pairs: list[tuple[set[str], set[str]]]) -> str:
    hits = sum(len(gold & found) for gold, found in pairs)
    precision = hits / max(1, sum(len(found) for _, found in pairs))
    recall = hits / max(1, sum(len(gold) for gold, _ in pairs))
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    return f"{name:45} {len(pairs):4} articles  P {precision:.3f}  R {recall:.3f}  F1 {f1:.3f}"


class Label(NamedTuple):
    """Codes of an article, the part it belongs to, and its codes at a second reading (empty: not read again)."""

    topics: set[str]
    part: str
    second: set[str]


def read_labels() -> dict[str, Label]:
    lines = (line for line in LABELS.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    rows = ((*line.split("\t"), "")[:4] for line in lines)
    return {id_: Label(codes(topics), part, codes(second)) for id_, topics, part, second in rows}


def codes(twos: str) -> set[str]:
    return {code(two) for two in twos.split()}


def quality(articles: dict[str, Article], labels: dict[str, Label]) -> None:
    groups: dict[str, list[tuple[set[str], set[str]]]] = defaultdict(list)
    for id_, one in articles.items():
        pair = (labels[id_].topics, set(media_topics(one)))
        part = f"part {labels[id_].part}"
        for group in ("all", part, f"{part}, {'English' if one.language == 'en' else 'other languages'}"):
            groups[group].append(pair)
        if labels[id_].second:
            groups["two readings of articles in part a"].append((labels[id_].topics, labels[id_].second))
    for name in sorted(groups):
        print(row(name, groups[name]))
    for two, name in NAMES.items():
        only = [(gold & {code(two)}, found & {code(two)}) for gold, found in groups["all"]]
        print(row(f"  {name}", [pair for pair in only if pair[0] or pair[1]]))


def languages(articles: dict[str, Article], labels: dict[str, Label]) -> None:
    """The languages that have a lexicon: articles of our own, and the labelled pages."""
    groups: dict[str, list[tuple[set[str], set[str]]]] = defaultdict(list)
    for number, line in enumerate(OWN.read_text(encoding="utf-8").splitlines()):
        own = json.loads(line)
        one = article(number, own["body"], own["title"])
        groups[f"made up, {own['language']}"].append((codes(" ".join(own["topics"])), set(media_topics(one))))
    for id_, one in articles.items():
        if lexicon(one.language) and one.language != "en":
            groups[f"pages, {one.language}"].append((labels[id_].topics, set(media_topics(one))))
    for name in sorted(groups):
        print(row(name, groups[name]))


def speed(articles: list[Article]) -> None:
    """Part of the service's time that goes to topics and keyphrases, in the same run."""
    models, spent = load_models("en_core_web_sm"), Counter[str]()
    for name in ("topics", "_keyphrases"):
        setattr(enriching, name, _timed(name, getattr(enriching, name), spent))
    for _ in range(ROUNDS):
        spent.clear()
        start = time.process_time()
        enrich(articles, models)
        whole = time.process_time() - start
        words = sum(one.word_count for one in articles)
        parts = "  ".join(f"{name.strip('_')} {seconds / whole:.1%}" for name, seconds in sorted(spent.items()))
        print(f"{words} words, {words / whole:.0f} words/s of CPU; of it {parts}")


def _timed(name: str, work: Any, spent: Counter[str]) -> Any:
    def timed(*given: Any) -> Any:
        start = time.process_time()
        result = work(*given)
        spent[name] += time.process_time() - start  # type: ignore[assignment]
        return result

    return timed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+")
    labels = read_labels()
    given = dict(texts(parser.parse_args().files))
    articles = {id_: article(n, **given[id_]) for n, id_ in enumerate(labels) if id_ in given}
    print(f"{len(articles)} of {len(labels)} labelled articles")
    quality(articles, labels)
    languages(articles, labels)
    speed([one for one in articles.values() if one.language == "en"][:91])


if __name__ == "__main__":
    main()
