"""Versions of documents, from the payload's own time, so that any replay in any order ends the same.

A Kafka offset would not do: it starts again with a recreated topic (kafka-connect-elasticsearch#142).
"""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RANK = {"dead": 0, "skipped": 1, "indexed": 2}


def article_version(fetched_at: datetime) -> int:
    """Milliseconds since 1970 at which the page was read; at least 1, as Elasticsearch demands."""
    return max(1, (fetched_at - _EPOCH) // timedelta(milliseconds=1))


def journey_version(fetched_at: datetime, fate: str) -> int:
    """The newest page wins; of one page, `indexed` outranks `skipped`, and that `dead`.

    A dead message that was replayed and then indexed stays indexed, whichever record arrives last.
    """
    return article_version(fetched_at) * 4 + _RANK[fate]
