"""Requests are cut from the line in order, and nothing is left behind."""

from hypothesis import given
from hypothesis import strategies as st

from services.index.bulk import Write
from services.index.waiting_line import Item, WaitingLine


def item(number: int, size: int = 1) -> Item:
    return Item(Write("articles", str(number), 1, {"text": "x" * size}))


@given(st.lists(st.integers(0, 60)), st.integers(1, 5), st.integers(0, 200))
def test_every_item_is_taken_once_in_order_and_within_the_bounds(sizes: list[int], count: int, size: int) -> None:
    line = WaitingLine(item(number, length) for number, length in enumerate(sizes))
    requests = list(iter(lambda: line.take(count, size), []))
    assert [int(i.write.id) for request in requests for i in request] == list(range(len(sizes)))
    for request in requests:
        assert len(request) <= count
        assert len(request) == 1 or sum(len(i.line) for i in request) <= size


def test_what_was_added_goes_before_the_source_and_counts_as_waiting() -> None:
    line = WaitingLine(item(number) for number in (1, 2))
    line.add(item(7))
    line.add(item(8))
    assert len(line) == 2
    assert [i.write.id for i in line.take(3, 1000)] == ["7", "8", "1"]
    assert len(line) == 0
    line.add(item(9))
    assert [i.write.id for i in line.take(3, 1000)] == ["9", "2"]
