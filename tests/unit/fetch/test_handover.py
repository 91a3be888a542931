from hypothesis import given
from hypothesis import strategies as st

from services.fetch.handover import PROMISE_S, Handover, Lease, claimed, given_back, waiting

NOW = 1_800_000_000.0
KNOWN = Handover(ended_ago_s=2.0, paused_for_s=60.0, down_for_s=0.0, failures=3, why="busy")


def held_by(owner: str) -> Lease:
    lease = claimed(Lease(), owner, 90.0, 0.0, NOW)
    assert lease is not None
    return lease


def test_a_free_host_is_anyones_and_a_held_one_is_its_holders() -> None:
    lease = held_by("a")
    assert (lease.owner, lease.term) == ("a", 1)
    assert claimed(lease, "b", 90.0, 89.0, NOW) is None
    renewed = claimed(lease, "a", 90.0, 0.0, NOW)
    assert renewed is not None
    assert renewed.term == 2


def test_a_dead_workers_host_passes_on_as_if_just_asked() -> None:
    taken = claimed(waiting(held_by("a"), "c"), "b", 90.0, 90.0, NOW)
    assert taken is not None
    assert (taken.owner, taken.next, taken.known(NOW).ended_ago_s) == ("b", None, 0.0)


def test_who_waits_comes_before_who_has_just_given_back_but_not_for_ever() -> None:
    free = given_back(waiting(held_by("a"), "b"), KNOWN, NOW)
    assert claimed(free, "a", 90.0, PROMISE_S - 1, NOW) is None
    assert claimed(free, "b", 90.0, 0.0, NOW) is not None
    late = claimed(free, "a", 90.0, PROMISE_S, NOW)
    assert late is not None
    assert late.next is None


def test_what_is_known_of_a_host_is_handed_over() -> None:
    free = given_back(held_by("a"), KNOWN, NOW)
    taken = claimed(free, "b", 90.0, 0.0, NOW + 10)
    assert taken is not None
    assert taken.known(NOW + 10) == Handover(ended_ago_s=12.0, paused_for_s=50.0, failures=3, why="busy")
    assert taken.known(NOW - 3600).ended_ago_s == 0.0  # a clock that was set back makes no worker hurry


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["claim", "wait", "give back"]))))
def test_no_two_hold_a_host_at_once(steps: list[tuple[str, str]]) -> None:
    lease, holder = Lease(), None
    for who, what in steps:
        if what == "claim" and (mine := claimed(lease, who, 90.0, PROMISE_S, NOW)):
            assert holder in (None, who)
            lease, holder = mine, who
        elif what == "wait":
            lease = waiting(lease, who)
        elif what == "give back" and lease.owner == who:
            lease, holder = given_back(lease, KNOWN, NOW), None
        assert lease.owner == holder
