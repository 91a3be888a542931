"""What to do about a subscription, and how to ask its hub. Pure."""

from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlencode

from services.contracts.sources import SourceRecord, SourceState
from services.contracts.websub import LEASE_S, Subscription
from services.fetch.rhythm import LONGEST, next_fixed

PAUSE_S, LONGEST_PAUSE_S = 60.0, 6 * 3600.0
"""After a request, until it is made again unless the hub verifies it; doubled with each."""
MOST_PATIENCE_S = 24 * 3600.0
"""Of a hub's Retry-After."""
GIVE_UP = 3
"""Requests to unsubscribe, after which a hub is left to find out by our answers (410)."""
Step = Literal["subscribe", "unsubscribe", "wait", "forget"]


def step(subscription: Subscription, wanted: bool, now: datetime) -> Step:
    """What its time has come for."""
    if wanted:
        renewed = subscription.mode == "subscribe" and subscription.alive(now) and now < subscription.renew_at(now)
        return "wait" if renewed else "subscribe"
    given_up = subscription.mode == "unsubscribe" and subscription.attempts >= GIVE_UP
    return "unsubscribe" if subscription.alive(now) and not given_up else "forget"


def asked(subscription: Subscription, mode: Literal["subscribe", "unsubscribe"], now: datetime) -> dict[str, Any]:
    """Fields to write before the hub is asked: it may verify before it has answered."""
    attempts = subscription.attempts + 1 if mode == subscription.mode else 1
    return {"mode": mode, "requested_at": now.isoformat(), "attempts": attempts, **put_off(attempts, 0.0, now)}


def put_off(attempts: int, least_s: float, now: datetime) -> dict[str, Any]:
    """When to ask again after so many requests; not before `least_s` have passed, as a hub may want, within a day."""
    wait_s = min(PAUSE_S * 2.0 ** min(attempts - 1, 20), LONGEST_PAUSE_S)
    return {"due_at": (now + timedelta(seconds=max(wait_s, min(least_s, MOST_PATIENCE_S)))).isoformat()}


def form(subscription: Subscription, mode: Literal["subscribe", "unsubscribe"]) -> bytes:
    """Body of the request (https://www.w3.org/TR/websub/#subscriber-sends-subscription-request).

    The secret goes to hubs without TLS too, beside the specification's advice: who reads along learns the callback's
    address as well, and could do no more with both than have us read a feed.
    """
    fields = {"hub.callback": subscription.callback, "hub.mode": mode, "hub.topic": subscription.topic}
    if mode == "subscribe":
        fields |= {"hub.lease_seconds": str(LEASE_S), "hub.secret": subscription.secret}
    return urlencode(fields).encode()


def relaxed(
    source: SourceRecord, state: SourceState, pushed: list[Subscription], shortest_s: float, now: datetime
) -> SourceState:
    """The state after a poll, `source.state` before it: polled as rarely as may be while hubs push all of its lists.

    Not when people set its interval, when it failed, and when the poll that a push asked for found nothing: the feed
    may have been served out of a cache that had not heard yet.
    """
    live = {(one.hub, one.topic) for one in pushed if one.alive(now)}
    told = {known.url for known in state.validators if (known.hub, known.topic) in live}
    before = source.state.last_poll
    pushes = [one.last_push for one in pushed if one.last_push]
    missed = state.found == source.state.found and any(before is None or before < push for push in pushes)
    if source.interval_s or state.failures or missed or not told >= set(source.lists):
        return state
    latest = next_fixed(shortest_s * LONGEST, 0, now)
    return state.model_copy(update={"next_poll": max(latest, state.next_poll or latest)})
