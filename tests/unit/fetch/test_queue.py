"""Places in the queue before one host, played through with a clock of the test's own."""

from hypothesis import given
from hypothesis import strategies as st

from services.fetch.queue import PATIENCE_S, Queue


def test_a_short_queue_may_be_joined() -> None:
    assert Queue().wait_s("a", int(PATIENCE_S), 1.0, 0.0) is None
    assert Queue().wait_s("a", 10_000, 0.0, 0.0) is None


def test_who_comes_too_many_gets_a_place_and_keeps_it() -> None:
    queue = Queue()
    waits = [queue.wait_s(f"{n}", 31, 1.0, 0.0) for n in range(100)]
    assert waits == [32.0 + n for n in range(100)]
    assert queue.wait_s("50", 31, 1.0, 60.0) == 22.0
    assert queue.wait_s("new", 31, 1.0, 60.0) == 72.0


@given(st.integers(1, 400), st.sampled_from([0.5, 1.0, 5.0]), st.sampled_from([(15.0, 120.0, 600.0), (15.0,)]))
def test_many_pages_of_one_site_take_little_longer_than_their_delays(
    pages: int, delay_s: float, tiers: tuple[float, ...]
) -> None:
    """A host that is asked once in `delay_s`; who is sent away comes back after the longest tier within its wait."""
    queue, waiting, coming, now, done, sends = Queue(), 0, {f"{n}": 0.0 for n in range(pages)}, 0.0, 0, 0
    while done < pages:
        for key in [key for key, at in coming.items() if at <= now]:
            wait = queue.wait_s(key, waiting, delay_s, now)
            if wait is None:
                del coming[key]
                waiting += 1
            else:
                coming[key] = now + max([t for t in tiers if t <= wait], default=tiers[0])
                sends += 1
        if waiting:
            waiting, done = waiting - 1, done + 1
        now += delay_s
        assert waiting * delay_s <= PATIENCE_S + delay_s
    assert now <= pages * delay_s + 2 * tiers[0], "the host is hardly ever left idle"
    if len(tiers) == 3:
        assert sends <= pages * 12
