"""Articles that `news.indexed.v1` tells of: waiting until searches see them, and which of them match."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from services.runtime.visible import until_visible
from services.search.params import FilterParams
from services.search.provider import Provider
from services.search.query import build_among, build_seen
from services.search.results import articles_of, times_of


async def visible(provider: Provider, wanted: Mapping[str, datetime], over: Callable[[], bool] = lambda: False) -> None:
    """Wait until searches see the articles `wanted` (ids, and when each was indexed), or it is `over`.

    Raises Unavailable.
    """

    async def seen() -> dict[str, datetime]:
        return times_of(await provider.search(build_seen(list(wanted))))

    await until_visible(seen, provider.refresh, wanted, over)


async def matching(provider: Provider, params: FilterParams, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Those of the articles `ids` that match, as in a result list, by id.

    Raises QueryError, ParameterError, Unavailable.
    """
    body = build_among(params, datetime.now(UTC), await provider.languages(), ids)
    return articles_of(await provider.search(body))
