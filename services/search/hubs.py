"""What the gateway does with the words of a hub: verifications, denials, pushes. Pure; the clock comes as `now`."""

import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from services.contracts.sources import SourceRecord
from services.contracts.websub import LEASE_S, LONGEST_LEASE_S, PATH, SHORTEST_LEASE_S, Subscription

DENIED_S = 24 * 3600.0
"""After a denial, until fetch asks again."""
PAUSE_S = 5.0
"""Least time between two polls that pushes ask for: many pushes within it are one."""
_SIGNATURE = re.compile(r"(sha1|sha256|sha384|sha512)=([0-9a-f]{40,128})", re.IGNORECASE | re.ASCII)
Status = Literal["subscribed", "waiting", "denied", "failing"]


def takes(subscription: Subscription, source: SourceRecord | None, base: str) -> bool:
    """Whether pushes of this subscription are wanted, as far as the gateway can tell."""
    ours = bool(base) and subscription.callback.startswith(base + PATH)
    return ours and subscription.mode == "subscribe" and source is not None and source.enabled


def verified(subscription: Subscription, lease_seconds: str | None, now: datetime) -> dict[str, Any]:
    """Fields to write when the hub verifies a subscription. A lease it does not name is the one that we asked for."""
    told = lease_seconds or ""
    lease_s = int(told) if re.fullmatch(r"[0-9]{1,18}", told) else LEASE_S
    lease_until = now + timedelta(seconds=min(max(lease_s, SHORTEST_LEASE_S), LONGEST_LEASE_S))
    held = subscription.model_copy(update={"verified_at": now, "lease_until": lease_until})
    return {
        "verified_at": now.isoformat(),
        "lease_until": lease_until.isoformat(),
        "due_at": held.look_at(now).isoformat(),
        "attempts": 0,
        "denied": None,
    }


def refused(reason: str, now: datetime) -> dict[str, Any]:
    """Fields to write when the hub denies a subscription."""
    due_at = now + timedelta(seconds=DENIED_S)
    return {
        "denied": " ".join(reason.split())[:300] or "no reason given",
        "lease_until": None,
        "due_at": due_at.isoformat(),
    }


def poll_at(source: SourceRecord, now: datetime) -> datetime:
    """When to poll after a push: at once, unless it was polled just now."""
    last = source.state.last_poll
    return max(now, last + timedelta(seconds=PAUSE_S)) if last else now


class Signature:
    """Checks a push against `X-Hub-Signature`, in pieces, so that nothing of a body need be kept.

    https://www.w3.org/TR/websub/#signature-validation
    """

    def __init__(self, header: str, secret: str) -> None:
        found = _SIGNATURE.fullmatch(header.strip())
        self._given = found[2].lower() if found else ""
        self._hmac = hmac.new(secret.encode(), digestmod=found[1].lower()) if found else None

    def feed(self, chunk: bytes) -> None:
        """The next piece of the body."""
        if self._hmac:
            self._hmac.update(chunk)

    @property
    def valid(self) -> bool:
        """Whether whoever sent this knows the secret."""
        return self._hmac is not None and hmac.compare_digest(self._hmac.hexdigest(), self._given)


def shown(subscription: Subscription, now: datetime) -> dict[str, Any]:
    """For the health of a source; never the callback and the secret."""
    names = ("hub", "topic", "requested_at", "lease_until", "last_push", "last_ignored")
    told: Mapping[str, Any] = subscription.model_dump(mode="json")
    error = f"the hub refuses: {subscription.denied}" if subscription.denied else subscription.last_error
    return {"status": _status(subscription, now), **{name: told[name] for name in names}, "last_error": error}


def _status(subscription: Subscription, now: datetime) -> Status:
    if subscription.alive(now):
        return "subscribed"
    if subscription.denied:
        return "denied"
    return "failing" if subscription.last_error else "waiting"
