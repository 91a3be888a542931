"""Deliveries as Standard Webhooks wants them, so that receivers may verify them with a library of theirs. Pure.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import hashlib
import secrets
from datetime import datetime
from typing import Any

import orjson
from standardwebhooks import Webhook as Signer

from services.contracts.messages import Alert
from services.contracts.stamps import stamp

SECRET_BYTES = 32
_ARTICLE = ("id", "url", "title", "description", "language", "source", "published_at", "fetched_at", "indexed_at")


def new_secret() -> str:
    """A secret of 256 random bits, `whsec_` and base64."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def payload(alert: Alert) -> dict[str, Any]:
    """The body of a delivery: what happened, when, to what."""
    told = alert.model_dump(mode="json", by_alias=True)
    return {
        "type": "webhook.test" if alert.test else "article.matched",
        "timestamp": stamp(alert.indexed_at),
        "data": {
            "search": {"id": alert.search, "name": alert.search_name},
            "article": {name: told[name] for name in _ARTICLE},
        },
    }


def delivery_id(alert: Alert) -> str:
    """The same for every try, and on every replay, to tell one search of one version of one article."""
    told = f"{alert.search}:{alert.id}:{stamp(alert.fetched_at)}"
    return "msg_" + hashlib.sha256(told.encode()).hexdigest()[:32]


def signed(alert: Alert, secret: str, now: datetime) -> tuple[bytes, dict[str, str]]:
    """Body and headers of a delivery that is sent `now`, in UTC."""
    body = orjson.dumps(payload(alert))
    identity = delivery_id(alert)
    return body, {
        "Content-Type": "application/json",
        "webhook-id": identity,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Signer(secret).sign(identity, now, body.decode()),
    }
