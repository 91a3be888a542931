"""Sources with what came of them: how many articles, and when."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.contracts.sources import SourceRecord
from services.search.hubs import shown
from services.search.sources import activity_of, build_activity, no_activity, source_of
from services.search.state import State


async def watched(state: State, found: Sequence[SourceRecord], now: datetime) -> list[dict[str, Any]]:
    """The API's sources, in the order given. Raises Unavailable."""
    if not found:
        return []
    answer = await state.provider.search(build_activity([source.id for source in found], now))
    activity = activity_of(answer, now)
    pushes = await state.callbacks.of([source.id for source in found]) if state.settings.websub_url else {}
    told = {source: [shown(mine, now) for mine in those] for source, those in pushes.items()}
    return [source_of(source, activity.get(source.id, no_activity(now)), told.get(source.id, [])) for source in found]
