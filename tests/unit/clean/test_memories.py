"""Memories of many hosts in one process: bounded, and what changed is known."""

from support.followed import ENDING, HOST, ordinary

from services.clean.learned import extraction
from services.clean.limits import CleanLimits
from services.clean.memories import Memories
from services.clean.sightings import Sighting, key_of, merged

SEEN = [one for n in range(6) if (one := extraction(ordinary(n), CleanLimits(), {}).seen)]


def test_what_recurs_is_known_anew_after_each_change() -> None:
    known = Memories()
    assert known.recurring(HOST) == {}
    for one in SEEN[:4]:
        known.add(HOST, one)
    assert known.recurring(HOST)[key_of(ENDING)].articles == 4
    known.join(HOST, tuple(SEEN))
    assert known.recurring(HOST)[key_of(ENDING)].articles == 6


def test_what_changed_is_told_once_and_again_when_it_could_not_be_kept() -> None:
    known = Memories()
    known.add(HOST, SEEN[0])
    assert known.take_changed() == {HOST: (SEEN[0],)}
    assert known.take_changed() == {}
    known.give_back({HOST, "other.example"})
    assert set(known.take_changed()) == {HOST}
    known.add(HOST, SEEN[0])
    known.join(HOST, (SEEN[1],))
    assert known.take_changed() == {}, "nothing new of its own"
    known.add(HOST, SEEN[2])
    assert known.take_changed() == {HOST: merged(SEEN[:3])}


def test_few_hosts_are_kept_and_first_go_those_that_are_kept_elsewhere() -> None:
    known = Memories(most=3)
    for number in range(3):
        known.join(f"{number}.example", (Sighting(1, "a"),))
    known.add("0.example", SEEN[0])
    known.recurring("1.example")
    known.join("3.example", ())
    assert [host in known for host in ("0.example", "1.example", "2.example", "3.example")] == [True, True, False, True]
    for number in range(10, 20):
        known.add(f"{number}.example", SEEN[0])
    assert len(known) == 3
