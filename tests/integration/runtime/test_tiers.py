"""Retries on real Kafka: tries are counted, nothing waits behind them, kills and stops lose nothing."""

import json
from collections import Counter
from pathlib import Path

import pytest
from support.messages import page
from support.processes import Child, eventually, running
from support.topics import produce, records, values

from services.contracts.topics import ARTICLES, FATES, PAGES, RETRIES
from services.contracts.urls import article_id
from services.runtime.settings import Settings

pytestmark = pytest.mark.stack
TIERS = RETRIES[PAGES.name]


def tiny(settings: Settings, delays: str) -> Child:
    return Child(settings, "clean", "support.tiny_service", NEWSLOOM_RETRY_DELAYS_S=delays)


def names(settings: Settings) -> list[str]:
    """Names of the articles in the order in which they were sent, over all partitions."""
    sent = sorted(records(settings, ARTICLES), key=lambda record: int(record.timestamp))
    return [Path(json.loads(record.value)["url"]).name for record in sent]


def test_what_fails_twice_comes_again_twice_and_others_overtake_it(own: Settings) -> None:
    with running(tiny(own, "2,2,2")) as (child,):
        texts = {"late": "flaky", "never": "down", "a": "good", "b": "good"}
        key = article_id("https://news.example/late").encode()
        produce(own, PAGES, [page(n, t).to_json() for n, t in texts.items()], partition=0, key=key)
        eventually(lambda: "late" in names(own), "the third try works")
        (fate,) = eventually(lambda: values(own, FATES), "what never works is skipped in the end")
        status = child.get("/status") or {}
        assert child.stop() == 0
    assert sorted(names(own)) == ["a", "b", "late"], "each once"
    assert names(own)[-1] == "late"
    assert (fate["reason"], Path(fate["url"]).name) == ("unreachable", "never")
    tries = [dict(r.headers).get("retry-attempts") for r in records(own, PAGES) if b"/late" in r.value]
    assert tries == [None, b"1", b"2"]
    assert [len(records(own, tier)) for tier in TIERS] == [2, 2, 1]
    assert [s["stage"] for s in status["stages"]] == ["clean", *(f"clean retry {n}" for n in (1, 2, 3))]
    assert (status["retried"], status["dead"]) == (5, 0)


def test_a_kill_while_a_message_waits_loses_nothing_and_waiting_is_no_stall(own: Settings) -> None:
    with running(tiny(own.model_copy(update={"stall_limit_s": 5.0}), "14")) as (child,):
        produce(own, PAGES, [page("late", "down").to_json()])
        eventually(lambda: records(own, TIERS[0]), "it waits")
        eventually(lambda: (child.get("/status") or {})["stages"][1]["lag"] == 1, "and is seen to")
        child.kill()
        child.start()
        eventually(lambda: values(own, FATES), "it was tried again, and skipped")
    assert Counter(dict(r.headers).get("retry-attempts") for r in records(own, PAGES)) == {None: 1, b"1": 1}


def test_a_stop_does_not_wait_for_what_waits(own: Settings) -> None:
    with running(tiny(own, "900")) as (child,):
        produce(own, PAGES, [page("late", "down").to_json()])
        eventually(lambda: (child.get("/status") or {})["stages"][1]["lag"] == 1, "it waits")
        assert (child.get("/readyz") or {})["ready"]
        assert child.stop() == 0
    assert values(own, FATES) == []
