"""Cursors: where a reader is in a result of any size, as an opaque text.

A point in time plus the sort values of the last hit; `_shard_doc`, which Elasticsearch adds as the last sort
key of a point in time, tells apart hits of the same date, which `search_after` on a date alone would lose.
Scores hang on the time of asking, as newer articles rank higher: so every page is asked as at the time of the first.
"""

import base64
import binascii
from datetime import datetime
from typing import Any, NamedTuple

import orjson

START = "*"
_NOT_OURS = "not a cursor that this gateway gave; start with cursor=*"


class InvalidCursor(ValueError):
    """The text is no cursor of ours."""


class Place(NamedTuple):
    """Point in time, sort values of the last hit (none before the first page), and when the first page was asked."""

    pit: str
    after: list[Any]
    at: datetime


def encode(place: Place) -> str:
    """The cursor of what follows a place."""
    return base64.urlsafe_b64encode(orjson.dumps(place[:])).decode().rstrip("=")


def decode(cursor: str) -> Place:
    """The place that a cursor stands for. Raises InvalidCursor."""
    try:
        pit, after, at = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        place = Place(pit, after, datetime.fromisoformat(at))
    except (ValueError, TypeError, binascii.Error):
        raise InvalidCursor(_NOT_OURS) from None
    if not isinstance(pit, str) or not isinstance(after, list) or place.at.tzinfo is None:
        raise InvalidCursor(_NOT_OURS)
    return place
