"""Our feed parser beside feedparser, on the same feeds, in the same run.

`make bench-feeds DATA=DIR`, or `python benchmarks/bench_feeds.py DIR [--rounds N]`: DIR, or `feeds` in it, has feeds as
files. Both are handed the bytes and the address; feed by feed they take turns, and who begins changes from feed to
feed and from round to round. Measured is processor time, which other work on the machine disturbs less than the clock.

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
from services.fetch.listing import NotAFeed, absolute

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
    print("round  ours/s  feedparser/s  ratio")
    ratios = []
    for number in range(options.rounds):
        ours, theirs = _round(bodies, number)
        ratios.append(theirs / ours)
        print(f"{number + 1:5} {len(bodies) / ours:7.1f} {len(bodies) / theirs:13.2f} {ratios[-1]:6.1f}")
    print(f"ratio: median {statistics.median(ratios):.1f}, least {min(ratios):.1f}, most {max(ratios):.1f}")
    return 1 if missed else 0


def _round(bodies: list[bytes], number: int) -> tuple[float, float]:
    """Seconds of ours and of feedparser for all feeds."""
    spent: dict[Callable[[bytes], Any], float] = {_ours: 0.0, _theirs: 0.0}
    for turn, body in enumerate(bodies):
        for parse in (_ours, _theirs) if (turn + number) % 2 else (_theirs, _ours):
            began = time.process_time()
            parse(body)
            spent[parse] += time.process_time() - began
    return spent[_ours], spent[_theirs]


def _ours(body: bytes) -> set[str]:
    try:
        return {item.url for item in parse_feed(body, None, URL).items}
    except NotAFeed:
        return set()


def _theirs(body: bytes) -> set[str]:
    entries = feedparser.parse(io.BytesIO(body), response_headers={"content-location": URL}).entries
    return {link for link in (absolute(entry.get("link"), URL) for entry in entries) if link}


def _compare(bodies: list[bytes]) -> tuple[list[str], list[str]]:
    pairs = [(_ours(body), _theirs(body)) for body in bodies]
    return [u for ours, theirs in pairs for u in theirs - ours], [u for ours, theirs in pairs for u in ours - theirs]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
