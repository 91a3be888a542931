"""Requests for articles that may tell the same story as a given one. Pure."""

from typing import Any

from services.index.stories.alike import COPY_WITHIN, EVENT_WITHIN
from services.index.stories.profile import FIELDS, Profile

COPIES, ACCOUNTS = 20, 10
"""Most candidates of each kind for one article: those that share most."""
_NAMES = 12  # entities asked for, the most frequent
_TITLE = 300  # characters of a title that are asked for

Query = dict[str, Any]


def bodies(profile: Profile) -> list[Query]:
    """The searches for one article: its copies, if it has a fingerprint, and accounts of the same event."""
    return [*([_copies(profile)] if profile.fingerprint else []), _accounts(profile)]


def _copies(profile: Profile) -> Query:
    shared = [{"constant_score": {"filter": {"term": {"fingerprint": band}}}} for band in profile.fingerprint]
    return _around(profile, COPY_WITHIN, COPIES, shared, least=1)


def _accounts(profile: Profile) -> Query:
    names = sorted(profile.entities, key=lambda id_: (-profile.entities[id_], id_))[:_NAMES]
    title = profile.title[:_TITLE]
    said = [{"match": {field: {"query": title}}} for field in ("title", "body")] if title else []
    around = _around(profile, EVENT_WITHIN, ACCOUNTS, [*said, *({"term": {"entity_keys": n}} for n in names)], least=2)
    around["query"]["bool"]["filter"].append({"term": {"language": profile.language}})
    return around


def _around(profile: Profile, within: Any, size: int, shared: list[Query], least: int) -> Query:
    span = {"gte": (profile.at - within).isoformat(), "lte": (profile.at + within).isoformat()}
    return {
        "query": {
            "bool": {
                "filter": [{"range": {"at": span}}],
                "must_not": [{"term": {"id": profile.id}}],
                "should": shared,
                "minimum_should_match": least,
            }
        },
        "size": size,
        "_source": list(FIELDS),
        "track_total_hits": False,
    }
