"""One poll of one source: its lists read, what is new and what changed published, and the state to write down then."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

import structlog

from services.contracts.messages import PageMessage, UrlMessage
from services.contracts.sources import SourceRecord, SourceState
from services.fetch.adopt import look
from services.fetch.client import Fetcher
from services.fetch.leases import Leased, Leases
from services.fetch.lists import read_lists
from services.fetch.messages import messages
from services.fetch.moves import gone, moved, noticed
from services.fetch.novelty import Listed, candidates, changed, next_state
from services.fetch.rounds import begun, handed_on, listed_before
from services.fetch.websub import Pushed

Publish = Callable[[Sequence[UrlMessage | PageMessage]], Awaitable[None]]
log = structlog.get_logger()


class Reading:
    """What the polls of one worker have in common. Raises what its parts raise: a poll, or the part of it that is ours,
    is all or nothing."""

    def __init__(self, leases: Leases, fetcher: Fetcher, publish: Publish, pushed: Pushed, interval_s: float) -> None:
        self._leases = leases
        self._fetcher = fetcher
        self._publish = publish
        self._pushed = pushed
        self._interval_s = interval_s

    async def poll(self, held: Leased) -> SourceState:
        """Publish what is new; the state to write then."""
        source, error = (held.source, None) if held.source.lists else await self._adopt(held)
        where = source.home or source.id
        so_far = begun(source)
        listed, left = (
            ([Listed(where, error=error)], []) if error else await read_lists(source, so_far.left, self._fetcher)
        )
        every = [] if left else [*listed_before(so_far), *listed]
        source, listed = await self._settled(held, source, listed, every)
        unseen = candidates(listed, source.state)
        known = await self._leases.known(list(unseen))
        news = [item for key, item in unseen.items() if key not in known]
        again = changed(listed, source.state)
        if news or again:
            await self._publish(messages(source, [*news, *again], datetime.now(UTC)))
        if left:
            return handed_on(source, so_far, listed, left, len(news), len(again), datetime.now(UTC))
        found, anew = so_far.news + len(news), so_far.changed + len(again)
        state = next_state(source, [*listed_before(so_far), *listed], found, anew, datetime.now(UTC), self._interval_s)
        state = await self._pushed.after(source, state)
        told = {"new": found, "changed": anew, "error": state.last_error, "failures": state.failures}
        (log.info if any(told.values()) else log.debug)("polled", source=source.id, **told)
        return state

    async def _settled(
        self, held: Leased, source: SourceRecord, listed: list[Listed], every: list[Listed]
    ) -> tuple[SourceRecord, list[Listed]]:
        """The source and its lists at the addresses they moved to; switched off when `every` list is gone for good."""
        now = datetime.now(UTC)
        settled, renamed = moved(source, listed, now)
        if settled is not source and (other := await self._leases.followed(settled)):
            settled, renamed = noticed(source, f"moved to what is followed already, as {other}", now), listed
        settled = gone(settled, every, now)
        if settled.config() == source.config():
            return settled, renamed
        log.info("a source changed", source=source.id, notice=settled.state.notice)
        if await self._leases.describe(held, settled) is None:
            return source, listed  # people changed it meanwhile: the next poll sees both
        return settled, renamed

    async def _adopt(self, held: Leased) -> tuple[SourceRecord, str | None]:
        """The source with the lists found at its address, or why there are none."""
        found = await look(held.source, self._fetcher)
        if found.error:
            return held.source, found.error
        if other := await self._leases.followed(found.source):
            return held.source, f"what is there is followed already, as {other}"
        if await self._leases.describe(held, found.source) is None:
            return held.source, "it was changed while it was looked at, and will be looked at again"
        return found.source, None
