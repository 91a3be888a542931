"""4. Elasticsearch that answers 429 and 503, refuses a part of a request, or ends the connection after the write.

What may pass is tried again until it is written; only documents that can never be written are dead, with the reason.
"""

import asyncio
from dataclasses import dataclass

import pytest
from support.chaos import LONG, WRITTEN, Run, size
from support.checker import Expected
from support.httpfaults import Fault, Faulty
from support.messages import enriched
from support.processes import running

from services.contracts.messages import Enriched
from services.contracts.topics import ENRICHED
from services.runtime.publisher import Publisher


@dataclass(frozen=True)
class Size:
    """How many articles; every `bad_every`th can never be indexed."""

    pages: int
    bad_every: int
    limit_s: float


SIZE = size(short=Size(600, 50, 120), long=Size(5_000, 100, 1_200))
FAULTS = [
    Fault(0.05, whole=429),
    Fault(0.05, whole=503),
    Fault(0.20, items=0.3),
    Fault(0.05, items=1.0, statuses=(429,)),
    Fault(0.08, cut=True),
    Fault(0.05, items=0.2, cut=True),
]
pytestmark = [pytest.mark.stack, pytest.mark.timeout(1800 if LONG else 600)]


def test_only_bad_documents_die_of_bad_answers(run: Run) -> None:
    articles = [
        enriched(f"bulk-{n}", title=f"Mark zq41{n:05}", body=f"Report zq41{n:05} tells.") for n in range(SIZE.pages)
    ]
    bad = {a.id: a.to_json() for a in articles[:: SIZE.bad_every]}
    expected = {
        a.id: Expected(a.title.split()[1], "dead" if a.id in bad else "indexed", a.fetched_at) for a in articles
    }
    with Faulty(run.settings.es_url, run.seed, FAULTS, frozenset(bad)) as faulty:
        index = run.child("index", NEWSLOOM_ELASTICSEARCH=faulty.url, NEWSLOOM_BATCH="50")
        with running(index):
            asyncio.run(_publish(run, articles))
            drained = run.settle(SIZE.limit_s, WRITTEN)
            run.note(met=dict(faulty.met), drained_s=round(drained, 1))
            for fault in ("whole 429", "whole 503", "item 429", "item 503", "item 400", "cut after the write"):
                assert faulty.met[fault], f"no {fault} happened: {faulty.met}"
            run.judge(expected, bad)
            assert index.stop() == 0


async def _publish(run: Run, articles: list[Enriched]) -> None:
    async with Publisher(run.settings) as publisher:
        await publisher.send_all(ENRICHED, articles)
