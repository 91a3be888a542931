"""Real pages, broken: bytes flipped, spans lost, doubled and swapped, tags unclosed, entities and charsets that lie."""

import random
import re
from collections.abc import Callable, Sequence

_WINDOW = 12_000
_SPAN = 400
_TAG = re.compile(rb"</?[a-zA-Z][^<>]*>")
_JUNK = (
    b"\x00", b"\x00" * 50, b"\x1a", b"&#0;", b"&#xd800;", b"&#x110000;", b"&#99999999999;", b"&", b"&nope;",
    b"&amp;amp;",
    b"<", b">", b"</", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<?", b'"', b"'", b"<p", b"<a href='", b"<table><tr>",
    b"</p>", b"</div></div></div>", b"<script>", b"<style>", b"<svg><foreignObject>", b"<template>", b"<noscript>",
    b"<plaintext>", b"<textarea>", b"<select>", b"<iframe>", b"<math>", b"<frameset>", b"<body>", b"<html lang=xx>",
    b"<meta charset=utf-16>", b"<meta charset=utf-7>", b"<base href='http://['>", b"\xff\xfe", b"\xef\xbb\xbf", b"\xc3",
    b"\xf0\x9f", b"\xed\xa0\x80", b"\x85", b"\xe2\x80\xa8", b"\xe2\x80\xae", b"\xcc\x81" * 300, b"\x1b$B",
)  # fmt: skip

Mutation = Callable[[random.Random, bytearray, Sequence[bytes]], None]


def mutated(rng: random.Random, pages: Sequence[bytes]) -> bytes:
    """A part of a page (once in fifty the whole), changed one to thirty times."""
    body = bytearray(rng.choice(pages) if rng.random() < 0.02 else _part(rng, pages, _WINDOW))
    for _ in range(int(10 ** rng.uniform(0, 1.5))):
        rng.choice(_MUTATIONS)(rng, body, pages)
    return bytes(body)


def _part(rng: random.Random, pages: Sequence[bytes], most: int) -> bytes:
    page = rng.choice(pages)
    at = rng.randrange(len(page)) if rng.random() < 0.7 else 0
    return page[at : at + rng.randint(1, most)]


def _place(rng: random.Random, body: bytearray) -> slice:
    at = rng.randint(0, len(body))
    return slice(at, at + rng.randint(0, _SPAN))


def _flip(rng: random.Random, body: bytearray, _: Sequence[bytes]) -> None:
    for _n in range(rng.randint(1, 20)):
        if body:
            body[rng.randrange(len(body))] = rng.randrange(256)


def _lose(rng: random.Random, body: bytearray, _: Sequence[bytes]) -> None:
    del body[_place(rng, body)]


def _double(rng: random.Random, body: bytearray, _: Sequence[bytes]) -> None:
    place = _place(rng, body)
    body[place] = bytes(body[place]) * rng.choice((2, 2, 3, 10))


def _swap(rng: random.Random, body: bytearray, _: Sequence[bytes]) -> None:
    one, other = _place(rng, body), _place(rng, body)
    body[one], body[other] = bytes(body[other]), bytes(body[one])


def _splice(rng: random.Random, body: bytearray, pages: Sequence[bytes]) -> None:
    body[_place(rng, body)] = _part(rng, pages, _SPAN)


def _junk(rng: random.Random, body: bytearray, _: Sequence[bytes]) -> None:
    at = rng.randint(0, len(body))
    body[at:at] = rng.choice(_JUNK)


def _unclose(rng: random.Random, body: bytearray, _: Sequence[bytes]) -> None:
    """Drop one tag, or move it elsewhere."""
    at = rng.randint(0, len(body))
    if match := _TAG.search(body, at):
        tag = match.group()
        del body[match.start() : match.end()]
        if rng.random() < 0.5:
            at = rng.randint(0, len(body))
            body[at:at] = tag


def _soup(rng: random.Random, body: bytearray, _: Sequence[bytes]) -> None:
    """Tags of the page in any order."""
    if tags := _TAG.findall(body):
        at = rng.randint(0, len(body))
        body[at:at] = b"x".join(rng.choices(tags, k=rng.randint(1, 60)))


_MUTATIONS: tuple[Mutation, ...] = (_flip, _lose, _double, _swap, _splice, _junk, _junk, _unclose, _soup)
