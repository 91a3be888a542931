"""A sparkline: a few days' counts as small bars of an inline SVG. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 84.0, 20.0
GAP = 1.0


@dataclass(frozen=True)
class Spark:
    """Bars as (x, y, width, height) in the units of the view box, and the same in words."""

    bars: list[tuple[float, float, float, float]]
    label: str


def spark(days: Sequence[dict[str, Any]]) -> Spark:
    """The sparkline of counts, `{day, count}` each, oldest first."""
    counts = [int(day["count"]) for day in days]
    most, total = max(counts, default=0), sum(counts)
    slot = WIDTH / max(1, len(counts))
    bars = [_bar(i * slot, slot - GAP, count / most) for i, count in enumerate(counts) if count]
    if not total:
        return Spark([], f"none in {len(counts)} days")
    busiest = days[counts.index(most)]["day"]
    return Spark(bars, f"{total / len(counts):.1f} a day in {len(counts)} days, most {most} on {busiest}")


def _bar(x: float, width: float, part: float) -> tuple[float, float, float, float]:
    height = max(1.0, round(HEIGHT * part, 1))
    return round(x, 2), round(HEIGHT - height, 1), round(width, 2), height
