"""Markers on dead topics: what was done with which letters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.runtime.dead import PREFIX
from services.runtime.markers import KIND, MOST, OFFSETS, Marker, State, States, is_marker, markers, read_marker

DONE = st.sampled_from([State.REPLAYED, State.DROPPED])


@given(DONE, st.sets(st.integers(0, 5000), max_size=3000))
def test_every_offset_is_named_once_whatever_the_number(state: State, offsets: set[int]) -> None:
    made = list(markers(state, offsets))
    named = [n for marker in made for first, last in marker.ranges for n in range(first, last + 1)]
    assert named == sorted(offsets)
    assert all(sum(b - a + 1 for a, b in marker.ranges) <= MOST for marker in made)
    assert [read_marker(marker.headers()) for marker in made] == made


def test_a_marker_is_told_by_its_header() -> None:
    assert is_marker(Marker(State.DROPPED, ((1, 1),)).headers())
    assert not is_marker([(PREFIX + "reason", b"bug"), ("source", None)])


@pytest.mark.parametrize("headers", [
    [(KIND, b"open"), (OFFSETS, b"1")],
    [(KIND, b"gone"), (OFFSETS, b"1")],
    [(KIND, None), (OFFSETS, b"1")],
    [(KIND, b"dropped")],
    [(KIND, b"dropped"), (OFFSETS, b"1,x")],
    [(KIND, b"dropped"), (OFFSETS, b"5-1")],
    [(KIND, b"dropped"), (OFFSETS, "١".encode())],
])  # fmt: skip
def test_what_is_no_marker_is_refused(headers: list[tuple[str, bytes | None]]) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_marker(headers)


@given(st.sets(st.integers(10, 60)), st.lists(st.tuples(DONE, st.sets(st.integers(0, 80)))))
def test_the_last_word_on_a_letter_counts(there: set[int], said: list[tuple[State, set[int]]]) -> None:
    states, expected = States(10, 61), dict.fromkeys(there, State.OPEN)
    for offset in there:
        states.add(offset)
    for state, offsets in said:
        for marker in markers(state, offsets):
            states.mark(marker)
        expected |= dict.fromkeys(there & offsets, state)
    assert {offset: states.of(offset) for offset in there} == expected
    still = [offset for offset in sorted(there) if expected[offset] is State.OPEN]
    assert (states.open, states.handled) == (len(still), len(there) - len(still))
    assert states.done_before == (still[0] if still else 61)
    assert states.of(9) is states.of(61) is State.OPEN
