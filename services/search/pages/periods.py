"""Times that people ask for, as links beside the facets. Pure; the clock comes as `now`."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.search.pages.links import Pairs, during

BACK = {"past day": "1d", "past week": "7d", "past month": "1m", "past year": "1y"}


@dataclass(frozen=True)
class Period:
    """A time to narrow to, and the address that does it, or that undoes it where it is on."""

    label: str
    on: bool
    href: str


def periods(pairs: Pairs, now: datetime) -> list[Period]:
    """Some lengths of time up to now, and the last whole month by its name."""
    before = now.replace(day=1) - timedelta(days=1)
    month = f"{before:%Y-%m}"
    wanted = {label: [("from", since)] for label, since in BACK.items()}
    whole = {f"{before:%B %Y}": [("from", month), ("to", month)]}
    return [_period(label, times, pairs) for label, times in (wanted | whole).items()]


def _period(label: str, times: Pairs, pairs: Pairs) -> Period:
    on = sorted(times) == sorted(pair for pair in pairs if pair[0] in ("from", "to"))
    return Period(label, on, during(pairs, [] if on else times))
