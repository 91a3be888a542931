"""A hostile page of a kind and a seed; the same two, on the same pages, always make the same one."""

import base64
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from services.contracts.messages import PageMessage
from support.fuzz.facts import facts
from support.fuzz.families import many
from support.fuzz.mutations import mutated
from support.fuzz.payloads import payloads
from support.fuzz.raw import raw
from support.fuzz.shapes import attributes, nested

FETCHED = datetime(2026, 12, 1, tzinfo=UTC)
URL = "https://news.example/2026/11/a-bridge-opens"
_CHARSETS = (
    "utf-8", "utf-16", "utf-7", "utf-32", "latin1", "shift_jis", "big5", "gb18030", "euc-kr", "iso-2022-jp", "koi8-r",
    "idna", "punycode", "unicode_escape", "undefined", "rot13", "zip", "mbcs", "x", "", "a" * 3000, "\u00e9",
    "utf-8" + " " * 3000,
)  # fmt: skip

Make = Callable[[random.Random, Sequence[bytes]], bytes]
# Bytes, mutated HTML, deep nesting and many siblings, huge attributes; what a page says of itself, and carries along;
# many of one thing.
KINDS: dict[str, Make] = {
    "bytes": raw, "mutated": mutated, "nested": nested, "attributes": attributes, "facts": facts,
    "payloads": payloads, "many": many,
}  # fmt: skip
SHARES = {
    "bytes": 15, "mutated": 35, "nested": 10, "attributes": 10, "facts": 10, "payloads": 10, "many": 10,
}  # fmt: skip
"""Of a hundred cases."""


@dataclass(frozen=True)
class Case:
    """What is sent: a body, as served (with a Content-Type), or as `html` or `text` that is decoded already."""

    kind: str
    seed: int
    body: bytes
    field: str = "body_base64"
    content_type: str | None = None

    def message(self) -> PageMessage:
        """The page."""
        if self.field == "body_base64":
            return self._page(body_base64=base64.b64encode(self.body).decode("ascii"))
        # Lone surrogates too: JSON can carry them.
        return self._page(**{self.field: self.body.decode("utf-8", "surrogateescape")})

    def _page(self, **body: str) -> PageMessage:
        # model_construct: pydantic refuses surrogates where messages come from JSON, and other callers might not.
        plain = PageMessage(url=URL, html="", content_type=self.content_type, fetched_at=FETCHED)
        return plain.model_copy(update={"html": None, **body})


def make(kind: str, seed: int, pages: Sequence[bytes]) -> Case:
    """The case of `kind` number `seed`, made of `pages` where it needs some."""
    rng = random.Random(f"{kind} {seed}")
    body = KINDS[kind](rng, pages)
    field = rng.choices(("body_base64", "html", "text"), (80, 14, 6))[0]
    charset = rng.choice(_CHARSETS) if rng.random() < 0.3 else None
    content_type = None if charset is None else f"text/html; charset={charset}"
    return Case(kind, seed, body, field, content_type)


def plan(cases: int) -> list[tuple[str, int]]:
    """Kinds and seeds of `cases` cases, in the shares of SHARES, mixed."""
    row = [kind for kind, share in SHARES.items() for _ in range(share)]
    random.Random(0).shuffle(row)
    return [(row[seed % len(row)], seed) for seed in range(cases)]
