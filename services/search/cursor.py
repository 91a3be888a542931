"""Cursors: where a reader is in a result of any size, as an opaque text.

A point in time plus the sort values of the last hit; `_shard_doc`, which Elasticsearch adds as the last sort
key of a point in time, tells apart hits of the same date, which `search_after` on a date alone would lose.
"""

import base64
import binascii
from typing import Any

import orjson

START = "*"


class InvalidCursor(ValueError):
    """The text is no cursor of ours."""


def encode(pit: str, after: list[Any]) -> str:
    """The cursor of what follows the hit with sort values `after`."""
    return base64.urlsafe_b64encode(orjson.dumps([pit, after])).decode().rstrip("=")


def decode(cursor: str) -> tuple[str, list[Any]]:
    """Point in time and sort values. Raises InvalidCursor."""
    try:
        pit, after = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError, binascii.Error):
        raise InvalidCursor("not a cursor that this gateway gave; start with cursor=*") from None
    if not isinstance(pit, str) or not isinstance(after, list):
        raise InvalidCursor("not a cursor that this gateway gave; start with cursor=*")
    return pit, after
