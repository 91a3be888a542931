"""Subscriptions to hubs (https://www.w3.org/TR/websub/), as the index `newsloom-websub` holds them. Pure.

Fetch asks hubs and writes what came of asking; the gateway answers hubs and writes what they told. What fetch expects
it writes before it asks, so that neither undoes the other's, also when a hub verifies before it has answered.
"""

import hashlib
import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field

from services.contracts.messages import Model, Utc
from services.contracts.sources import SourceRecord

PATH = "/v1/websub/"
"""Under the public address of the gateway, where hubs verify and push."""
LEASE_S = 10 * 24 * 3600
"""What we ask for; the hub decides."""
SHORTEST_LEASE_S, LONGEST_LEASE_S = 60, 365 * 24 * 3600
"""What is believed of a hub's word: a lease of seconds would have us ask without end."""
CHECK_S = 3600.0
"""Between two looks whether a subscription is still wanted."""
_RENEWED_AT = 0.75
KEY_DIGITS = 32
_IDENTITY = re.compile(r"[0-9a-f]{64}")
Offer = tuple[str, str]
"""A hub, and the topic to subscribe to there."""


class Subscription(Model):
    """One source's subscription to one topic at one hub."""

    source: str
    hub: str
    topic: str
    callback: str = Field(description="where the hub reaches us; unguessable, for the hub alone")
    secret: str = Field(description="what the hub signs with; shown to nobody else")
    mode: Literal["subscribe", "unsubscribe"] = Field(default="subscribe", description="what was asked for last")
    due_at: Utc = Field(description="when fetch looks at it next")
    requested_at: Utc | None = None
    attempts: int = Field(default=0, description="requests since the hub last verified one")
    last_error: str | None = Field(default=None, description="why the hub did not take the last request")
    verified_at: Utc | None = None
    lease_until: Utc | None = None
    denied: str | None = Field(default=None, description="the hub's reason, when it refused")
    last_push: Utc | None = None
    last_ignored: Utc | None = Field(default=None, description="the last push whose signature was wrong")

    @property
    def identity(self) -> str:
        """What the callback's address ends in."""
        return self.callback.rpartition("/")[2]

    @property
    def key(self) -> str:
        """Id of the document."""
        return self.identity[:KEY_DIGITS]

    def alive(self, now: datetime) -> bool:
        """Whether the hub pushes, as far as it said."""
        return self.lease_until is not None and now < self.lease_until

    def renew_at(self, now: datetime) -> datetime:
        """When to ask again: well before the lease ends; at once without one."""
        if self.lease_until is None or self.verified_at is None:
            return now
        return self.verified_at + _RENEWED_AT * (self.lease_until - self.verified_at)

    def look_at(self, now: datetime) -> datetime:
        """When fetch looks at it next, while there is nothing to ask for."""
        return min(self.renew_at(now), now + timedelta(seconds=CHECK_S))

    def wanted(self, source: SourceRecord | None, base: str) -> bool:
        """Whether `source` still is to be told of by this hub, at the public address `base`; empty: none is."""
        if not base or source is None or not source.enabled or not self.callback.startswith(base + PATH):
            return False
        return (self.hub, self.topic) in offers(source)


def offers(source: SourceRecord) -> set[Offer]:
    """What the lists of a source offered when last read."""
    return {(known.hub, known.topic) for known in source.state.validators if known.hub and known.topic}


def key_of(source: str, offer: Offer, base: str) -> str:
    """Id of the document: the same each time, so that nothing is subscribed to twice. It is no secret."""
    return hashlib.sha256("\n".join((source, *offer, base)).encode()).hexdigest()[:KEY_DIGITS]


def new_subscription(source: str, offer: Offer, base: str, now: datetime) -> Subscription:
    """One to be asked for at once, with 128 random bits in its address and 256 in its secret (64 bytes; the
    specification allows 199)."""
    callback = f"{base}{PATH}{key_of(source, offer, base)}{secrets.token_hex(16)}"
    hub, topic = offer
    return Subscription(
        source=source, hub=hub, topic=topic, callback=callback, secret=secrets.token_hex(32), due_at=now
    )


def key_within(identity: str) -> str | None:
    """The document's id, of what stands in the callback's address; None when that is none of ours."""
    return identity[:KEY_DIGITS] if _IDENTITY.fullmatch(identity) else None


def keys_of(source: str, wanted: Iterable[Offer], base: str) -> dict[Offer, str]:
    """Ids of the documents of these offers."""
    return {offer: key_of(source, offer, base) for offer in wanted}
