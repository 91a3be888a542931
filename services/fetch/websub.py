"""Keeps the subscriptions to the hubs of feeds: asked for, renewed, and given up when nobody wants them any more.

Beside polling, and not within it: a hub that is slow or down holds up no news, and sources that are switched off or
gone, which nobody polls, are unsubscribed all the same.
"""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal

import structlog
from elasticsearch import ApiError, AsyncElasticsearch, TransportError

from services.contracts.sources import SourceRecord, SourceState
from services.contracts.websub import keys_of, new_subscription, offers
from services.fetch.asking import asked, form, put_off, relaxed, step
from services.fetch.client import Fetcher
from services.fetch.subscriptions import Held, Subscriptions
from services.runtime.errors import Unavailable
from services.runtime.settings import Settings
from services.runtime.web.errors import FetchError, TooLarge

LOOK_S = 5.0
AT_ONCE = 32
ASK_S = 20.0
NOBODYS = -1
"""Hubs are asked by whichever worker looks after the subscription (Limits.home)."""
MAX_ANSWER_BYTES = 64 * 1024
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
log = structlog.get_logger()


class Pushed:
    """What the poller has to do with hubs."""

    def __init__(self, es: AsyncElasticsearch, settings: Settings) -> None:
        self._subscriptions = Subscriptions(es, settings)
        self._base = settings.websub_url
        self._shortest_s = settings.poll_interval_s

    async def after(self, source: SourceRecord, state: SourceState) -> SourceState:
        """Have what the lists of a polled source offer be subscribed to; its state, to be polled rarely once it is."""
        offered = offers(source.model_copy(update={"state": state}))
        if not (self._base and source.enabled and offered):
            return state
        now = datetime.now(UTC)
        keys = keys_of(source.id, offered, self._base)
        known = await self._subscriptions.some(keys.values())
        for offer, key in keys.items():
            if key not in known:
                await self._subscriptions.add(key, new_subscription(source.id, offer, self._base, now))
        return relaxed(source, state, list(known.values()), self._shortest_s, now)


class Keeper:
    """Looks after the subscriptions that are due; several workers may."""

    def __init__(self, es: AsyncElasticsearch, settings: Settings, fetcher: Fetcher) -> None:
        self._subscriptions = Subscriptions(es, settings)
        self._base = settings.websub_url
        self._fetcher = fetcher
        self._limits = replace(
            fetcher.limits,
            total_s=ASK_S,
            max_bytes=MAX_ANSWER_BYTES,
            max_wire_bytes=MAX_ANSWER_BYTES,
            home=NOBODYS,
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Look until `stop` is set. Nothing that goes wrong ends it: it is logged, and tried again."""
        while not stop.is_set():
            try:
                await self.look()
            except (ApiError, TransportError, Unavailable) as error:
                log.warning("subscriptions can not be read or written", error=str(error))
            except Exception:
                log.exception("looking after subscriptions failed")
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_S)

    async def look(self) -> None:
        """Do what is due."""
        due = await self._subscriptions.due(datetime.now(UTC), AT_ONCE)
        sources = await self._subscriptions.sources({held.subscription.source for held in due})
        tended = (self._tend(held, sources.get(held.subscription.source)) for held in due)
        for outcome in await asyncio.gather(*tended, return_exceptions=True):
            if outcome is not None:  # one that failed does not cut the others short
                raise outcome

    async def _tend(self, held: Held, source: SourceRecord | None) -> None:
        now, mine = datetime.now(UTC), held.subscription
        if source and source.state.lease_until and now < source.state.lease_until:
            return  # in a poll, which writes what its lists offer at its end
        match step(mine, mine.wanted(source, self._base), now):
            case "wait":
                await self._subscriptions.claim(held, {"due_at": mine.look_at(now).isoformat()})
            case "forget":
                await self._subscriptions.forget(held)
            case mode:
                await self._ask(held, mode, now)

    async def _ask(self, held: Held, mode: Literal["subscribe", "unsubscribe"], now: datetime) -> None:
        fields = asked(held.subscription, mode, now)
        if not await self._subscriptions.claim(held, fields):
            return
        mine = held.subscription
        told = {"source": mine.source, "hub": mine.hub, "mode": mode}
        try:
            with suppress(TooLarge):  # after a status that says it was taken
                await self._fetcher.post(mine.hub, form(mine, mode), _FORM, self._limits)
        except FetchError as error:
            log.warning("a hub did not take a request", **told, error=str(error))
            outcome = {"last_error": str(error)[:2000]}
            if error.retry_after_s:
                outcome |= put_off(fields["attempts"], error.retry_after_s, now)
            await self._subscriptions.note(held.key, outcome)
            return
        log.info("a hub was asked", **told)
        await self._subscriptions.note(held.key, {"last_error": None})
