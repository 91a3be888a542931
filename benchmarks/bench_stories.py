"""Stories: are copies of one text put together, and accounts of one event, and nothing else?

    python benchmarks/bench_stories.py [FILE…] [--copies N]

Copies: each article of `seeds/pages` and of all FILEs (NDJSON as `newsloom extract` writes it) with N versions of it
that other newsrooms might have made (edits.py). Events: the accounts in data/events.yaml, among which other events have
the same people, places and subjects. All are put among the articles of the FILEs, given times at random within the
events' days. Pairs of one story are judged: precision, recall. The product's own functions decide, in memory; each
article has the candidates that Elasticsearch would give, and more: all that share a band, and all of the days around
that share a name.
"""

import argparse
import json
import random
import re
import sys
import time
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import chain, combinations, count
from pathlib import Path
from typing import Any

import yaml
from bench_relevance import CHUNK, article, seeds
from edits import taken_over
from tqdm import tqdm

from services.contracts.messages import Article, Enriched
from services.contracts.shingles import containment, fingerprint, shingles
from services.contracts.urls import article_id
from services.enrich.enrich import Models, enrich, load_models
from services.index.document import to_document
from services.index.stories.alike import EVENT_WITHIN, Link, link
from services.index.stories.grouping import Member, regroup
from services.index.stories.profile import Profile, profile_of

EVENTS = Path(__file__).parent / "data" / "events.yaml"
START = datetime(2026, 11, 2, tzinfo=UTC)
DAYS = timedelta(days=5)
TWICE = 0.8
Pair = tuple[str, str]


def main() -> int:
    options = _options()
    dice = random.Random(8)
    rows = [*seeds(), *(json.loads(line) for file in options.files for line in file.open(encoding="utf-8"))]
    given = [article(number, row) for number, row in enumerate(rows) if row.get("body") or row.get("text")]
    originals = _enriched(list(_once(given)))
    families = list(_copies(originals, options.copies, dice))
    _report("copies", [pair for family in families for pair in _pairs(family)], _profiles(chain(*families)))
    found = [_enriched(family) for family in _accounts()]
    accounts, together = list(chain(*found)), [pair for family in found for pair in _pairs(family)]
    _report("events", together, _profiles(accounts))
    noise = [one.model_copy(update={"published_at": START + DAYS * dice.random()}) for one in originals]
    _report("events among all", together, _profiles([*accounts, *noise]), shown=options.show, about=accounts)
    return 0


def _once(articles: Sequence[Article]) -> Iterator[Article]:
    """Without those whose text an earlier one has, for the most part: the files hold some twice."""
    known: dict[str, list[frozenset[str]]] = defaultdict(list)
    for one in articles:
        text, bands = shingles(one.body), fingerprint(one.body)
        if all(containment(text, other) < TWICE for band in bands for other in known[band]):
            yield one
        for band in bands:
            known[band].append(text)


def _copies(originals: Sequence[Enriched], each: int, dice: random.Random) -> Iterator[list[Enriched]]:
    for number, one in enumerate(originals):
        others = _paragraphs(dice.choice(originals).body)
        family = [one]
        for copy in range(each):
            body = "\n\n".join(taken_over(_paragraphs(one.body), dice, others))
            url = f"https://copy{copy}.example/{number}"
            family.append(one.model_copy(update={"id": article_id(url), "url": url, "body": body}))
        yield family


def _paragraphs(body: str) -> list[str]:
    found = [part for part in body.split("\n\n") if part.strip()]
    return found if len(found) > 2 else re.split(r"(?<=[.!?])\s+", body)


def _accounts() -> Iterator[list[Article]]:
    """The articles of events.yaml, an event a list."""
    numbers = count(1_000_000)
    for event in yaml.safe_load(EVENTS.read_text(encoding="utf-8")):
        rows = [{"language": "en", **event, **row} for row in event["accounts"]]
        times = [START + timedelta(hours=24 + row["hours"]) for row in rows]
        yield [
            article(next(numbers), row).model_copy(update={"published_at": at})
            for row, at in zip(rows, times, strict=True)
        ]


def _enriched(articles: Sequence[Article]) -> list[Enriched]:
    chunks = tqdm(range(0, len(articles), CHUNK), "enrich", disable=None)
    return [one for i in chunks for one in enrich(articles[i : i + CHUNK], _models())]


@cache
def _models() -> Models:
    return load_models("en_core_web_sm")


def _profiles(articles: Iterable[Enriched]) -> list[Profile]:
    return [replace(profile_of(to_document(one, START)), story=None) for one in articles]


def _report(
    name: str,
    together: Iterable[tuple[Article, Article]],
    profiles: Sequence[Profile],
    shown: int = 0,
    about: Sequence[Article] = (),
) -> None:
    right = {_pair(one.id, other.id) for one, other in together}
    only = {one.id for one in about}
    began = time.process_time()
    links = list(_links(profiles))
    members = {p.id: Member(p.id, p.at, None) for p in profiles}
    stories = {**{p.id: p.id for p in profiles}, **regroup(members, links)}
    took = time.process_time() - began
    made = {_pair(*pair) for pair in _within(stories)}
    ours = {pair for pair in made if not only or only & set(pair)}
    hit = len(ours & right)
    print(
        f"{name}: {len(profiles)} articles, {len(right)} pairs; precision {_share(hit, len(ours))}, "
        f"recall {_share(hit, len(right))}; {len(made - ours)} pairs besides; {took / len(profiles) * 1e3:.1f} ms each",
        flush=True,
    )
    titles = {p.id: p.title or p.body[:80] for p in profiles}
    for what, pairs in (("joined", made - right), ("apart", right - made)):
        for one, other in sorted(pairs)[:shown]:
            print(f"    {what}: {titles[one]} | {titles[other]}")


def _links(profiles: Sequence[Profile]) -> Iterator[Link]:
    known = {profile.id: profile for profile in profiles}
    for one, other in _sharing_a_band(profiles) | _sharing_a_name(profiles):
        if found := link(known[one], known[other]):
            yield found


def _sharing_a_band(profiles: Sequence[Profile]) -> set[Pair]:
    by_band: dict[str, list[str]] = defaultdict(list)
    for profile in profiles:
        for band in profile.fingerprint:
            by_band[band].append(profile.id)
    return {_pair(*pair) for ids in by_band.values() for pair in _pairs(ids)}


def _sharing_a_name(profiles: Sequence[Profile]) -> set[Pair]:
    """Of articles at most EVENT_WITHIN apart."""
    found, recent = set(), deque[Profile]()
    for profile in sorted(profiles, key=lambda p: p.at):
        while recent and profile.at - recent[0].at > EVENT_WITHIN:
            recent.popleft()
        found |= {_pair(profile.id, r.id) for r in recent if not profile.entities.keys().isdisjoint(r.entities)}
        recent.append(profile)
    return found


def _within(stories: Mapping[str, str]) -> Iterator[Pair]:
    groups: dict[str, list[str]] = defaultdict(list)
    for id_, story in stories.items():
        groups[story].append(id_)
    for group in groups.values():
        yield from _pairs(group)


def _pair(one: str, other: str) -> Pair:
    return (one, other) if one < other else (other, one)


def _pairs(items: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    return combinations(items, 2)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f} ({part} of {whole})" if whole else "-"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    parser.add_argument("--copies", type=int, default=3, help="versions of each article (default: 3)")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print up to N wrong pairs")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
