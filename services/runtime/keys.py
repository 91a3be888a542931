"""API keys: how they are made, what they may do, and the index that holds their hashes.

A key is 256 random bits, so one round of SHA-256 hides it: there is nothing to guess that a slow hash would slow down.
"""

import hashlib
import secrets
from datetime import datetime
from typing import Any, Literal

from elasticsearch import Elasticsearch, NotFoundError
from elasticsearch.helpers import scan

from services.contracts import indices
from services.contracts.messages import Model, Utc
from services.runtime.elastic import ensure_index_sync, reachable, small_index
from services.runtime.settings import Settings

Scope = Literal["read", "ingest", "admin"]
SCOPES: dict[Scope, str] = {
    "read": "search and read, where reading needs a key (NEWSLOOM_CLOSED)",
    "ingest": "submit URLs and pages",
    "admin": "all of it: sources and saved searches too",
}
MAPPINGS: dict[str, Any] = {
    "dynamic": False,
    "properties": {
        **{name: {"type": "keyword"} for name in ("id", "name", "scopes")},
        "digest": {"type": "keyword", "index": False, "doc_values": False},
        **{name: {"type": "date"} for name in ("created_at", "revoked_at")},
    },
}


class KeyRecord(Model):
    """What is kept of a key."""

    id: str
    name: str
    scopes: tuple[Scope, ...]
    digest: str
    created_at: Utc
    revoked_at: Utc | None = None

    def shown(self) -> dict[str, Any]:
        """For people and scripts: all but the digest."""
        return self.model_dump(mode="json", exclude={"digest"})


def new_key(name: str, scopes: tuple[Scope, ...], now: datetime) -> tuple[str, KeyRecord]:
    """A new key, which only its holder knows from now on, and what is kept of it."""
    identity = secrets.token_hex(4)
    key = f"newsloom_{identity}_{secrets.token_urlsafe(32)}"
    return key, KeyRecord(id=identity, name=name, scopes=scopes, digest=digest(key), created_at=now)


def digest(key: str) -> str:
    """Hexadecimal SHA-256 of a key."""
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()


class KeyIndex:
    """Keys in Elasticsearch, for commands. Every method raises Unavailable."""

    def __init__(self, es: Elasticsearch, settings: Settings) -> None:
        self._es, self._settings = es, settings
        self._name = settings.name(indices.KEYS)

    def all(self) -> list[KeyRecord]:
        """Every key that ever was, the oldest first."""
        with reachable(self._settings):
            try:
                self._es.indices.refresh(index=self._name)
                found = [KeyRecord.model_validate(hit["_source"]) for hit in scan(self._es, index=self._name)]
            except NotFoundError:
                return []
        return sorted(found, key=lambda key: (key.created_at, key.id))

    def add(self, record: KeyRecord) -> None:
        """Keep a new key."""
        with reachable(self._settings):
            ensure_index_sync(self._es, small_index(self._name, MAPPINGS, self._settings.replicas))
            document = record.model_dump(mode="json")
            self._es.index(index=self._name, id=record.id, document=document, op_type="create", refresh="wait_for")

    def revoke(self, identity: str, now: datetime) -> bool:
        """Have a key be of no more use; False when there is none of that id."""
        with reachable(self._settings):
            try:
                doc = {"revoked_at": now.isoformat()}
                self._es.update(index=self._name, id=identity, doc=doc, refresh="wait_for")
            except NotFoundError:
                return False
        return True
