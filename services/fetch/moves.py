"""What becomes of a source whose lists moved for good (301, 308) or are gone for good (410). Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from services.contracts.sources import SourceRecord, Validators
from services.fetch.novelty import Listed


def moved(source: SourceRecord, listed: Sequence[Listed], now: datetime) -> tuple[SourceRecord, list[Listed]]:
    """The source at its new addresses, and the same lists under these."""
    there = {entry.url: entry.moved_to for entry in listed if entry.moved_to and not entry.error}
    if not there:
        return source, list(listed)
    lists = {name: _renamed(getattr(source, name), there) for name in ("feeds", "sitemaps")}
    at_home = [replace(e, url=there.get(e.url, e.url), validators=_at(e, there.get(e.url))) for e in listed]
    told = "; ".join(f"{old} moved to {new}" for old, new in there.items())
    known = tuple(v.model_copy(update={"url": there.get(v.url, v.url)}) for v in source.state.validators)
    state = source.state.model_copy(update={"validators": known})
    return noticed(source.model_copy(update={**lists, "state": state}), told, now), at_home


def gone(source: SourceRecord, listed: Sequence[Listed], now: datetime) -> SourceRecord:
    """The source, switched off when every list of it is gone for good."""
    if not listed or not all(entry.is_gone for entry in listed):
        return source
    told = "switched off: its server says that it is gone for good (HTTP status 410)"
    return noticed(source.model_copy(update={"enabled": False}), told, now)


def noticed(source: SourceRecord, told: str, now: datetime) -> SourceRecord:
    """The source with a notice for people."""
    return source.model_copy(
        update={"state": source.state.model_copy(update={"notice": f"{now:%Y-%m-%d}: {told}"[:2000]})}
    )


def _renamed(urls: Sequence[str], there: dict[str, str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(there.get(url, url) for url in urls))


def _at(entry: Listed, url: str | None) -> Validators | None:
    return entry.validators and entry.validators.model_copy(update={"url": url or entry.url})
