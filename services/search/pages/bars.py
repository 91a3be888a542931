"""The timeline as bars of an inline SVG, each a link that narrows the search to its time. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.search.intervals import LENGTHS
from services.search.pages.links import Pairs, page, without

WIDTH, HEIGHT = 600.0, 72.0
GAP = 1.0
_FORMATS = {"hour": "%Y-%m-%d %H:00", "day": "%Y-%m-%d", "week": "week of %Y-%m-%d", "month": "%Y-%m", "year": "%Y"}


@dataclass(frozen=True)
class Bar:
    """One bar, in the units of the picture's view box."""

    x: float
    y: float
    width: float
    height: float
    label: str
    href: str


def bars(timeline: dict[str, Any], pairs: Pairs) -> list[Bar]:
    """Bars for the steps of a timeline, oldest first."""
    steps = timeline["buckets"]
    most = max((step["count"] for step in steps), default=0)
    if not most:
        return []
    interval = timeline["interval"]
    slot = WIDTH / len(steps)
    return [_bar(step, i, slot, most, interval, pairs) for i, step in enumerate(steps)]


def _bar(step: dict[str, Any], i: int, slot: float, most: int, interval: str, pairs: Pairs) -> Bar:
    start = datetime.fromisoformat(step["from"])
    height = round(max(2.0, HEIGHT * step["count"] / most), 1) if step["count"] else 0.0
    when = start.strftime(_FORMATS[interval])
    noun = "article" if step["count"] == 1 else "articles"
    kept = without(without(pairs, "from"), "to")
    return Bar(
        x=round(i * slot, 2),
        y=round(HEIGHT - height, 1),
        width=round(max(0.5, slot - GAP), 2),
        height=height,
        label=f"{when}: {step['count']} {noun}",
        href=page([*kept, *_range(start, interval)]),
    )


def _range(start: datetime, interval: str) -> Pairs:
    """`from` and `to` that mean this step, as a person would write them."""
    if interval in ("day", "month", "year"):
        text = start.strftime(_FORMATS[interval])
        return [("from", text), ("to", text)]
    stop = start + LENGTHS[interval]
    if interval == "hour":
        return [("from", f"{start:%Y-%m-%dT%H:%M:%SZ}"), ("to", f"{stop:%Y-%m-%dT%H:%M:%SZ}")]
    return [("from", f"{start:%Y-%m-%d}"), ("to", f"{start + 6 * LENGTHS['day']:%Y-%m-%d}")]
