"""What an entity appears with as a picture: itself in the middle, the others around it, lines between those that are
named together. Pure."""

import math
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 720, 400
_ACROSS, _DOWN = 215, 155  # half axes of the ellipse on which the others stand
_SMALL, _LARGE = 5.0, 16.0
_THIN, _THICK = 0.6, 5.0
LONGEST = 24
"""Characters of a label; the list beside the picture has names in full."""


@dataclass(frozen=True)
class Node:
    """An entity in the picture, in units of its view box; its label starts so far `beside` and `below` it, and `anchor`
    is SVG's text-anchor."""

    id: str
    label: str
    type: str
    x: float
    y: float
    radius: float
    below: float
    beside: float
    anchor: str


@dataclass(frozen=True)
class Line:
    """Two that are named together: more often, thicker."""

    x1: float
    y1: float
    x2: float
    y2: float
    width: float


@dataclass(frozen=True)
class Network:
    """The picture; `lines` go under `nodes`, of which the first is in the middle."""

    nodes: list[Node]
    lines: list[Line]


def network(entity: dict[str, Any], most: int = 12) -> Network | None:
    """Of an answer of /v1/entities/{id}; None where it appears with fewer than two."""
    others = entity["appears_with"][:most]
    if len(others) < 2:
        return None
    largest = max(other["together"] for other in others)
    nodes = {other["id"]: _node(other, i / len(others), other["together"] / largest) for i, other in enumerate(others)}
    middle = Node(
        entity["id"], _short(entity["name"]), entity["type"], WIDTH / 2, HEIGHT / 2, _LARGE, 34.0, 0.0, "middle"
    )
    lines = [_line(middle, nodes[other["id"]], other["together"] / largest) for other in others]
    pairs = [(nodes.get(p["a"]), nodes.get(p["b"]), p["together"] / largest) for p in entity["among"]]
    lines += [_line(a, b, part) for a, b, part in pairs if a and b]
    return Network([middle, *nodes.values()], lines)


def _node(other: dict[str, Any], turn: float, part: float) -> Node:
    angle = 2 * math.pi * turn - math.pi / 2
    sideways, radius = math.cos(angle), _SMALL + (_LARGE - _SMALL) * math.sqrt(part)
    upright = abs(sideways) < 0.2
    beside = 0.0 if upright else math.copysign(radius + 5, sideways)
    below = math.copysign(radius + 12, math.sin(angle)) + 4 if upright else 4.0
    return Node(
        id=other["id"],
        label=_short(other["name"]),
        type=other["type"],
        x=round(WIDTH / 2 + _ACROSS * sideways, 1),
        y=round(HEIGHT / 2 + _DOWN * math.sin(angle), 1),
        radius=round(radius, 1),
        below=round(below, 1),
        beside=round(beside, 1),
        anchor="middle" if upright else ("start" if sideways > 0 else "end"),
    )


def _line(a: Node, b: Node, part: float) -> Line:
    return Line(a.x, a.y, b.x, b.y, round(_THIN + (_THICK - _THIN) * min(1.0, part), 2))


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else name[: LONGEST - 1].rstrip() + "…"
