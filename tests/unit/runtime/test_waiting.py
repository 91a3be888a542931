"""Waiting for what is down."""

import pytest

from services.runtime.errors import Unavailable
from services.runtime.waiting import MOST_S, Dependencies


class Naps:
    """A sleep that takes no time and remembers."""

    def __init__(self) -> None:
        self.taken: list[float] = []
        self.reasons: list[list[str]] = []
        self.watched: Dependencies | None = None

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)
        if self.watched:
            self.reasons.append(self.watched.reasons())


class Flaky:
    def __init__(self, failures: int, error: Exception | None = None) -> None:
        self.left = failures
        self.error = error or Unavailable("connection refused")
        self.calls = 0

    async def __call__(self) -> str:
        self.calls += 1
        if self.left:
            self.left -= 1
            raise self.error
        return "answer"


async def test_what_answers_is_not_waited_for() -> None:
    naps = Naps()
    assert await Dependencies(naps).wait_for("kafka", Flaky(0)) == "answer"
    assert naps.taken == []


async def test_delays_double_up_to_the_most_with_jitter() -> None:
    naps = Naps()
    assert await Dependencies(naps).wait_for("kafka", Flaky(12)) == "answer"
    plain = [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, *[MOST_S] * 6]
    assert all(0.7 * p <= nap <= 1.3 * p for p, nap in zip(plain, naps.taken, strict=True))
    assert len({nap / p for p, nap in zip(plain, naps.taken, strict=True)}) > 1


async def test_meanwhile_readiness_says_since_when_and_why_and_then_no_more() -> None:
    naps = Naps()
    naps.watched = dependencies = Dependencies(naps)
    await dependencies.wait_for("elasticsearch", Flaky(3))
    assert len({str(r) for r in naps.reasons}) == 1, "the first time counts"
    (reason,) = naps.reasons[0]
    assert reason.startswith("elasticsearch has been down since 20")
    assert reason.endswith("Z: connection refused")
    assert dependencies.reasons() == []


async def test_other_errors_are_not_waited_out() -> None:
    flaky = Flaky(1, ValueError("a bug"))
    with pytest.raises(ValueError, match="a bug"):
        await Dependencies(Naps()).wait_for("kafka", flaky)
    assert flaky.calls == 1


async def test_several_are_told_of() -> None:
    dependencies = Dependencies(Naps())
    dependencies.down("kafka", "a")
    dependencies.down("elasticsearch", "b")
    dependencies.up("kafka")
    dependencies.up("never was down")
    assert [reason.split()[0] for reason in dependencies.reasons()] == ["elasticsearch"]
