"""Extraction against trafilatura's default, on a folder of corpora: quality by corpus and half, and pages a second.

usage: bench_extract.py FOLDER [--json OUT]

FOLDER holds corpora anywhere below: a `ground-truth.json` {id: {"articleBody", "url"?, "title"?, "date"?}} beside
`html/ID.html.gz`. Quality is the F1 of 4-word shingles as the article-extraction-benchmark reports it: the harmonic
mean of mean precision and mean recall over pages. The two systems take turns page by page in one process, so that other
load on the machine meets both; times are CPU seconds. What was chosen by looking was chosen on half A (ids whose
SHA-256 is even); half B is the honest figure.
"""

import argparse
import gzip
import hashlib
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from typing import Any

import trafilatura

from services.clean.extract import Finding, examine
from services.clean.limits import CleanLimits
from services.clean.words import bare
from services.contracts.messages import PageMessage

N = 4
FETCHED = datetime(2026, 12, 1, tzinfo=UTC)
NOWHERE = "https://page.invalid/without-address"
WARM_UP = 3

Item = dict[str, Any]


def ours(html: str, item: Item) -> tuple[str, Finding | None]:
    """Body, and what else was found."""
    page = PageMessage(url=item.get("url") or NOWHERE, html=html, fetched_at=FETCHED)
    found = examine(page, CleanLimits())
    return (found.body, found) if isinstance(found, Finding) else ("", None)


def trafilatura_default(html: str, _: Item) -> tuple[str, None]:
    """What its documentation shows first."""
    return trafilatura.extract(html) or "", None


SYSTEMS: dict[str, Callable[[str, Item], tuple[str, Finding | None]]] = {
    "newsloom": ours,
    "trafilatura": trafilatura_default,
}


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """Runs of four words; a shorter text is one run."""
    words = re.findall(r"\w+", text)
    if not words:
        return Counter()
    return Counter(zip(*(words[k:] for k in range(N)), strict=False)) or Counter([tuple(words)])


def page_score(gold: str, found: str) -> tuple[float | None, float | None]:
    """Precision and recall of a page; None where nothing was found, or nothing expected."""
    expected, given = shingles(gold), shingles(found)
    common = (expected & given).total()
    return (common / given.total() if given else None, common / expected.total() if expected else None)


def corpus_f1(scores: Iterable[tuple[float | None, float | None]]) -> float:
    """Harmonic mean of mean precision and mean recall."""
    pairs = list(scores)
    precision = mean(p for p, _ in pairs if p is not None)
    recall = mean(r for _, r in pairs if r is not None)
    return 2 * precision * recall / (precision + recall) if precision and recall else 0.0


def mean(values: Iterable[float]) -> float:
    """0 of nothing."""
    found = list(values)
    return sum(found) / len(found) if found else 0.0


def half(identity: str) -> str:
    return "AB"[int(hashlib.sha256(identity.encode()).hexdigest(), 16) % 2]


def measure(folder: Path) -> Item:
    """One corpus: each system's scores by page and CPU seconds, and hits of title and day where there is gold."""
    gold: dict[str, Item] = json.loads((folder / "ground-truth.json").read_text("utf-8"))
    pages = {
        i: gzip.decompress((folder / "html" / f"{i}.html.gz").read_bytes()).decode("utf-8", "replace") for i in gold
    }
    for identity in list(gold)[:WARM_UP]:
        for system in SYSTEMS.values():
            system(pages[identity], gold[identity])
    scores: dict[str, dict[str, tuple[float | None, float | None]]] = {name: {} for name in SYSTEMS}
    seconds = dict.fromkeys(SYSTEMS, 0.0)
    hits: Counter[str] = Counter()
    for identity, item in gold.items():
        for name, system in SYSTEMS.items():
            start = time.process_time()
            text, found = system(pages[identity], item)
            seconds[name] += time.process_time() - start
            scores[name][identity] = page_score(item.get("articleBody") or "", text)
            if found is not None and found.about is not None:
                hits += metadata_hits(item, found)
    return {"scores": scores, "seconds": seconds, "pages": len(gold), "hits": hits}


def metadata_hits(item: Item, found: Finding) -> Counter[str]:
    """Which of title, authors and day are right, of those the gold has."""
    about = found.about
    assert about is not None
    given = item.get("authors") or item.get("author") or []
    authors = {bare(name) for name in ([given] if isinstance(given, str) else given)}
    day, zone = gold_day(str(item.get("date") or item.get("published_at") or item.get("publishing_date") or ""))
    facts = {
        "title": (bool(item.get("title")), bare(found.title) == bare(str(item.get("title")))),
        "authors": (bool(authors), {bare(name) for name in about.authors} == authors),
        "day": (bool(day), about.published_at is not None and about.published_at.astimezone(zone).date() == day),
    }
    counted: Counter[str] = Counter()
    for name, (known, right) in facts.items():
        counted[f"{name} known"] += known
        counted[f"{name} right"] += known and right
    return counted


def gold_day(written: str) -> tuple[date | None, tzinfo]:
    """The day of the gold, in the time zone in which it is written: ours is in UTC, where a night is another day."""
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        return None, UTC
    return found.date(), found.tzinfo or UTC


def report(name: str, corpus: Item) -> Item:
    """Print one corpus; return its figures."""
    figures: Item = {"pages": corpus["pages"]}
    print(f"\n{name}: {corpus['pages']} pages")
    for system, scores in corpus["scores"].items():
        parts = {part: [s for i, s in scores.items() if part in ("all", half(i))] for part in ("all", "A", "B")}
        f1 = {part: round(corpus_f1(found), 4) for part, found in parts.items()}
        rate = corpus["pages"] / corpus["seconds"][system]
        figures[system] = {"f1": f1, "pages_per_cpu_second": round(rate, 2)}
        print(f"  {system:<12} F1 {f1['all']:.4f}  half A {f1['A']:.4f}  half B {f1['B']:.4f}  {rate:6.1f} pages/s")
    ratio = corpus["seconds"]["trafilatura"] / corpus["seconds"]["newsloom"]
    figures["speed_ratio"] = round(ratio, 2)
    print(f"  speed: {ratio:.2f} times trafilatura's")
    for fact in ("title", "authors", "day"):
        if known := corpus["hits"][f"{fact} known"]:
            figures[fact] = round(corpus["hits"][f"{fact} right"] / known, 4)
            print(f"  {fact} right: {figures[fact]:.3f} of {known}")
    return figures


def main() -> None:
    """Measure every corpus below the folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    arguments = parser.parse_args()
    corpora = sorted(path.parent for path in arguments.folder.rglob("ground-truth.json"))
    if not corpora:
        sys.exit(f"no ground-truth.json below {arguments.folder}")
    figures = {corpus.name: report(corpus.name, measure(corpus)) for corpus in corpora}
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
