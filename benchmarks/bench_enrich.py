"""Entities of the service beside plain pipelines': strict F1 and words a second of CPU, interleaved in one run.

    nice python benchmarks/bench_enrich.py DATA [--model en_newsloom_news] [--baseline en_core_web_sm] [--rounds 5]

DATA: NDJSON lines `{"text", "entities": [[start, end, "PER" | "ORG" | "LOC" | …], …]}`; other labels are left out on
both sides. A prediction counts when start, end and type are those of the gold. Our person is PER, organisation ORG,
place LOC; group (nationalities, faiths, members of parties) and the other types count as nothing, like NORP and the
rest of the plain pipeline's. Its spans are as it gives them, and once more with our trimming ("the", "'s").
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from services.contracts.messages import Article, Source
from services.enrich.enrich import enrich, load_models
from services.enrich.models import located
from services.enrich.spans import trim
from services.runtime.pool import CHUNK

OURS = {"person": "PER", "organisation": "ORG", "place": "LOC"}
PLAIN = {"PERSON": "PER", "ORG": "ORG", "GPE": "LOC", "LOC": "LOC", "FAC": "LOC"}
Spans = set[tuple[int, int, str]]


def article(number: int, text: str) -> Article:
    source = Source(id="bench", name="bench", domain="news.example")
    return Article(
        id=f"{number:064x}", url="https://news.example/a", title="", body=text, fetched_at=datetime.now(UTC),
        language="en", source=source, word_count=len(text.split()), content_hash="",
    )  # fmt: skip


def scores(gold: list[Spans], found: list[Spans], kind: str | None = None) -> tuple[float, float, float]:
    """Micro-averaged precision, recall and F1."""
    count: Counter[str] = Counter()
    for g, f in zip(gold, found, strict=True):
        g, f = ({s for s in spans if kind in (None, s[2])} for spans in (g, f))
        count.update(hit=len(g & f), gold=len(g), found=len(f))
    precision, recall = count["hit"] / max(1, count["found"]), count["hit"] / max(1, count["gold"])
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def trimmed(text: str, spans: Spans) -> Spans:
    return {(*edges, kind) for start, end, kind in spans if (edges := trim(text, start, end))}


def spacy_pipeline(name: str, whole: bool = False) -> Any:
    """The pipeline as spaCy runs it; its component `ner` alone, unless the whole is asked for."""
    # Here, so that services.enrich comes first, which sets the number of numpy's threads.
    import spacy

    nlp = spacy.load(located(name))
    if not whole:
        nlp.select_pipes(enable="ner")
    return nlp


def plain(nlp: Any, texts: Sequence[str]) -> list[Spans]:
    """What spaCy's pipeline `nlp` finds in each text."""
    docs = nlp.pipe(texts, batch_size=CHUNK)
    return [{(e.start_char, e.end_char, PLAIN[e.label_]) for e in doc.ents if e.label_ in PLAIN} for doc in docs]


def timed(work: Callable[[], list[Spans]]) -> tuple[float, list[Spans]]:
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--model", default="en_newsloom_news")
    parser.add_argument("--baseline", default="en_core_web_sm")
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    rows: list[dict[str, Any]] = [json.loads(line) for line in args.data.read_text(encoding="utf-8").splitlines()]
    gold = [{(s, e, t) for s, e, t in row["entities"] if t in OURS.values()} for row in rows]
    words = sum(len(row["text"].split()) for row in rows)
    articles = [article(i, row["text"]) for i, row in enumerate(rows)]
    models = load_models(args.model)
    pipelines = {f"{name}, NER only": spacy_pipeline(name) for name in (args.baseline, args.model)}
    pipelines[f"{args.baseline}, whole"] = spacy_pipeline(args.baseline, whole=True)
    texts = [row["text"] for row in rows]

    def component() -> list[Spans]:
        read = (names for i in range(0, len(texts), CHUNK) for names in models.readers["en"](texts[i : i + CHUNK]))
        return [{(start, end, PLAIN[label]) for start, end, label in names if label in PLAIN} for names in read]

    def ours() -> list[Spans]:
        done = [one for i in range(0, len(articles), CHUNK) for one in enrich(articles[i : i + CHUNK], models)]
        return [
            {(m.start, m.end, OURS[e.type]) for e in one.entities if e.type in OURS for m in e.mentions} for one in done
        ]

    sides = {name: partial(plain, nlp, texts) for name, nlp in pipelines.items()} | {
        f"{args.model}, our search": component,
        "newsloom enrich": ours,
    }
    times: dict[str, list[float]] = {name: [] for name in sides}
    found: dict[str, list[Spans]] = {}
    for _ in range(args.rounds):
        for name, work in sides.items():
            seconds, found[name] = timed(work)
            times[name].append(seconds)
    print(f"{len(rows)} articles, {words} words, {args.rounds} rounds, words a second of CPU (best round)")
    found |= {
        f"{name.split(',')[0]}, trimmed": [trimmed(row["text"], s) for row, s in zip(rows, found[name], strict=True)]
        for name in pipelines
        if "whole" not in name
    }
    for name in found:
        p, r, f1 = scores(gold, found[name])
        kinds = "  ".join(f"{k} {scores(gold, found[name], k)[2]:.3f}" for k in ("PER", "ORG", "LOC"))
        speed = f"{words / min(times[name]):7.0f} words/s" if name in times else " " * 15
        print(f"{name:28} {speed}  P {p:.3f}  R {r:.3f}  F1 {f1:.3f}  {kinds}")
    baseline, *others = times
    for name in others:
        ratios = sorted(b / o for b, o in zip(times[baseline], times[name], strict=True))
        print(f"speed of {name} to {baseline}, median over the rounds: {ratios[len(ratios) // 2]:.3f}")


if __name__ == "__main__":
    main()
