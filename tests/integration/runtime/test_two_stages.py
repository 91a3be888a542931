"""Two stages of one service: neither waits for the other."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.messages import page
from support.processes import Child, begun, eventually
from support.topics import produce

from services.contracts.fates import SkipReason
from services.contracts.messages import Fate
from services.contracts.topics import FATES, PAGES
from services.contracts.urls import article_id
from services.runtime.settings import Settings

pytestmark = pytest.mark.stack
COUNT, PAGES_WAITING = 40, 600  # more than is taken off Kafka ahead
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def fate(number: int) -> Fate:
    url = f"https://news.example/{number}"
    given = {"reason": SkipReason.TOO_SHORT, "detail": "", "stage": "clean", "at": NOW, "fetched_at": NOW}
    return Fate(id=article_id(url), url=url, fate="skipped", **given)


def taken(child: Child, stage: str) -> int:
    stages = (child.get("/status") or {}).get("stages", [])
    return sum(one["in"] for one in stages if one["stage"] == stage)


def test_a_stage_that_waits_holds_its_neighbour_up_in_nothing(own: Settings, tmp_path: Path) -> None:
    down = tmp_path / "down"
    down.touch()
    produce(own, PAGES, [page(f"{n}").to_json() for n in range(PAGES_WAITING)])
    slow = Child(own, "clean", "support.slow_service", SLOW_WAIT=str(down), SLOW_NEIGHBOUR="1")
    with begun(slow) as child:
        eventually(lambda: "says so" in str((child.get("/readyz") or {}).get("reasons")), "a batch is in work")
        produce(own, FATES, [fate(n).to_json() for n in range(COUNT)])
        eventually(lambda: taken(child, "neighbour") == COUNT, "the neighbour gets on", limit_s=60)
        assert taken(child, "clean") == 0
        down.unlink()
        eventually(lambda: taken(child, "clean") == PAGES_WAITING, "so does the other, in the end")
        eventually(lambda: taken(child, "neighbour") == COUNT + PAGES_WAITING, "and its fates arrive")
        assert child.stop() == 0
