"""Our feed parser beside feedparser, on the same feeds, in the same run.

`make bench-feeds DATA=DIR`, or `python benchmarks/bench_feeds.py DIR [--rounds N]`: DIR, or `feeds` in it, has feeds as
files. All are handed the bytes and the address; feed by feed they take turns, feedparser between our two ways, so that
neither finds the feed in the processor's caches because of the other; which begins changes from feed to feed and from
round to round. Measured is processor time, which other work on the machine disturbs less than the clock.

- poll: what the poll of a followed feed makes of it: address, title, times, authors and language of every item, and
  the summary of the first, as one that is news; articles are left out (`full_text` is off).
- in full: the same with the summaries of all items, as the first poll has it.
- feedparser: its `parse()`, which makes all of it, and all articles, into HTML that is safe to show.

Then what each found is compared by address, after `absolute()`: what feedparser finds and we do not should be nothing.
An entry without an address is not counted on either side; two entries with the same one count once.
"""

import argparse
import io
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import feedparser

from services.fetch.feeds import parse_feed
from services.fetch.listing import Item, NotAFeed, absolute

URL = "https://feeds.example/feed.xml"


def main() -> int:
    options = _options()
    folder = options.data / "feeds" if (options.data / "feeds").is_dir() else options.data
    bodies = [path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()]
    if not bodies:
        print(f"{folder} has no files; give a folder with feeds", file=sys.stderr)
        return 2
    missed, more = _compare(bodies)
    print(f"{len(bodies)} feeds, {sum(map(len, bodies)) / 1e6:.1f} MB")
    print(f"items that feedparser finds and we do not: {len(missed)}; that only we find: {len(more)}")
    for url in (*missed[:10], *more[:10]):
        print(f"  {url}")
    print(f"feeds a second of processor time, and times feedparser's\nround {''.join(f'{name:>18}' for name in WAYS)}")
    rounds = [_round(bodies, number) for number in range(options.rounds)]
    for number, spent in enumerate(rounds, 1):
        rates = (f"{len(bodies) / s:10.1f} {spent['feedparser'] / s:5.1f} ×" for s in spent.values())
        print(f"{number:5} {''.join(rates)}")
    for name in ("poll", "in full"):
        ratios = [spent["feedparser"] / spent[name] for spent in rounds]
        print(f"{name}: median {statistics.median(ratios):.1f} ×, least {min(ratios):.1f}, most {max(ratios):.1f}")
    return 1 if missed else 0


def _round(bodies: list[bytes], number: int) -> dict[str, float]:
    """Seconds of each way for all feeds."""
    spent = dict.fromkeys(WAYS, 0.0)
    for turn, body in enumerate(bodies):
        for name in list(WAYS)[:: 1 if (turn + number) % 2 else -1]:
            began = time.process_time()
            WAYS[name](body)
            spent[name] += time.process_time() - began
    return spent


def _polled(body: bytes, summaries: int | None = 1) -> tuple[Item, ...]:
    """The items, after that many of their summaries were made; of all for None."""
    try:
        items = parse_feed(body, None, URL).items
    except NotAFeed:
        return ()
    for item in items[:summaries]:
        _ = item.summary
    return items


def _in_full(body: bytes) -> tuple[Item, ...]:
    return _polled(body, None)


def _theirs(body: bytes) -> list[Any]:
    entries: list[Any] = feedparser.parse(io.BytesIO(body), response_headers={"content-location": URL}).entries
    return entries


WAYS: dict[str, Callable[[bytes], Any]] = {"poll": _polled, "feedparser": _theirs, "in full": _in_full}


def _compare(bodies: list[bytes]) -> tuple[list[str], list[str]]:
    pairs = [
        (
            {item.url for item in _polled(body)},
            {link for entry in _theirs(body) if (link := absolute(entry.get("link"), URL))},
        )
        for body in bodies
    ]
    return [u for ours, theirs in pairs for u in theirs - ours], [u for ours, theirs in pairs for u in ours - theirs]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
