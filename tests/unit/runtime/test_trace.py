"""Trace headers."""

import re

import pytest
from support.messages import enriched, page

from services.contracts.messages import UrlMessage
from services.runtime.trace import new_headers, onward

TRACEPARENT = re.compile(rb"00-[0-9a-f]{32}-[0-9a-f]{16}-01")
GIVEN = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"


def test_a_journey_starts_with_a_trace_of_its_own() -> None:
    first, second = (dict(new_headers(page("a")))["traceparent"] for _ in range(2))
    assert TRACEPARENT.fullmatch(first)
    assert first != second


def test_onward_keeps_trace_and_flags_under_a_new_span() -> None:
    found = dict(onward([("traceparent", GIVEN)], page("a")))["traceparent"]
    assert found.split(b"-")[:2] == GIVEN.split(b"-")[:2]
    assert found.split(b"-")[3] == b"00"
    assert found.split(b"-")[2] != GIVEN.split(b"-")[2]


@pytest.mark.parametrize("odd", [None, b"", b"nonsense", GIVEN.upper(), b"01" + GIVEN[2:], GIVEN + b"-more", b"\xff"])
def test_an_odd_traceparent_is_replaced(odd: bytes | None) -> None:
    found = dict(onward([("traceparent", odd)], page("a")))["traceparent"]
    assert TRACEPARENT.fullmatch(found)


def test_the_source_goes_along_whatever_its_form() -> None:
    assert dict(new_headers(UrlMessage(url="https://a.example/", source="Zürich")))["source"] == "Zürich".encode()
    assert dict(onward([], enriched("a")))["source"] == b"news.example"
    assert "source" not in dict(new_headers(page("a")))
    assert "source" not in dict(onward([("source", b"old")], page("a")))
