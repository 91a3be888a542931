"""Looks for what grows faster than the page: CPU seconds of pages with n, 2n and 4n of one thing (families.py).

    PYTHONPATH=tests python -m support.fuzz.growth [--n 2000] [--limit 10] [FAMILY …]

Twice the size takes twice the time where all is linear; a step of more than STEEP is marked. No page is larger than the
service reads; a family ends at the first page that takes more than --limit seconds.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from types import FrameType
from typing import Any

from services.clean.app import warm
from services.clean.extract import extract
from services.clean.limits import CleanLimits
from services.contracts.messages import PageMessage
from support.fuzz.cases import FETCHED, URL
from support.fuzz.families import FAMILIES, Family, page_of

LIMITS = CleanLimits(min_words=0)
STEEP, LEAST_S = 2.8, 0.2


def seconds(html: str) -> float:
    """CPU seconds of extraction."""
    page = PageMessage(url=URL, html=html, fetched_at=FETCHED)
    start = time.process_time()
    extract(page, LIMITS)
    return time.process_time() - start


def calls(html: str) -> int:
    """How many functions extraction calls, Python's and C's: the same on every run and machine."""
    count = 0

    def called(_: FrameType, event: str, __: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    page, before = PageMessage(url=URL, html=html, fetched_at=FETCHED), sys.getprofile()
    sys.setprofile(called)
    try:
        extract(page, LIMITS)
    finally:
        sys.setprofile(before)
    return count


def times(family: Family, n: int, limit_s: float) -> Iterator[tuple[int, float]]:
    """Bytes and CPU seconds of pages with n, 2n and 4n."""
    for times in (1, 2, 4):
        html = page_of(family, n * times)
        if len(html) > LIMITS.max_page_bytes:
            return
        taken = seconds(html)
        yield len(html), taken
        if taken > limit_s:
            return


def main() -> None:
    """Report each family."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("families", nargs="*", metavar="FAMILY")
    parser.add_argument("--n", type=int, default=2000)
    parser.add_argument("--limit", type=float, default=10.0, metavar="SECONDS")
    args = parser.parse_args()
    warm()
    for name in args.families or FAMILIES:
        found = list(times(FAMILIES[name], args.n, args.limit))
        taken = [s for _, s in found]
        steps = [b / max(a, 1e-9) for a, b in pairwise(taken)]
        steep = taken[-1] > LEAST_S and steps and steps[-1] > STEEP
        shown = ", ".join(f"{size / 1e6:.2f} MB {s:.3f} s" for size, s in found)
        print(f"{'steep ' if steep else '      '} {name:26} {shown}", flush=True)


if __name__ == "__main__":
    main()
