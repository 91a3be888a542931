"""Topics beside labels: micro-averaged precision, recall and F1, and what topics and keyphrases cost of enrichment.

    nice python benchmarks/bench_topics.py newswire-dev.jsonl newswire-train.jsonl ground-truth.json …

The texts are not in this repository: NDJSON lines `{"id", "text"}`, or JSON `{id: {"articleBody", "title", "url"}}`.
topic_labels.tsv has labels of 503 articles: 336 of world newswire (the dev part and each third of the train part of
stanfordnlp/en-worldwide-newswire), 71 of scrapinghub/article-extraction-benchmark, 96 test pages of flairNLP/fundus.
One annotator, a large language model, gave them from title and first 60 to 170 characters, before it saw what the
topics' model says; there is no second opinion. The parameters of the model were chosen on half a; half b was held out.
"""

import argparse
import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from services.clean.language import detect_language
from services.contracts.messages import Article, Source
from services.enrich import enrich as enriching
from services.enrich.enrich import enrich, load_models
from services.enrich.media_topics import NAMES, code, media_topics

LABELS = Path(__file__).with_name("topic_labels.tsv")
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


def quality(articles: dict[str, Article], labels: dict[str, tuple[set[str], str]]) -> None:
    groups: dict[str, list[tuple[set[str], set[str]]]] = defaultdict(list)
    for id_, one in articles.items():
        gold, half = labels[id_]
        pair = ({code(two) for two in gold}, set(media_topics(one)))
        for group in (
            "all",
            f"half {half}",
            f"half {half}, {'English' if one.language == 'en' else 'other languages'}",
        ):
            groups[group].append(pair)
    for name in sorted(groups):
        print(row(name, groups[name]))
    for two, name in NAMES.items():
        only = [({t for t in g if t == code(two)}, {t for t in f if t == code(two)}) for g, f in groups["all"]]
        print(row(f"  {name}", [pair for pair in only if pair[0] or pair[1]]))


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
    rows = [line.split("\t") for line in LABELS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    labels = {id_: (set(topics.split()), half) for id_, topics, half in rows}
    given = dict(texts(parser.parse_args().files))
    articles = {id_: article(n, **given[id_]) for n, id_ in enumerate(labels) if id_ in given}
    print(f"{len(articles)} of {len(labels)} labelled articles")
    quality(articles, labels)
    speed([one for one in articles.values() if one.language == "en"][:91])


if __name__ == "__main__":
    main()
