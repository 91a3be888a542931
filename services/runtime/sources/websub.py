"""The index of the subscriptions to hubs."""

from typing import Any

from services.contracts import indices
from services.runtime.settings import Settings

MAPPINGS: dict[str, Any] = {
    "dynamic": False,
    "properties": {"source": {"type": "keyword"}, "due_at": {"type": "date"}},
}


def index_body(settings: Settings) -> dict[str, Any]:
    """What the index is created with: a small document a subscription."""
    return {
        "index": settings.name(indices.WEBSUB),
        "mappings": MAPPINGS,
        "settings": {"number_of_shards": 1, "number_of_replicas": settings.replicas, "refresh_interval": "1s"},
    }
