"""Whatever is done first, an event is acknowledged after all before it on its partition."""

from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from services.runtime.acks import Acks


class Event:
    def __init__(self, partition: int, offset: int, log: list[tuple[int, int]]) -> None:
        self.message = SimpleNamespace(topic="t", partition=partition)
        self.at = partition, offset
        self._log = log

    def ack(self) -> None:
        self._log.append(self.at)


@given(st.lists(st.integers(0, 2), max_size=30), st.randoms(use_true_random=False))
def test_acknowledgements_are_in_order_and_none_is_forgotten(partitions: list[int], random: object) -> None:
    log: list[tuple[int, int]] = []
    acks, events = Acks(), [Event(p, n, log) for n, p in enumerate(partitions)]
    acks.begin(events)
    shuffled = list(events)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    finished: set[tuple[int, int]] = set()
    for event in shuffled:
        acks.done([event])
        finished.add(event.at)
        for p in range(3):
            mine = [e.at for e in events if e.at[0] == p]
            acked = [at for at in log if at[0] == p]
            assert acked == mine[: len(acked)]
            assert all(at in finished for at in acked)
            assert len(acked) == len(mine) or mine[len(acked)] not in finished
    assert sorted(log) == sorted(e.at for e in events)


def test_what_was_dropped_is_not_acknowledged_any_more() -> None:
    log: list[tuple[int, int]] = []
    acks, old, new = Acks(), Event(0, 1, log), Event(0, 1, log)
    acks.begin([old])
    acks.drop()
    acks.begin([new])
    acks.done([old])
    assert log == []
    acks.done([new])
    assert log == [(0, 1)]
