"""When a stage has stalled, and what the watchdog does then."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka import TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import KafkaError
from support.messages import settings_for_tests

from services.runtime import watchdog as module
from services.runtime.progress import Progress
from services.runtime.watchdog import EXIT_STALLED, StallClock, Watchdog, Watched, busy_limit

LIMIT, BUSY_LIMIT = 45.0, 500.0
IDLE = {"ticks": 1, "lag": 5, "committed": 7, "busy": False, "excused": False}


def test_lag_without_progress_for_the_limit_is_a_stall() -> None:
    clock = StallClock(LIMIT, BUSY_LIMIT)
    assert [clock.stalled(now, **IDLE) for now in (0, 10, 44.9, 45)] == [False, False, False, True]


def test_a_batch_in_work_has_more_time_but_not_for_ever() -> None:
    clock = StallClock(LIMIT, BUSY_LIMIT)
    assert [clock.stalled(now, **{**IDLE, "busy": True}) for now in (0, 46, 499, 500)] == [False, False, False, True]


Look = st.fixed_dictionaries(
    {
        "pause": st.floats(0.1, 30),
        "tick": st.booleans(),
        "commit": st.booleans(),
        "lag": st.integers(-1, 3),
        "excused": st.booleans(),
        "busy": st.booleans(),
    }
)


@given(st.lists(Look, max_size=40))
def test_never_a_stall_with_progress_without_lag_or_with_an_excuse(looks: list[dict[str, Any]]) -> None:
    clock, now, ticks, committed, since = StallClock(LIMIT, BUSY_LIMIT), 0.0, 0, 0, None
    for look in looks:
        now += look["pause"]
        ticks += look["tick"]
        committed += look["commit"]
        moved = look["tick"] or look["commit"] or look["lag"] <= 0 or look["excused"] or since is None
        since = now if moved else since
        limit = BUSY_LIMIT if look["busy"] else LIMIT
        given = {name: look[name] for name in ("lag", "busy", "excused")}
        stalled = clock.stalled(now, ticks=ticks, committed=committed, **given)
        assert stalled == (not moved and now - since >= limit)


@pytest.mark.parametrize(
    "limits", [{}, {"document_limit_s": 200.0}, {"fetch_timeout_s": 90.0}, {"stall_limit_s": 99.0}]
)
def test_the_silence_of_a_batch_may_be_as_long_as_one_document(limits: dict[str, float]) -> None:
    longest = max(limits.values(), default=30.0)
    assert longest <= busy_limit(settings_for_tests(batch=5000, **limits)) <= longest + 15


@dataclass
class Broker:
    """What the watchdog asks of an admin client, from a table: partition → (earliest, committed, latest)."""

    table: dict[int, tuple[int, int, int]]
    closed: int = 0
    asked: list[str] = field(default_factory=list)

    def list_group_offsets(self, groups: dict[str, None]) -> dict[str, dict[TopicPartition, Any]]:
        self.asked.append(next(iter(groups)))
        found = {TopicPartition("t", p): SimpleNamespace(offset=c) for p, (_, c, _) in self.table.items()}
        return {"group": found}

    def describe_topics(self, topics: list[str]) -> list[dict[str, Any]]:
        assert topics == ["t"]
        return [{"partitions": [{"partition_index": p} for p in self.table]}]

    def list_partition_offsets(self, wanted: dict[TopicPartition, OffsetSpec]) -> dict[TopicPartition, int]:
        which = {OffsetSpec.EARLIEST: 0, OffsetSpec.LATEST: 2}
        return {tp: self.table[tp.partition][which[spec]] for tp, spec in wanted.items()}

    def close(self) -> None:
        self.closed += 1


def watchdog(progress: Progress, ended: list[int], excused: bool = False, **settings: Any) -> Watchdog:
    given = settings_for_tests(**{"stall_limit_s": 5, **settings})
    return Watchdog(given, [Watched("t", "group", progress)], lambda: excused, ended.append)


@pytest.mark.parametrize(
    ("table", "lag"),
    [
        ({0: (0, 4, 10), 1: (0, 10, 10)}, 6),
        ({0: (0, -1, 10)}, 10),  # nothing committed yet
        ({0: (7, -1, 10)}, 3),  # what retention has removed does not wait
        ({0: (0, 12, 10)}, 0),  # a topic made anew
        ({}, 0),
    ],
)
def test_the_lag_is_what_is_there_and_not_committed(table: dict[int, tuple[int, int, int]], lag: int) -> None:
    progress, ended = Progress("clean"), []
    watchdog(progress, ended).look(Broker(table))
    assert progress.lag == lag
    assert ended == []


def clock_at(monkeypatch: pytest.MonkeyPatch, times: list[float]) -> None:
    monkeypatch.setattr(module.time, "monotonic", lambda: times.pop(0))


def test_a_stalled_process_is_ended_with_the_code_that_says_try_again(monkeypatch: pytest.MonkeyPatch) -> None:
    progress, ended, broker = Progress("clean"), [], Broker({0: (0, 4, 10)})
    dog = watchdog(progress, ended)
    clock_at(monkeypatch, [0, 6])
    dog.look(broker)
    assert ended == []
    dog.look(broker)
    assert ended == [EXIT_STALLED]
    assert broker.asked == ["group", "group"]


@pytest.mark.parametrize("why", ["halted", "dependency", "busy", "tick", "commit"])
def test_what_waits_or_works_is_not_ended(monkeypatch: pytest.MonkeyPatch, why: str) -> None:
    progress, ended, broker = Progress("clean"), [], Broker({0: (0, 4, 10)})
    progress.halted = "too many dead" if why == "halted" else None
    progress.batches = int(why == "busy")
    dog = watchdog(progress, ended, excused=why == "dependency")
    clock_at(monkeypatch, [0, 6])
    dog.look(broker)
    if why == "tick":
        progress.tick()
    if why == "commit":
        broker.table[0] = (0, 5, 10)
    dog.look(broker)
    assert ended == []


@pytest.mark.parametrize(
    "error", [KafkaError("gone"), OSError("refused"), KeyError("topic"), RuntimeError("odd answer")]
)
def test_it_goes_on_looking_after_any_error(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    progress, brokers = Progress("clean"), [Broker({0: (0, 4, 10)}), Broker({0: (0, 4, 10)})]
    monkeypatch.setattr(brokers[0], "describe_topics", lambda _: (_ for _ in ()).throw(error), raising=False)
    dog = watchdog(progress, [])
    left = list(brokers)
    monkeypatch.setattr(module, "INTERVAL_S", 0.001)
    monkeypatch.setattr(module, "connect", lambda _: left.pop(0))
    seen = progress.set_lag

    def set_lag(lag: int) -> None:
        seen(lag)
        dog.stop()

    monkeypatch.setattr(progress, "set_lag", set_lag)
    dog.start()
    dog.join(30)
    assert not dog.is_alive()
    assert (progress.lag, [b.closed for b in brokers]) == (6, [1, 1])


def test_time_without_a_broker_is_no_stall() -> None:
    clock = StallClock(45, 45)
    waiting = {"ticks": 1, "lag": 5, "committed": 3, "busy": False, "excused": False}
    assert not clock.stalled(0, **waiting)
    clock.unseen()  # the link was of no use for a minute
    assert not clock.stalled(60, **waiting)
    assert not clock.stalled(100, **waiting)
    assert clock.stalled(105, **waiting)
