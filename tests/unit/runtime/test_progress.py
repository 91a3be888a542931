"""Counts of a stage."""

import pytest
from prometheus_client import REGISTRY
from support.messages import page

from services.contracts.fates import DeadReason, Skip, SkipReason
from services.runtime import progress as module
from services.runtime.progress import Progress
from services.runtime.stage import Done, Failure, Forward

OUTCOMES = [
    Forward(page("a")),
    Done(),
    Skip(SkipReason.TOO_SHORT, "x"),
    Failure(DeadReason.BUG, "E", "x"),
    Forward(page("b")),
]


def metric(stage: str, outcome: str, reason: str) -> float | None:
    labels = {"stage": stage, "outcome": outcome, "reason": reason}
    return REGISTRY.get_sample_value("newsloom_messages_total", labels)


def test_each_outcome_is_counted_once_by_kind_and_reason() -> None:
    progress = Progress("counting")
    progress.record(OUTCOMES)
    progress.record(OUTCOMES[:1])
    assert progress.status() == {
        "stage": "counting",
        "in": 6,
        "forwarded": 4,
        "skipped": 1,
        "dead": 1,
        "retried": 0,
        "passed_on": 0,
        "lag": None,
        "rate": pytest.approx(0.6),
    }
    assert metric("counting", "forwarded", "") == 4
    assert metric("counting", "skipped", "too_short") == 1
    assert metric("counting", "dead", "bug") == 1


def test_recording_is_a_sign_of_life() -> None:
    progress = Progress("ticking")
    progress.record([])
    progress.tick()
    assert progress.ticks == 2


def test_the_rate_forgets_what_is_older_than_its_window(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    progress = Progress("rate")
    progress.record(OUTCOMES)
    now[0] += 5
    progress.record(OUTCOMES)
    assert progress.rate() == 1.0
    now[0] += 6
    assert progress.rate() == 0.5
    now[0] += 100
    assert progress.rate() == 0.0


def test_the_lag_is_told_to_prometheus_too() -> None:
    progress = Progress("lagging")
    progress.set_lag(42)
    assert progress.status()["lag"] == 42
    assert REGISTRY.get_sample_value("newsloom_lag", {"stage": "lagging"}) == 42
