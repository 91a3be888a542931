"""Ids of events, and events as they go over the wire."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.search.live import MOST_STREAMS, Streams, decode, encode, event

PLACES = st.dictionaries(st.integers(0, 9999), st.integers(0, 10**17), min_size=1, max_size=20)


@given(PLACES)
def test_places_come_back_from_their_id(places: dict[int, int]) -> None:
    assert decode(encode(places)) == places


@given(st.text(max_size=100))
def test_any_text_is_an_id_or_none(text: str) -> None:
    places = decode(text)
    assert places is None or decode(encode(places)) == places


@pytest.mark.parametrize("text", ["", "1", "1.2-", "1.2,3.4", "-1.2", "1.2\n", "1.2-3", "٣.١x", "1." + "9" * 19])
def test_what_is_no_id_of_ours_is_none(text: str) -> None:
    assert decode(text) is None


def test_an_event_is_its_lines() -> None:
    lines = event({1: 4, 0: 17}, {"title": "two\nlines é"}).decode().split("\n")
    assert lines[:2] == ["id: 0.17-1.4", "event: article"]
    assert json.loads(lines[2].removeprefix("data: ")) == {"title": "two\nlines é"}
    assert lines[3:] == ["", ""]
    assert event({0: 1}) == b": alive\nid: 0.1\n\n"


def test_streams_have_an_end() -> None:
    streams = Streams()
    streams.open = MOST_STREAMS - 1
    assert not streams.full
    streams.open += 1
    assert streams.full
    streams.open = 0
    streams.stop()
    assert streams.full
