"""Random bytes: of all kinds, or of an alphabet that looks like something."""

import random
from collections.abc import Sequence

_MAGIC = (
    b"",
    b"",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xfe\xff",
    b"<html>",
    b"<p>",
    b"<?xml version='1.0'?>",
    b"{",
    b"%PDF-",
)
_ALPHABETS = (
    bytes(range(256)), bytes(range(128)), bytes(range(128, 256)), b"<>/=\"'& \n\tap", b"<!-[]>CDATA?", b"&#x;0189af",
    b" \t\r\n\x0c\xa0", b"\x1b$B(J@AB", b"\x00a", "дéß漢字ก ".encode(), b"(){}[],;:.|-\xe2\x80\x94 by",
)  # fmt: skip


def raw(rng: random.Random, _: Sequence[bytes]) -> bytes:
    """Up to a few KB, once in 70 up to 8 MB."""
    size = length(rng, 3.6, 6.9)
    alphabet = rng.choice(_ALPHABETS)
    parts = [rng.choice(_MAGIC)]
    if rng.random() < 0.3:  # one token over and over: what is slow where it repeats
        token = bytes(rng.choices(alphabet, k=rng.randint(1, 6)))
        parts.append(token * (size // len(token)))
    parts.append(bytes(rng.choices(alphabet, k=min(size, 200_000))))
    return b"".join(parts)


def length(rng: random.Random, usual: float, most: float) -> int:
    """A size of up to 10 ** usual, spread evenly over its number of digits; once in 70 up to 10 ** most."""
    return int(10 ** rng.uniform(0, most if rng.random() < 0.015 else usual))
