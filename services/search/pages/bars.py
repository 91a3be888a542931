"""The timeline as bars of an inline SVG, each a link that narrows the search to its time. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.search.intervals import LENGTHS
from services.search.pages.links import Pairs, during

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


@dataclass(frozen=True)
class Chart:
    """Bars, oldest first; the days of the first and the last; those with the most articles, where some have more."""

    bars: list[Bar]
    first: str
    last: str
    busiest: list[Bar]


def chart(timeline: dict[str, Any], pairs: Pairs) -> Chart | None:
    """The picture of a timeline; None when it counts nothing."""
    steps = timeline["buckets"]
    counts = [step["count"] for step in steps]
    if not any(counts):
        return None
    most, slot = max(counts), WIDTH / len(steps)
    bars = [_bar(step, i, slot, most, timeline["interval"], pairs) for i, step in enumerate(steps)]
    busiest = [bar for bar, count in zip(bars, counts, strict=True) if count == most > min(counts)]
    return Chart(bars, steps[0]["from"][:10], steps[-1]["from"][:10], busiest)


def _bar(step: dict[str, Any], i: int, slot: float, most: int, interval: str, pairs: Pairs) -> Bar:
    start = datetime.fromisoformat(step["from"])
    height = round(max(2.0, HEIGHT * step["count"] / most), 1) if step["count"] else 0.0
    when = start.strftime(_FORMATS[interval])
    noun = "article" if step["count"] == 1 else "articles"
    return Bar(
        x=round(i * slot, 2),
        y=round(HEIGHT - height, 1),
        width=round(max(0.5, slot - GAP), 2),
        height=height,
        label=f"{when}: {step['count']} {noun}",
        href=during(pairs, _range(start, interval)),
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
