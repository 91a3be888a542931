"""The index stage beside `elasticsearch.helpers.parallel_bulk`, on the same documents, in the same run.

`make bench`, or `python benchmarks/bench_index.py [URL] [--rounds N] [--documents N] [--sizes 1,10,…]`. Both get the
documents from memory, in the same batches, and a batch is done before the next begins, as with a consumer that
acknowledges. Each measurement has indices of its own, made for it with the product's mapping and deleted after it. In
each round the two take turns, and who begins changes from round to round, so that a drift of the machine hits both.

`ours` is the stage's own code (`Indexer.articles`): from messages to documents, articles, and a journey for each of
them, which is sent only after its article is acknowledged. `helper` is fed the same documents, ready made: articles and
journeys, in one go, with the best of a grid of settings (threads × chunks, with orjson as serialiser), chosen for each
batch size before the rounds; both ask for the same little of each answer. The helper makes a pool of threads a batch,
which is a part of what it costs. The ratio is of speeds: over 1, and the stage is faster. The last ratio is the stage's
speed to that of a helper that writes the articles alone, half of the documents, with the same settings.
"""

import argparse
import asyncio
import gc
import random
import statistics
import sys
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import own_indices
import structlog
from elasticsearch import Elasticsearch, OrjsonSerializer, helpers

from services.contracts import indices
from services.contracts.messages import Enriched, Entity, Mention, Source
from services.contracts.urls import article_id
from services.index.bulk import FILTER
from services.index.document import to_document
from services.index.journeys import indexed_journey
from services.index.setup import ensure_indices
from services.index.stages import Indexer
from services.index.versions import article_version, journey_version
from services.runtime.elastic import async_client
from services.runtime.settings import Settings
from services.runtime.stage import Forward

SIZES = (1, 10, 100, 1000, 5000)
HEADER = " batch documents   ours/s helper/s  ratio: median (least to most)   articles alone helper's best"
THREADS, CHUNKS = (1, 2, 4), (10, 50, 200, 500, 1000)
AT = datetime(2026, 11, 1, tzinfo=UTC)
STEMS = ("harbour", "ferry", "council", "quay", "minister", "budget", "river", "bridge", "strike", "union", "school")
WORDS = tuple(stem + ending for stem in STEMS for ending in ("", "s", "ed", "ing"))


@dataclass(frozen=True)
class Work:
    """The documents of one batch size: as messages for us, as bulk actions for the helper."""

    size: int
    batches: list[list[Enriched]]

    @property
    def count(self) -> int:
        return sum(map(len, self.batches))

    def actions(self, settings: Settings, journeys: bool) -> list[list[dict[str, Any]]]:
        """The same documents, ready made, with the same versions."""
        articles = settings.name(indices.ARTICLES)
        made = [[_action(articles, article) for article in batch] for batch in self.batches]
        if journeys:
            index = settings.name(indices.JOURNEYS)
            for actions, batch in zip(made, self.batches, strict=True):
                actions += [_journey(index, article) for article in batch]
        return made


@dataclass(frozen=True)
class Setting:
    """Of parallel_bulk."""

    threads: int
    chunk: int
    journeys: bool = True


def main() -> int:
    options = _options()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    settings = Settings(_env_file=None, elasticsearch=options.url)
    dice = random.Random(7)
    print(HEADER)
    for size in options.sizes:
        work = make(size, min(options.documents, size * options.batches), dice)
        warm(settings, work)
        best = choose(settings, work)
        turns = [one_turn(settings, work, best, we_begin=turn % 2 == 0) for turn in range(options.rounds)]
        print(row(work, turns, best), flush=True)
    return 0


def one_turn(settings: Settings, work: Work, best: Setting, *, we_begin: bool) -> tuple[float, float, float]:
    """Seconds of the stage, of the helper, and of the helper with the articles alone, one right after the other."""
    alone = run_helper(settings, work, replace(best, journeys=False))
    if we_begin:
        ours = run_ours(settings, work)
        return ours, run_helper(settings, work, best), alone
    helper = run_helper(settings, work, best)
    return run_ours(settings, work), helper, alone


def row(work: Work, turns: list[tuple[float, float, float]], best: Setting) -> str:
    """A line of the table; speeds are in articles a second."""
    ours, helper, _ = (
        statistics.median(work.count / seconds for seconds in column) for column in zip(*turns, strict=True)
    )
    ratios = [theirs / mine for mine, theirs, _ in turns]
    spread = f"{statistics.median(ratios):5.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
    alone = statistics.median(theirs / mine for mine, _, theirs in turns)
    how = f"{best.threads} threads, chunks of {best.chunk}"
    return f"{work.size:>6} {work.count:>9} {ours:>8.0f} {helper:>8.0f}  {spread:<31} {alone:<15.2f}{how}"


def run_ours(settings: Settings, work: Work) -> float:
    """Seconds that the stage takes for all batches."""
    return asyncio.run(_ours(settings, work))


