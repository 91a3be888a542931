"""Known-item search: how high the gateway ranks the article that a query was made from, beside a plain multi_match.

    python benchmarks/bench_relevance.py [FILE…] [--elasticsearch URL] [--show N] [--embedding MODEL]

The archive is `seeds/pages` with all FILEs: NDJSON lines with `body` or `text`, and `title`, `language` and
`published_at` where they are known, as `newsloom extract` writes them. They are enriched and indexed by the product's
own code, in indices of their own that are deleted at the end. The queries are made of them by rule (known_items.py).

The gateway's side is what GET /v1/search does. The plain side is a multi_match over title and body as written, on the
same index, with the same filter by month. The figure is MRR@10 (https://trec.nist.gov/pubs/trec8/papers/qa_report.pdf).
With MODEL, a second line has the gateway's mode=hybrid beside its mode=keyword.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import own_indices
import structlog
from known_items import Item, items
from tqdm import tqdm

from services.contracts import indices
from services.contracts.messages import Article, Enriched, Source
from services.contracts.urls import article_id
from services.enrich.embed import embedded
from services.enrich.enrich import enrich, load_models
from services.index.setup import ensure_indices
from services.index.stages import Indexer
from services.runtime.elastic import async_client
from services.runtime.embedding.model import load_embedder
from services.runtime.settings import Settings
from services.search.hybrid import find_by_mode
from services.search.params import SearchParams
from services.search.provider import Provider
from services.search.query_embedder import QueryEmbedder
from services.search.times import parse_time

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SEEDS = Path(__file__).parents[1] / "seeds" / "pages"
TOP = 10
CHUNK = 50
Rank = int | None


def main() -> int:
    options = _options()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    rows = [*seeds(), *(json.loads(line) for file in options.files for line in file.open(encoding="utf-8"))]
    articles = [article(number, row) for number, row in enumerate(rows) if row.get("body") or row.get("text")]
    models = load_models(options.model)
    chunks = range(0, len(articles), CHUNK)
    enriched = [one for i in tqdm(chunks, "enrich", disable=None) for one in enrich(articles[i : i + CHUNK], models)]
    given = {"elasticsearch": options.elasticsearch, "embedding_model": options.embedding}
    if embedder := load_embedder(options.embedding):
        parts = tqdm(chunks, "embed", disable=None)
        enriched = [one for i in parts for one in embedded(enriched[i : i + CHUNK], embedder)]
    asyncio.run(compare(Settings(_env_file=None, **given), enriched, options.show))
    return 0


def seeds() -> list[dict[str, Any]]:
    """The pages of `seeds/` that are articles, as they should come out."""
    cases = [json.loads(path.read_text(encoding="utf-8"))["expected"] for path in sorted(SEEDS.glob("*/case.json"))]
    return [case for case in cases if case["fate"] == "indexed"]


def article(number: int, row: dict[str, Any]) -> Article:
    """An article of a line; one without a date is given one of the past two years, spread by its number."""
    url = f"https://bench.example/{number}"
    body = row.get("body") or row["text"]
    return Article(
        id=article_id(url),
        url=url,
        title=row.get("title") or "",
        description=row.get("description"),
        body=body,
        published_at=row.get("published_at") or NOW - timedelta(days=number * 7 % 730),
        fetched_at=NOW,
        language=row.get("language") or "en",
        source=Source(id="bench", name="Bench", domain="bench.example"),
        word_count=len(body.split()),
        content_hash="0" * 64,
    )


async def compare(settings: Settings, enriched: Sequence[Enriched], show: int) -> None:
    """Index, ask both sides everything, and print a line for each group of queries."""
    settings = settings.model_copy(update={"namespace": own_indices.namespace()})
    name = settings.name(indices.ARTICLES)
    es = async_client(settings)
    try:
        await ensure_indices(es, settings)
        await Indexer(es, settings).articles(enriched)
        await es.indices.refresh(index=name)
        provider, embedder = Provider(es, settings), QueryEmbedder(settings)
        print(
            f"{len(enriched)} articles; MRR@{TOP}\n{'queries':20} {'n':>5} {'gateway':>8} {'plain':>8}  higher, lower"
        )
        for group, asked in items(enriched).items():
            ours = [rank(await gateway(provider, embedder, item), item) for item in tqdm(asked, group, disable=None)]
            plain = [rank(await straight(es, name, item), item) for item in asked]
            print(row_of(group, ours, plain), flush=True)
            if embedder.on:
                both = [rank(await gateway(provider, embedder, item, "hybrid"), item) for item in asked]
                print(row_of("  hybrid : keyword", both, ours), flush=True)
            _show(asked, ours, plain, show)
    finally:
        await own_indices.delete(es, settings)
        await es.close()


async def gateway(provider: Provider, embedder: QueryEmbedder, item: Item, mode: str = "keyword") -> list[str]:
    """Ids as GET /v1/search ranks them."""
    given = {"q": item.query, "page_size": TOP, "from": item.month, "to": item.month, "mode": mode}
    answer = await find_by_mode(provider, embedder, SearchParams.model_validate(given), [], NOW)
    return [hit["id"] for hit in answer["articles"]]


async def straight(es: Any, index: str, item: Item) -> list[str]:
    """Ids as a plain multi_match ranks them."""
    month = [{"range": {"at": _span(item.month)}}] if item.month else []
    words = {"multi_match": {"query": item.query.replace('"', ""), "fields": ["title", "body"]}}
    answer = await es.search(index=index, query={"bool": {"must": [words], "filter": month}}, size=TOP, source=False)
    return [hit["_id"] for hit in answer["hits"]["hits"]]


def _span(month: str) -> dict[str, str]:
    return {"gte": parse_time(month, NOW, end=False).isoformat(), "lt": parse_time(month, NOW, end=True).isoformat()}


def rank(found: Sequence[str], item: Item) -> Rank:
    """The place of the article that was meant, from 1; None when it is not among them."""
    return found.index(item.id) + 1 if item.id in found else None


def row_of(group: str, ours: Sequence[Rank], plain: Sequence[Rank]) -> str:
    """One line of the table."""
    pairs = [(1 / a if a else 0, 1 / b if b else 0) for a, b in zip(ours, plain, strict=True)]
    mine, theirs = (sum(column) / max(1, len(pairs)) for column in zip(*pairs, strict=True)) if pairs else (0, 0)
    higher, lower = sum(a > b for a, b in pairs), sum(a < b for a, b in pairs)
    return f"{group:20} {len(pairs):>5} {mine:>8.3f} {theirs:>8.3f}  {higher}, {lower}"


def _show(asked: Sequence[Item], ours: Sequence[Rank], plain: Sequence[Rank], count: int) -> None:
    worse = [(i, a, b) for i, a, b in zip(asked, ours, plain, strict=True) if (b or TOP + 1) < (a or TOP + 1)]
    for item, mine, theirs in worse[:count]:
        print(f"    {mine} instead of {theirs}: {item.query!r} {item.month or ''} ({item.title})")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Known-item search, beside a plain multi_match.")
    parser.add_argument("files", nargs="*", type=Path, help="NDJSON of articles")
    parser.add_argument("--elasticsearch", default="http://127.0.0.1:9200", help="URL")
    parser.add_argument("--model", default="en_core_web_sm", help="spaCy's")
    parser.add_argument("--embedding", default="", help="model of hybrid search: a folder or a package")
    parser.add_argument("--show", type=int, default=0, help="so many queries of each group that the plain side wins")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
