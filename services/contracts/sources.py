"""The sources that are followed, as the index `newsloom-sources` holds them: what people set, and how polling goes."""

import hashlib
import re
from typing import Any

from pydantic import Field, computed_field

from services.contracts.messages import Model, Utc
from services.contracts.sites import slot_of
from services.contracts.urls import canonical_url, domain_of

LATEST = 5
"""Items that a source shows of what its lists have."""
RECENT = 3000
"""Most ids of seen items that a source's document keeps; older ones are found in the journeys."""


class Validators(Model):
    """What a list said of itself when last read: how to ask "anything new since?" (RFC 9110, 13.1), and how often."""

    url: str
    etag: str | None = None
    last_modified: str | None = None
    ttl_s: float | None = None
    skip_hours: tuple[int, ...] = Field(default=(), description="hours of the day, UTC, in which it is not to be read")
    skip_days: tuple[int, ...] = Field(default=(), description="the same by day of the week; 0 is Monday")
    hub: str | None = Field(default=None, description="where to subscribe to it (WebSub)")
    topic: str | None = Field(default=None, description="what to subscribe to there: its address for itself")


class Headline(Model):
    """One item of a source's lists, as it stands there."""

    url: str
    title: str | None = None
    published_at: Utc | None = None


class Leg(Model):
    """An address that a poll has still to read: a list of the source, or a sitemap that one of its indices names."""

    url: str
    via: tuple[str, ...] = Field(default=(), description="where it redirected to so far")
    for_good: bool = Field(default=True, description="by permanent redirects only")
    is_part: bool = Field(default=False, description="of an index; else a list of the source")


class Told(Model):
    """What reading one of a poll's addresses gave, besides items."""

    url: str
    error: str | None = None
    warning: str | None = None
    is_gone: bool = False
    fresh_s: float | None = None


class Round(Model):
    """A poll that goes on with another worker, since what is left of it is on that one's sites."""

    left: tuple[Leg, ...]
    told: tuple[Told, ...] = ()
    news: int = Field(default=0, description="new items so far")
    changed: int = 0


class SourceState(Model):
    """How polling goes; written by the worker that holds the lease."""

    next_poll: Utc | None = None
    last_poll: Utc | None = None
    last_success: Utc | None = None
    last_error: str | None = None
    notice: str | None = Field(default=None, description="what polling last changed of the source itself, and when")
    wait_s: float | None = Field(default=None, description="seconds between two polls, by how often there was news")
    failures: int = Field(default=0, description="polls in a row in which nothing of the source could be read")
    polls: int = 0
    found: int = Field(default=0, description="new items of all polls")
    latest: tuple[Headline, ...] = Field(default=(), description="the newest items of its lists when last read")
    validators: tuple[Validators, ...] = ()
    changed: int = Field(default=0, description="items of all polls that were fetched again since they had changed")
    recent: tuple[str, ...] = Field(
        default=(),
        description="ids of items seen, cut to 16 digits, newest first; behind an @ the minute of the last change",
    )
    round: Round | None = Field(default=None, description="a poll that another worker has to go on with")
    lease_owner: str | None = None
    lease_until: Utc | None = None

    @computed_field(description="of the site that the round goes on with, else none")  # type: ignore[prop-decorator]
    @property
    def slot(self) -> int | None:
        first = next(iter(self.round.left), None) if self.round else None
        return slot_of(first.via[-1] if first.via else first.url) if first else None


class SourceRecord(Model):
    """One source: where its news are listed, and what to know of them."""

    id: str
    name: str
    home: str | None = None
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    language: str | None = None
    country: str | None = None
    tags: tuple[str, ...] = ()
    enabled: bool = True
    interval_s: float | None = Field(default=None, ge=1, description="seconds between two polls; none: the setting's")
    delay_s: float | None = Field(
        default=None, ge=0, le=3600, description="least seconds between two requests to its host"
    )
    full_text: bool = Field(
        default=False, description="its feeds carry whole articles: their pages are not fetched where that is so"
    )
    retention_days: int | None = Field(
        default=None, ge=0, description="days its articles are kept, 0 for ever; none: the setting's"
    )
    added_at: Utc | None = None
    state: SourceState = SourceState()

    @property
    def lists(self) -> tuple[str, ...]:
        """Everything that is polled."""
        return self.feeds + self.sitemaps

    @computed_field(description="of its first list's site: whose fetch worker begins a poll")  # type: ignore[prop-decorator]
    @property
    def slot(self) -> int:
        return slot_of(next(iter(self.lists), None) or self.home or "")

    @property
    def next_slot(self) -> int:
        """Whose fetch worker is to poll it next."""
        return self.slot if self.state.slot is None else self.state.slot

    def config(self) -> dict[str, Any]:
        """What people set, as it stands in the index."""
        return self.model_dump(mode="json", exclude={"state"}, exclude_none=True)


def source_id(url: str) -> str:
    """Id of the source with that feed or sitemap: readable, and the same each time. Raises InvalidUrl."""
    canonical = canonical_url(url)
    slug = re.sub(r"[^a-z0-9]+", "-", domain_of(canonical).lower()).strip("-")[:48]
    return f"{slug}-{hashlib.sha256(canonical.encode()).hexdigest()[:8]}"
