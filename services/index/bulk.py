"""Versioned bulk writes: what to send, and what each item's answer means. Versions are the documents' own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from elasticsearch import ApiError, AsyncElasticsearch, ConnectionError, ConnectionTimeout, TransportError

from services.runtime.errors import Unavailable

MAX_REQUEST_BYTES = 8 * 1024 * 1024  # far under Elasticsearch's http.max_content_length of 100 MB
# 403: an index made read-only by the flood stage watermark; 404: our alias is not there (yet).
_TRY_AGAIN = {403, 404, 408, 429, 500, 502, 503, 504}
CONFLICT = 409


@dataclass(frozen=True)
class Write:
    """One document to write under `id`; a stored version that is equal or higher stays."""

    id: str
    version: int
    document: dict[str, Any]


async def write_all(es: AsyncElasticsearch, alias: str, writes: Sequence[Write]) -> list[str | None]:
    """Write in requests of bounded size; for each write None, or why Elasticsearch refused the document.

    Raises Unavailable when the cluster is down, busy or blocked: everything may be sent again then,
    versions make that harmless.
    """
    answers: list[str | None] = []
    for body in _requests(alias, writes):
        try:
            response = await es.bulk(operations=body, require_alias=True)  # type: ignore[arg-type]  # NDJSON lines, sent as they are
        except (ConnectionError, ConnectionTimeout, TransportError) as error:
            raise Unavailable(f"Elasticsearch does not answer: {error.message}") from error
        except ApiError as error:
            raise Unavailable(f"Elasticsearch refused a bulk request ({error.status_code}): {error.message}") from error
        answers += [judge(item["index"]) for item in response["items"]]
    return answers


def judge(item: dict[str, Any]) -> str | None:
    """What one item's answer means. A stale version is a success: what is stored is as new or newer.

    Raises Unavailable for what may pass; returns the reason when the document itself is refused.
    """
    status = item["status"]
    if status < 300 or status == CONFLICT:
        return None
    error = item.get("error", {})
    reason = f"{error.get('type', 'error')}: {error.get('reason', 'no reason given')}"
    if cause := error.get("caused_by"):
        reason += f" ({cause.get('reason', cause.get('type'))})"
    if status in _TRY_AGAIN:
        raise Unavailable(f"Elasticsearch can not take documents now ({status}): {reason}")
    return reason


def _requests(alias: str, writes: Sequence[Write]) -> Iterator[list[bytes]]:
    body: list[bytes] = []
    size = 0
    for write in writes:
        action = {"_index": alias, "_id": write.id, "version": write.version, "version_type": "external"}
        lines = [orjson.dumps({"index": action}), orjson.dumps(write.document)]
        length = sum(map(len, lines))
        if body and size + length > MAX_REQUEST_BYTES:
            yield body
            body, size = [], 0
        body += lines
        size += length
    if body:
        yield body
