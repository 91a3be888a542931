"""What learned furniture (services/clean/learned.py) is worth, and what it costs: before and after on the same pages.

usage: bench_learned.py FOLDER [--list]

Three measures, each with the memory empty at first and the pages of a host in order:

- real: whole articles that the feeds in FOLDER/feeds carry, hosts with at least 5 of them. There is no gold: `--list`
  prints the lines that were dropped, to be judged by eye.
- synthetic: corpora as bench_extract.py reads them have 3 pages of a host at most. So made-up hosts are dressed: PAGES
  real articles each (the gold), with lines that our extraction wrongly keeps of one real page at both ends, each line
  on 4 of 5 pages. F1 as in bench_extract.py.
- care: real articles with what recurs though it is the article's: background within the text and at its end, headings,
  quotes, one text under many addresses. Every line of these that goes is a loss.
"""

import argparse
import gzip
import html
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from bench_extract import corpus_f1, page_score, shingles

from services.clean.extract import Finding
from services.clean.learned import LONG, Extraction, extraction, host_of
from services.clean.limits import CleanLimits
from services.clean.sightings import Memory, recurring, with_article
from services.clean.words import bare, count_words, squeeze
from services.contracts.messages import PageMessage
from services.fetch.feeds import parse_feed
from services.fetch.listing import NotAFeed

FROM = datetime(2026, 11, 1, tzinfo=UTC)
LEAST, PAGES, HOSTS, ENDS = 5, 24, 20, 5
SEEN = 8
"""Pages after which a host counts as known."""
CARE = ((0.25, 0.15), (0.4, 0.3), (0.6, 0.4))
LIMITS = CleanLimits()


@dataclass(frozen=True)
class Gold:
    """A page of a corpus: its gold paragraphs, and the lines that are wrongly kept of its beginning and end."""

    title: str
    paragraphs: list[str]
    head: list[str] = field(default_factory=list)
    tail: list[str] = field(default_factory=list)


def learn(pages: Iterable[PageMessage]) -> Iterator[tuple[PageMessage, Extraction, Extraction]]:
    """Each page without and with what was learned from those before it."""
    memories: dict[str, Memory] = defaultdict(tuple)
    for page in pages:
        known = memories[host_of(page)]
        after = extraction(page, LIMITS, recurring(known))
        yield page, extraction(page, LIMITS, {}), after
        if after.seen:
            memories[after.host] = with_article(known, after.seen)


def dropped(made: Extraction) -> list[str]:
    """Lines that went since they recur."""
    found = made.found
    if not isinstance(found, Finding):
        return []
    return [line for line, why in zip(found.lines, found.reasons, strict=True) if (why or "").startswith("recurs in")]


def page_of(host: str, number: int, title: str, lines: Iterable[str]) -> PageMessage:
    name, text = html.escape(title), "".join(f"<p>{html.escape(line)}</p>" for line in lines)
    document = f"<html><head><title>{name}</title></head><body><article><h1>{name}</h1>{text}</article></body></html>"
    return PageMessage(
        url=f"https://{host}/{number}", title=title, html=document, fetched_at=FROM + timedelta(hours=number)
    )


def of_feeds(folder: Path) -> Iterator[PageMessage]:
    """Whole articles of the feeds, as fetch makes pages of them, oldest first."""
    for path in sorted(folder.iterdir()):
        try:
            feed = parse_feed(path.read_bytes(), None, "https://feeds.example/feed.xml", with_content=True)
        except NotAFeed:
            continue
        for item in sorted(feed.items, key=lambda item: item.published_at or FROM):
            if item.content_html:
                name = html.escape(item.title or "")
                text = f"<!doctype html><title>{name}</title><article><h1>{name}</h1>{item.content_html}</article>"
                yield PageMessage(url=item.url, html=text, fetched_at=item.published_at or FROM)


def real(folder: Path, show: bool) -> None:
    articles: Counter[str] = Counter()
    lines: dict[str, Counter[str]] = defaultdict(Counter)
    for _, _, after in learn(of_feeds(folder)):
        articles[after.host] += bool(after.seen)
        lines[after.host].update(dropped(after))
    hosts = {host for host, count in articles.items() if host and count >= LEAST}
    gone = {host: lines[host] for host in hosts if lines[host]}
    print(f"real: {len(hosts)} hosts with at least {LEAST} pages, {sum(articles[h] for h in hosts)} pages")
    times, different = sum(found.total() for found in gone.values()), sum(map(len, gone.values()))
    print(f"  {times} lines went, {different} different, of {len(gone)} hosts")
    for host in sorted(gone) if show else ():
        for line, times in gone[host].most_common():
            print(f"  {host} {times}/{articles[host]}: {line[:150]}")


