"""Waiting until searches see articles that `news.indexed.v1` tells of: it tells of them up to a second before."""

import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime

import anyio

WITHIN_S = 5.0
"""Longest wait for Elasticsearch's own refresh; then one is asked for."""
LOOK_S = 0.3
_NEVER = datetime.min.replace(tzinfo=UTC)


async def until_visible(
    seen: Callable[[], Awaitable[Mapping[str, datetime]]],
    refresh: Callable[[], Awaitable[None]],
    wanted: Mapping[str, datetime],
    over: Callable[[], bool] = lambda: False,
) -> None:
    """Wait until `seen`, which asks for ids and when each was indexed, has what is `wanted` as it was told of, or it is
    `over`. What is not seen after a refresh was superseded or taken away. Raises what the callables raise."""
    until = time.monotonic() + WITHIN_S
    while not over():
        found = await seen()
        if all(found.get(identity, _NEVER) >= at for identity, at in wanted.items()):
            return
        if time.monotonic() > until:
            await refresh()
            return
        await anyio.sleep(LOOK_S)
