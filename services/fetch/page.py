"""From a URL to its page: fetched, tried again where that may help, and judged by status and kind of content."""

import asyncio
import base64
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from services.contracts.fates import BadInput, DeadReason, Skip, SkipReason
from services.contracts.messages import PageMessage, UrlMessage
from services.contracts.urls import InvalidUrl, article_id, canonical_url
from services.fetch.book import SourceFacts
from services.fetch.client import Fetcher, RedirectedAway
from services.fetch.hosts import MAX_PAUSE_S
from services.fetch.reservations import OptOuts
from services.runtime.stage import Elsewhere, Later, Retry, Wait
from services.runtime.web.errors import FetchError, HttpError
from services.runtime.web.response import Response
from services.runtime.web.wire import Budget

ATTEMPTS = 3
BACKOFF_S = 0.5
LONGEST_S = 600.0
"""Most for one page, with all waits for turns: what hangs all the same must not hold up its partition's offset."""
HTML_TYPES = frozenset(
    {"text/html", "application/xhtml+xml", "application/xml", "text/xml", "application/vnd.wap.xhtml+xml"}
)
UNSURE_TYPES = frozenset({"", "text/plain", "application/octet-stream", "application/x-httpd-php"})
"""Types that servers give to HTML by mistake; the body's beginning decides (as in https://mimesniff.spec.whatwg.org/)."""
_HTML_SIGNS = (b"<!doctype html", b"<html", b"<head", b"<body", b"<meta", b"<title", b"<article")

Clock = Callable[[], datetime]
Fetched = PageMessage | Skip | Retry | Later | Wait | Elsewhere


class Facts(Protocol):
    """Where the facts of a source are found, by its id."""

    def get(self, key: str, /) -> SourceFacts | None:
        """None when nothing is known."""


async def fetch_page(
    message: UrlMessage,
    fetcher: Fetcher,
    now: Clock,
    facts: Facts | None = None,
    opt_outs: OptOuts | None = None,
) -> Fetched:
    """The page at `message.url`, or why there is none. Raises BadInput when that is no URL."""
    try:
        key = article_id(canonical_url(message.url))
    except InvalidUrl as error:
        raise BadInput(DeadReason.INVALID_URL, str(error)) from None
    about = facts.get(message.source) if facts and message.source else None
    try:
        if (wait_s := fetcher.queue_s(message.via[-1] if message.via else message.url, key)) is not None:
            return Later(wait_s, Skip(SkipReason.UNREACHABLE, "too many pages wait for its host"))
        async with asyncio.timeout(LONGEST_S):
            response = await _with_retries(message, fetcher, about.delay_s if about else None)
    except FetchError as error:
        skip = Skip(error.reason, str(error))
        if (pause_s := _pause_s(error)) is not None:
            return Wait(pause_s, skip)
        return Retry(skip, error.retry_after_s or 0.0, error.later) if error.later else skip
    except RedirectedAway as error:
        return Elsewhere(message.model_copy(update={"via": error.via}) if error.via else None)
    except TimeoutError:
        return Retry(Skip(SkipReason.UNREACHABLE, f"{message.url}: no end after {LONGEST_S:g} s, waits included"))
    if not is_html(response.content_type, response.body):
        return Skip(
            SkipReason.NOT_TEXT, f"{response.final_url} is {response.content_type or 'of no stated type'}, not HTML"
        )
    try:
        if opt_outs and (why := await opt_outs.why(response, about.delay_s if about else None)):
            return Skip(SkipReason.OPTED_OUT, why)
    except RedirectedAway:  # its site became another worker's meanwhile
        return Elsewhere()
    return PageMessage(
        url=message.url,
        body_base64=base64.b64encode(response.body).decode("ascii"),
        content_type=response.content_type,
        fetched_at=now(),
        final_url=response.final_url,
        source=message.source,
        source_name=about.name if about else None,
        hints=message.hints,
        trail=message.trail,
    )


def is_html(content_type: str | None, body: bytes) -> bool:
    """Whether a body is a page: its type says so, or the type says little and the body begins like one."""
    kind = (content_type or "").partition(";")[0].strip().lower()
    if kind in HTML_TYPES:
        return True
    return kind in UNSURE_TYPES and any(sign in body[:1024].lower() for sign in _HTML_SIGNS)


def _pause_s(error: FetchError) -> float | None:
    """Seconds for which the host asks to be left alone, when these are more than are waited for in place."""
    after_s = error.retry_after_s if isinstance(error, HttpError) and error.later else None
    return after_s if after_s is not None and after_s > MAX_PAUSE_S else None


async def _with_retries(message: UrlMessage, fetcher: Fetcher, delay_s: float | None) -> Response:
    """Up to three attempts, which share one budget of time; between them a pause that doubles, with jitter."""
    limits = replace(fetcher.limits, delay_s=delay_s)
    budget = Budget(limits.total_s)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return await fetcher.get(message.url, limits=limits, budget=budget, via=message.via)
        except FetchError as error:
            if not error.retry or attempt == ATTEMPTS or budget.left_s <= 0 or _pause_s(error) is not None:
                raise
            await asyncio.sleep(BACKOFF_S * 2**attempt * random.uniform(0.5, 1.0))
    raise AssertionError("unreachable: the last attempt returns or raises")
