"""Articles that `news.indexed.v1` tells of: waiting until searches see them, and which of them match."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import anyio

from services.search.params import FilterParams
from services.search.provider import Provider
from services.search.query import build_among, build_seen
from services.search.results import articles_of, times_of

WITHIN_S = 5.0
"""Longest wait for Elasticsearch's own refresh; then one is asked for."""
LOOK_S = 0.3
_NEVER = datetime.min.replace(tzinfo=UTC)


async def visible(provider: Provider, wanted: Mapping[str, datetime], over: Callable[[], bool] = lambda: False) -> None:
    """Wait until searches see the articles `wanted` (ids, and when each was indexed) as they were told of, or it is
    `over`. What is not seen after a refresh was superseded or taken away. Raises Unavailable."""
    until = time.monotonic() + WITHIN_S
    while not over():
        seen = times_of(await provider.search(build_seen(list(wanted))))
        if all(seen.get(identity, _NEVER) >= at for identity, at in wanted.items()):
            return
        if time.monotonic() > until:
            await provider.refresh()
            return
        await anyio.sleep(LOOK_S)


async def matching(provider: Provider, params: FilterParams, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Those of the articles `ids` that match, as in a result list, by id.

    Raises QueryError, ParameterError, Unavailable.
    """
    body = build_among(params, datetime.now(UTC), await provider.languages(), ids)
    return articles_of(await provider.search(body))
