"""Versions of documents, from the payload's own time, so that any replay in any order ends the same.

A Kafka offset would not do: it starts again with a recreated topic (kafka-connect-elasticsearch#142).
"""

from datetime import UTC, datetime, timedelta

from services.contracts.fates import SkipReason

FORGOTTEN = 2**62
"""Version of a takedown, in articles and journeys alike: no page has one so high, so nothing beats it."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_REVISIONS = 1000
_RANK = {"dead": 0, "skipped": 1, "indexed": 2}
_EXPIRED = 3


def article_version(fetched_at: datetime, revision: int = 0) -> int:
    """Milliseconds since 1970 at which the page was read, then the release that read it (0 to 999).

    At least 1, as Elasticsearch demands.
    """
    return max(1, (fetched_at - _EPOCH) // timedelta(milliseconds=1) * _REVISIONS + revision)


def read_time(version: int) -> datetime:
    """When the page of that article_version was read, UTC, to the millisecond."""
    return _EPOCH + timedelta(milliseconds=version // _REVISIONS)


def journey_version(fetched_at: datetime, fate: str, revision: int = 0, reason: str | None = None) -> int:
    """The newest page wins; of one page, `indexed` outranks `skipped`, and that `dead`.

    A dead message that was replayed and then indexed stays indexed, whichever record arrives last;
    a page that was taken down stays so.
    """
    if reason == SkipReason.FORGOTTEN:
        return FORGOTTEN
    if reason == SkipReason.EXPIRED:  # it was indexed before
        return article_version(fetched_at, revision) * 4 + _EXPIRED
    return article_version(fetched_at, revision) * 4 + _RANK[fate]
