"""Signs of life: who hears them, and that a rest gives them."""

import asyncio

import pytest

from services.runtime import alive as module
from services.runtime.alive import alive, rest, work_of


async def test_tasks_made_within_a_stage_are_heard_by_it_alone() -> None:
    heard: list[str] = []

    async def stage(name: str) -> None:
        with work_of(lambda: heard.append(name)):
            async with asyncio.TaskGroup() as group:
                group.create_task(inner())
        alive()

    async def inner() -> None:
        await asyncio.sleep(0)
        alive()

    alive()
    await asyncio.gather(stage("a"), stage("b"))
    assert sorted(heard) == ["a", "b"]


@pytest.mark.parametrize(("seconds", "beats"), [(1.0, 4), (0.375, 2), (0.0, 1), (-3.0, 1)])
async def test_a_rest_beats_all_along(monkeypatch: pytest.MonkeyPatch, seconds: float, beats: int) -> None:
    monkeypatch.setattr(module, "BEAT_S", 0.25)
    heard: list[None] = []
    slept: list[float] = []

    async def sleep(s: float) -> None:
        slept.append(s)

    monkeypatch.setattr(module.asyncio, "sleep", sleep)
    with work_of(lambda: heard.append(None)):
        await rest(seconds)
    assert len(heard) == beats
    assert sum(slept) == pytest.approx(max(0.0, seconds))
