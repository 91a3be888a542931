"""The gateway beside the same Elasticsearch queries sent straight by elasticsearch-py, in one run.

    python benchmarks/bench_search.py [--articles 100000] [--clients 20] [--requests 400] [--rounds 7] [--keep NAME]

Articles are made up: words by Zipf's law, so that queries of two or three words meet some and not all. They are indexed
by the product's own code. Then, in each round, the clients ask the gateway (a process of its own, as `newsloom run
search` starts it) and Elasticsearch the same searches; who begins changes from round to round. Both sides ask over
aiohttp from this process and read the JSON of the answer, neither compressed, as elasticsearch-py does by default;
straight, the query is what the gateway would have built, ready made. Throughput is compared by round, latency over all
rounds. Then suggestions are asked for as somebody types, one after the other. At the end everything is exported once,
with the gateway's memory sampled. `--keep` uses an archive that is there, or keeps the new one under that name.
"""

import argparse
import asyncio
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
import orjson
import own_indices
import psutil
import structlog
from elasticsearch import AsyncElasticsearch
from made_up import AT, article, search_params, word
from tqdm import tqdm

from services.contracts import indices
from services.index.setup import ensure_indices
from services.index.stages import Indexer
from services.runtime.elastic import async_client
from services.runtime.settings import Settings
from services.search.params import SearchParams
from services.search.provider import Provider
from services.search.query import build_query

BATCH = 1000
READY_LIMIT_S = 60
Ask = Callable[[int], Awaitable[int]]


def main() -> int:
    options = _options()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    namespace = options.keep or own_indices.namespace()
    http = f"127.0.0.1:{options.port}"
    settings = Settings(_env_file=None, elasticsearch=options.elasticsearch, namespace=namespace, http=http)
    asyncio.run(compare(settings, options))
    return 0


async def compare(settings: Settings, options: argparse.Namespace) -> None:
    """Fill, ask, export, and print what was measured."""
    es = async_client(settings)
    try:
        await fill(es, settings, options.articles)
        with gateway(settings) as process:
            base = "http://{}:{}".format(*settings.gateway)
            async with aiohttp.ClientSession(base, headers={"Accept-Encoding": "identity"}) as session:
                await until_ready(session, process)
                # By default it has ten connections, for which the clients wait in no order: some for seconds.
                async with AsyncElasticsearch(settings.es_url, connections_per_node=options.clients) as direct:
                    await load(direct, session, settings, options)
                await suggest(session, options.requests)
                await export(session, process, options.articles)
    finally:
        if not options.keep:
            await own_indices.delete(es, settings)
        await es.close()


async def fill(es: AsyncElasticsearch, settings: Settings, count: int) -> None:
    """`count` articles, unless they are there."""
    await ensure_indices(es, settings)
    name = settings.name(indices.ARTICLES)
    await es.indices.refresh(index=name)
    if (await es.count(index=name))["count"] == count:
        return
    indexer, dice = Indexer(es, settings), random.Random(7)
    for start in tqdm(range(0, count, BATCH), "index", unit_scale=BATCH, unit=" articles", disable=None):
        await indexer.articles([article(n, dice) for n in range(start, min(start + BATCH, count))])
    await es.indices.refresh(index=name)


async def load(
    es: AsyncElasticsearch, session: aiohttp.ClientSession, settings: Settings, o: argparse.Namespace
) -> None:
    """Both sides in turns; prints throughput by round and latency over all."""
    asked = [search_params(random.Random(n)) for n in range(o.requests)]
    languages = await Provider(es, settings).languages()
    bodies = [build_query(SearchParams.model_validate(one), AT, languages) for one in asked]
    paths = ["/v1/search?" + urlencode(one, doseq=True) for one in asked]
    name = settings.name(indices.ARTICLES)

    async def through(number: int) -> int:
        async with session.get(paths[number]) as answer:
            answer.raise_for_status()
            return len(orjson.loads(await answer.read())["articles"])

    async def straight(number: int) -> int:
        return len((await es.search(index=name, body=bodies[number]))["hits"]["hits"])

    sides: dict[str, Ask] = {"gateway": through, "straight": straight}
    speeds: dict[str, list[float]] = {side: [] for side in sides}
    waits: dict[str, list[float]] = {side: [] for side in sides}
    for turn in range(-1, o.rounds):  # the first warms both up
        found: dict[str, list[int]] = {}
        for side in sorted(sides, reverse=bool(turn % 2)):
            seconds, took, found[side] = await ask_all(sides[side], o.requests, o.clients)
            if turn >= 0:
                speeds[side].append(o.requests / seconds)
                waits[side] += took
        if found["gateway"] != found["straight"]:
            raise SystemExit("the two sides found different numbers of articles")
    _print_load(speeds, waits, sum(found["gateway"]) / o.requests)