async def _ours(settings: Settings, work: Work) -> float:
    settings = settings.model_copy(update={"namespace": own_indices.namespace()})
    es = async_client(settings)
    try:
        await ensure_indices(es, settings)
        indexer = Indexer(es, settings)
        began = _begin()
        for batch in work.batches:
            outcomes = await indexer.articles(batch)
            if not all(isinstance(outcome, Forward) for outcome in outcomes):
                raise SystemExit("a document of the benchmark was refused")
        seconds = time.perf_counter() - began
        for name in (indices.ARTICLES, indices.JOURNEYS):
            await es.indices.refresh(index=settings.name(name))
            found = (await es.count(index=settings.name(name)))["count"]
            if found != work.count:
                raise SystemExit(f"{name}: {found} documents instead of {work.count}")
        return seconds
    finally:
        await own_indices.delete(es, settings)
        await es.close()


def run_helper(settings: Settings, work: Work, how: Setting) -> float:
    """Seconds that parallel_bulk takes for the same documents in the same batches."""
    settings = settings.model_copy(update={"namespace": own_indices.namespace()})
    asyncio.run(_prepare(settings))
    es = Elasticsearch(settings.es_url, serializers={"application/json": OrjsonSerializer()}, request_timeout=60)
    try:
        batches = work.actions(settings, how.journeys)
        began = _begin()
        for batch in batches:
            for done, item in helpers.parallel_bulk(
                es, batch, thread_count=how.threads, chunk_size=how.chunk, filter_path=FILTER
            ):
                if not done:
                    raise SystemExit(f"the helper could not write: {item}")
        return time.perf_counter() - began
    finally:
        asyncio.run(_clean(settings))
        es.close()


def _begin() -> float:
    """The time, once garbage collection leaves the documents in memory alone, which only the test keeps."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    return time.perf_counter()


def choose(settings: Settings, work: Work) -> Setting:
    """The fastest setting of the grid for this batch size; each is tried twice, the better time counts."""
    documents = 2 * work.size
    chunks = sorted({min(chunk, documents) for chunk in CHUNKS})
    grid = [Setting(threads, chunk) for threads, chunk in product(THREADS, chunks) if threads == 1 or chunk < documents]
    if len(grid) == 1:
        return grid[0]
    tried = {how: min(run_helper(settings, work, how) for _ in range(2)) for how in grid}
    return min(tried, key=lambda how: tried[how])


def warm(settings: Settings, work: Work) -> None:
    """One run of each that is not counted: the JVM compiles what is used often."""
    run_ours(settings, work)
    run_helper(settings, work, Setting(2, 500))


def make(size: int, count: int, dice: random.Random) -> Work:
    """`count` articles of 150 to 900 words in batches of `size`."""
    articles = [_article(number, dice) for number in range(count)]
    return Work(size, [articles[i : i + size] for i in range(0, count, size)])


def _article(number: int, dice: random.Random) -> Enriched:
    url = f"https://bench.example/{number}"
    body = " ".join(dice.choice(WORDS) for _ in range(dice.randrange(150, 900)))
    mentions = (Mention(start=0, end=5, text="Place"),)
    entities = tuple(
        Entity(id=f"place:p{n}", name=f"Place {n}", type="place", count=1, mentions=mentions)
        for n in dice.sample(range(500), 8)
    )
    return Enriched(
        id=article_id(url),
        url=url,
        title=" ".join(dice.choice(WORDS) for _ in range(9)),
        body=body,
        fetched_at=AT + timedelta(seconds=number),
        language="en",
        source=Source(id="bench", name="Bench", domain="bench.example"),
        word_count=body.count(" ") + 1,
        content_hash="0" * 64,
        entities=entities,
        models={"ner": "bench 1"},
    )


def _action(index: str, article: Enriched) -> dict[str, Any]:
    return _versioned(index, article.id, article_version(article.fetched_at), to_document(article, AT))


def _journey(index: str, article: Enriched) -> dict[str, Any]:
    version = journey_version(article.fetched_at, "indexed", article.revision)
    return _versioned(index, article.id, version, indexed_journey(article, AT))


def _versioned(index: str, id_: str, version: int, document: dict[str, Any]) -> dict[str, Any]:
    return {"_index": index, "_id": id_, "version": version, "version_type": "external", "_source": document}


async def _prepare(settings: Settings) -> None:
    es = async_client(settings)
    try:
        await ensure_indices(es, settings)
    finally:
        await es.close()


async def _clean(settings: Settings) -> None:
    es = async_client(settings)
    try:
        await own_indices.delete(es, settings)
    finally:
        await es.close()


def _sizes(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The index stage beside elasticsearch.helpers.parallel_bulk.")
    parser.add_argument("url", nargs="?", default="http://127.0.0.1:9200", help="Elasticsearch")
    parser.add_argument("--rounds", type=int, default=7, help="pairs of measurements for each batch size")
    parser.add_argument("--documents", type=int, default=5000, help="most documents of one measurement")
    parser.add_argument("--batches", type=int, default=100, help="most batches of one measurement")
    parser.add_argument("--sizes", type=_sizes, default=list(SIZES), help="batch sizes, separated by commas")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
