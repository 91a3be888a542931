"""The index of the subscriptions to hubs."""

from typing import Any

from services.contracts import indices
from services.runtime.elastic import small_index
from services.runtime.settings import Settings

MAPPINGS: dict[str, Any] = {
    "dynamic": False,
    "properties": {"source": {"type": "keyword"}, "due_at": {"type": "date"}},
}


def index_body(settings: Settings) -> dict[str, Any]:
    """What the index is created with: a small document a subscription."""
    return small_index(settings.name(indices.WEBSUB), MAPPINGS, settings.replicas, refresh_interval="1s")
