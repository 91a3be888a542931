"""What recurs over the articles of a host is the site's and not the article's, with care for what it may be instead.

Real articles repeat lines too: a paragraph of background in each report of one story, a heading over the same part of
every column. Such lines stand within the text. So there much more must speak for furniture than at its ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from services.clean.extract import Finding, examine, judge_finding
from services.clean.limits import CleanLimits
from services.clean.sentences import is_prose
from services.clean.sightings import LEAST, SHARE, WINDOW, Recurring, Sighting, key_of, sighting
from services.clean.words import count_words
from services.contracts.fates import Skip
from services.contracts.messages import Article, PageMessage
from services.contracts.urls import domain_of

MOST = 0.3
"""The part of a text, in words, that may go."""
SHORT, LONG = 5, 25
"""Words. A line of fewer than SHORT may be a heading; prose, and what has LONG, a paragraph that articles share."""
FEW = 2
"""Lines such as an author's name, which may follow furniture at the end; of a short text, a quarter of the lines."""
OFTEN, MOSTLY, NEARLY_ALWAYS, NEVER = (LEAST, SHARE), (8, 0.5), (12, 0.8), (WINDOW, 2.0)
"""In how many articles a line has to stand, and in which part of the host's recent ones."""


@dataclass(frozen=True)
class Extraction:
    """What was found on a page of `host`, what comes of it, how many lines were `dropped` since they recur, and what is
    to be remembered (None: the page is no article)."""

    found: Finding | Skip
    outcome: Article | Skip
    host: str = ""
    dropped: int = 0
    seen: Sighting | None = None


def host_of(page: PageMessage) -> str:
    """Whose lines the page's are; empty when its URL is none."""
    return domain_of(page.url)


def extraction(page: PageMessage, limits: CleanLimits, recurs: Recurring) -> Extraction:
    """`extract`, without the lines that recur on the page's host. Raises BadInput as it does."""
    found = examine(page, limits)
    if isinstance(found, Skip):
        return Extraction(found, found)
    host, keys = host_of(page), [key_of(line) for line in found.kept]
    left = without(found, keys, recurs, host, limits.min_words)
    outcome = judge_finding(page, left, limits)
    if isinstance(outcome, Skip):
        return Extraction(left, outcome, host)
    seen = sighting(int(outcome.fetched_at.timestamp()), outcome.id, outcome.fingerprint or (), keys)
    return Extraction(left, outcome, host, len(keys) - len(left.kept), seen)


def without(found: Finding, keys: Sequence[str], recurs: Recurring, host: str, min_words: int) -> Finding:
    """`found` without what is furniture among its kept lines, whose keys are `keys`.

    At most MOST of the text goes, and never so much that `min_words` are not left: the fate of a page does not hang
    on what was learned before.
    """
    kept = [at for at, reason in enumerate(found.reasons) if reason is None]
    lines = found.kept
    sizes = [count_words(line) for line in lines]
    spare = min(MOST * sum(sizes), sum(sizes) - min_words)
    reasons = list(found.reasons)
    marked = _furniture(lines, keys, sizes, recurs)
    for place in sorted(marked, key=lambda place: -recurs[keys[place]].articles):
        if sizes[place] <= spare:
            spare -= sizes[place]
            about = recurs[keys[place]]
            reasons[kept[place]] = f"recurs in {about.articles} of {about.of} articles of {host}"
    return replace(found, reasons=tuple(reasons)) if marked else found


def _furniture(lines: Sequence[str], keys: Sequence[str], sizes: Sequence[int], recurs: Recurring) -> list[int]:
    """The places of the lines that recur often enough for where they stand and what they may be instead."""
    own = [0, *accumulate(key not in recurs for key in keys)]
    few = min(FEW, len(keys) // 4)
    found = []
    for place, key in enumerate(keys):
        if key in recurs:
            before, after = own[place], own[-1] - own[place]
            articles, share = _need(lines[place], sizes[place], before == 0, after, few)
            if recurs[key].articles >= articles and recurs[key].share >= share:
                found.append(place)
    return found


def _need(line: str, size: int, begins: bool, after: int, few: int) -> tuple[int, float]:
    """What a line of `size` words needs. `begins`: none of the article's own lines is before it; `after`: so many are
    after it, of which `few` make it still the end.

    A heading has text after it, and background that articles share seldom is the first or last that they say.
    """
    if size < SHORT:
        return OFTEN if after == 0 else NEVER
    if size >= LONG or is_prose(line):
        return MOSTLY if begins or after == 0 else NEARLY_ALWAYS
    return OFTEN if begins or after <= few else MOSTLY