def read(folder: Path) -> list[Gold]:
    """The corpora's articles, in an order that is the same each time."""
    found = {}
    for truth in sorted(folder.rglob("ground-truth.json")):
        for identity, item in json.loads(truth.read_text("utf-8")).items():
            paragraphs = [line for line in map(squeeze, (item["articleBody"] or "").split("\n")) if line]
            if not 150 <= count_words(" ".join(paragraphs)) <= 2000 or len(paragraphs) < 5:
                continue
            page = gzip.decompress((truth.parent / "html" / f"{identity}.html.gz").read_bytes())
            found[identity] = Gold(item.get("title") or paragraphs[0][:80], paragraphs, *_kept(page, item))
    return [found[identity] for identity in sorted(found)]


def _kept(page: bytes, item: dict[str, str]) -> tuple[list[str], list[str]]:
    """Lines that extraction keeps at the beginning and the end of the text and that the gold lacks."""
    message = PageMessage(url=item.get("url") or "https://page.invalid/a", html=page.decode("utf-8", "replace"))
    found = extraction(message, LIMITS, {}).found
    lines = found.body.split("\n\n") if isinstance(found, Finding) else []
    expected, text = shingles(item["articleBody"]), f" {bare(item['articleBody'])} "
    wrong = [not shingles(line) & expected and f" {bare(line)} " not in text for line in lines]
    ends = min(ENDS, len(lines) // 3)
    head = [line for line, is_wrong in zip(lines[:ends], wrong[:ends], strict=True) if is_wrong]
    return head, [line for line, is_wrong in zip(lines[-ends:], wrong[-ends:], strict=True) if is_wrong and ends]


def synthetic(golds: Sequence[Gold]) -> None:
    dice = random.Random(1)
    dresses = [gold for gold in golds if 2 <= len(gold.head) + len(gold.tail) <= 6]
    scores: dict[str, list[tuple[float | None, float | None]]] = defaultdict(list)
    lost: list[str] = []
    for number, dress in enumerate(islice(dresses, HOSTS)):
        wearers = dice.sample([gold for gold in golds if gold is not dress], PAGES)
        pages = []
        for at, gold in enumerate(wearers):
            head, tail = ([line for line in lines if dice.random() < 0.8] for lines in (dress.head, dress.tail))
            pages.append(page_of(f"host{number}.example", at, gold.title, [*head, *gold.paragraphs, *tail]))
        for at, (gold, (_, before, after)) in enumerate(zip(wearers, learn(pages), strict=True)):
            expected = "\n".join(gold.paragraphs)
            for name, one in (("before", before), ("after", after)):
                score = page_score(expected, one.found.body if isinstance(one.found, Finding) else "")
                for part in ("all", "known") if at >= SEEN else ("all",):
                    scores[f"{part} {name}"].append(score)
            lost += [line for line in dropped(after) if line in gold.paragraphs]
    print(f"synthetic: {min(HOSTS, len(dresses))} hosts with {PAGES} pages")
    for part, about in (("all", "all pages"), ("known", f"pages after the first {SEEN} of a host")):
        before, after = corpus_f1(scores[f"{part} before"]), corpus_f1(scores[f"{part} after"])
        print(f"  {about}: F1 {before:.4f} -> {after:.4f}")
    _losses(lost)


def care(golds: Sequence[Gold], background: float, closing: float) -> None:
    """Hosts of which that part of the articles share a paragraph within, and their last one."""
    dice = random.Random(2)
    lost: list[str] = []
    for number in range(HOSTS):
        story, other, *wearers = dice.sample(golds, PAGES + 2)
        shared, last = (_longest(gold, LONG if number % 2 else 1000) for gold in (story, other))
        pages = []
        for at, gold in enumerate(wearers):
            middle, lines = len(gold.paragraphs) // 2, list(gold.paragraphs)
            lines[middle:middle] = [shared] * (dice.random() < background) + ["What we know"]
            lines += [last] * (dice.random() < closing)
            pages.append(page_of(f"story{number}.example", at, gold.title, lines))
        pages += [page_of(f"story{number}.example", 1000 + n, story.title, story.paragraphs) for n in range(PAGES)]
        gone = {(page.title, line) for page, _, after in learn(pages) for line in dropped(after)}
        lost += [line for _, line in sorted(gone)]  # of all copies of an article once
    print(f"care: {HOSTS} hosts with {2 * PAGES} pages, {background:.0%} share background, {closing:.0%} an ending")
    _losses(lost)


def _longest(gold: Gold, most: int) -> str:
    """The longest of its paragraphs with fewer than `most` words."""
    return max((line for line in gold.paragraphs[1:] if count_words(line) < most), key=len, default=gold.paragraphs[1])


def _losses(lost: Sequence[str]) -> None:
    print(f"  lines of articles lost: {len(lost)}")
    for line, times in Counter(lost).most_common():
        print(f"    {times} times: {line[:150]}")


def main() -> None:
    """All three."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--list", action="store_true", help="print the lines that were dropped of real pages")
    arguments = parser.parse_args()
    real(arguments.folder / "feeds", arguments.list)
    golds = read(arguments.folder)
    synthetic(golds)
    for background, closing in CARE:
        care(golds, background, closing)


if __name__ == "__main__":
    main()