def _print_load(speeds: dict[str, list[float]], waits: dict[str, list[float]], hits: float) -> None:
    print(f"{'':10} searches/s   p50 ms   p95 ms   ({hits:.1f} hits each)")
    for side, took in waits.items():
        p50, p95 = (statistics.quantiles(took, n=100)[n - 1] * 1000 for n in (50, 95))
        print(f"{side:10} {statistics.median(speeds[side]):>10.1f} {p50:>8.1f} {p95:>8.1f}")
    ratios = [a / b for a, b in zip(speeds["gateway"], speeds["straight"], strict=True)]
    print(f"throughput, gateway to straight: {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")


async def suggest(session: aiohttp.ClientSession, count: int) -> None:
    """Suggestions for `count` words that somebody begins to type; prints how long they took."""

    async def ask(number: int) -> int:
        dice = random.Random(number)
        typed = word(dice, least=40)[: dice.randint(1, 6)]
        async with session.get("/v1/suggest?" + urlencode({"q": typed})) as answer:
            answer.raise_for_status()
            return len(await answer.read())

    await ask_all(ask, count, 1)  # warms up
    _, took, _ = await ask_all(ask, count, 1)
    p50, p95 = (statistics.quantiles(took, n=100)[n - 1] * 1000 for n in (50, 95))
    print(f"suggestions, one at a time: p50 {p50:.1f} ms, p95 {p95:.1f} ms")


async def ask_all(ask: Ask, count: int, clients: int) -> tuple[float, list[float], list[int]]:
    """Seconds for all requests, the seconds of each, and what each found; `clients` at a time."""
    todo = iter(range(count))
    took, found = [0.0] * count, [0] * count

    async def client() -> None:
        for number in todo:
            began = time.perf_counter()
            found[number] = await ask(number)
            took[number] = time.perf_counter() - began

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    return time.perf_counter() - began, took, found


async def export(session: aiohttp.ClientSession, process: subprocess.Popen[bytes], count: int) -> None:
    """Read everything through GET /v1/export; prints the gateway's memory before, early on, and at most."""
    watched = psutil.Process(process.pid)
    before, seen, lines, size = watched.memory_info().rss, [], 0, 0
    async with session.get("/v1/export", timeout=aiohttp.ClientTimeout(total=1800)) as answer:
        answer.raise_for_status()
        async for chunk in answer.content.iter_chunked(1 << 20):
            lines += chunk.count(b"\n")
            size += len(chunk)
            seen.append((lines, watched.memory_info().rss))
    if lines != count:
        raise SystemExit(f"the export has {lines} of {count} articles")
    early, most = max(rss for at, rss in seen if at <= count / 10), max(rss for _, rss in seen)
    megabytes = " / ".join(f"{rss / 1e6:.0f}" for rss in (before, early, most))
    print(f"export of {lines:,} articles, {size / 1e6:,.0f} MB: memory before / first tenth / at most, MB: {megabytes}")


@contextmanager
def gateway(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """`newsloom run search` as a process of its own, stopped at the end."""
    own = {"ELASTICSEARCH": settings.elasticsearch, "NAMESPACE": settings.namespace, "HTTP": settings.http}
    environment = {**os.environ, **{f"NEWSLOOM_{name}": str(value) for name, value in own.items()}}
    command = [str(Path(sys.executable).with_name("newsloom")), "run", "search"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


async def until_ready(session: aiohttp.ClientSession, process: subprocess.Popen[bytes]) -> None:
    """Wait until the gateway answers."""
    deadline = time.monotonic() + READY_LIMIT_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            async with session.get("/v1/search?page_size=1") as answer:
                if answer.status == 200:
                    return
        except aiohttp.ClientConnectionError:
            pass
        await asyncio.sleep(0.2)
    raise SystemExit("the gateway did not start; is its port taken? (--port)")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The gateway beside the same queries sent straight to Elasticsearch.")
    parser.add_argument("--elasticsearch", default="http://127.0.0.1:9200", help="URL")
    parser.add_argument("--port", type=int, default=8765, help="of the gateway, on 127.0.0.1")
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--clients", type=int, default=20, help="at a time")
    parser.add_argument("--requests", type=int, default=400, help="of each side in each round")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--keep", default="", help="namespace of an archive that is kept for the next run")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
