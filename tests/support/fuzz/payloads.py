"""Pages whose article is in the data of their scripts, and such data broken, endless, nested, full of themselves."""

import json
import random
from collections.abc import Sequence
from typing import Any

from support.fuzz.raw import length
from support.payloads import SHAPES

_MOST = 300_000
_TITLE = "A stone bridge over the river opens again"
_PROSE = "The stone bridge over the river opened again on Monday, the county said in a long report on its repairs. "
_TEXTS = (
    _PROSE,
    _PROSE * 9,
    "",
    " ",
    "a ",
    " b",
    "漢字" * 60,
    "<p>x</p>" * 50,
    "&amp;#x2019;",
    "<p",
    "{",
    "[]",
    "\n",
    "\ud800",  # the last: only JSON can carry it
)
_KEYS = ("title", "url", "text", "children", "content", "type", "body", "a1", "", "value", "headline", "comments", "$")
_JUNK = (
    "NaN",
    "undefined",
    ",",
    "]",
    "}",
    '"',
    "\\",
    "\\u00",
    "\x00",
    "</",
    "<!--",
    "[" * 3000,
    '{"a":' * 3000,
    "9" * 5000,
    "0:T9,",
)
_BEFORE = ("", "window.x = ", "self.__next_f.push(", "f(", 'JSON.parse("', "window.__NUXT__=(function(a){return ")


def payloads(rng: random.Random, _: Sequence[bytes]) -> bytes:
    """A page that scripts build, its data in a shape or in none, changed."""
    made = _shape(rng) if rng.random() < 0.6 else _data(rng)
    for _n in range(rng.choice((0, 1, 1, 3))):
        at = rng.randint(0, len(made))
        made = made[:at] + rng.choice(_JUNK) + made[at + rng.choice((0, 1, 40)) :]
    shown = f"<p>{_PROSE}</p>" * rng.choice((0, 0, 3, 12))
    title = rng.choice((_TITLE, _TITLE, _TITLE, ""))
    page = f"<html><head><title>{title}</title></head><body><h1>{title}</h1>{shown}{made}"
    return page.encode("utf-8", "surrogatepass")


def _shape(rng: random.Random) -> str:
    lines = [f"{n} {rng.choice(_TEXTS[:-1])}" for n in range(length(rng, 0.5, 2.5))]
    return SHAPES[rng.choice(list(SHAPES))](_TITLE, lines)


def _data(rng: random.Random) -> str:
    share = rng.random()
    if share < 0.1:
        text = rng.choice(("[", '{"a":', '[{"children":[', '[["Reactive",1],')) * length(rng, 3.0, 5.5)
    elif share < 0.3:
        text = json.dumps(_flat(rng))
    else:
        text = json.dumps(_value(rng, 0))
        for _n in range(rng.choice((0, 0, 1, 5))):
            text = json.dumps({"body": text[:_MOST]})
    kind = rng.choice(("", "application/json", "text/html"))
    return f"<script type='{kind}'>{rng.choice(_BEFORE)}{text[:_MOST]}</script>"


def _flat(rng: random.Random) -> list[Any]:
    """Values that name each other by their places, themselves too."""
    size = length(rng, 0.5, 4.0)
    row: list[Any] = [["Reactive", 1]]
    for _n in range(size):
        places = [rng.randint(-7, size + 1) for _ in range(rng.randint(0, 6))]
        row.append(rng.choice((places, dict(zip(_KEYS, places, strict=False)), rng.choice(_TEXTS), 1e300, None)))
    return row


def _value(rng: random.Random, depth: int) -> Any:
    if depth > 6 or rng.random() < 0.3:
        return rng.choice((*_TEXTS, None, 0, -1, 10**30, 1e300, True))
    if rng.random() < 0.5:
        return [_value(rng, depth + 1) for _ in range(rng.randint(0, 6))] * (
            rng.choice((1, 1, 1, 30)) if depth > 2 else 1
        )
    return {rng.choice(_KEYS): _value(rng, depth + 1) for _ in range(rng.randint(0, 6))}
