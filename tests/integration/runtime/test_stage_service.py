"""A stage on real faust and Kafka, as a child process: order, fates, dead letters, replay, waiting, kills, stops."""

import json
from pathlib import Path

import pytest
from support.messages import page
from support.processes import Child, eventually, running
from support.topics import produce, records, values
from typer.testing import CliRunner

from services.cli import application
from services.contracts.topics import ARTICLES, FATES, PAGES, topic_named
from services.contracts.urls import article_id
from services.runtime.dead import read_context
from services.runtime.letters import Letter, letters
from services.runtime.settings import Settings, load_settings

pytestmark = pytest.mark.stack
DEAD = topic_named("news.pages.v1.dead")


def tiny(settings: Settings, **environment: str) -> Child:
    return Child(settings, "clean", "support.tiny_service", **environment)


def dead(settings: Settings) -> list[Letter]:
    return list(letters(settings, (DEAD,)))


def key(name: str) -> bytes:
    return article_id(f"https://news.example/{name}").encode()


def urls(settings: Settings) -> list[str]:
    return [value["url"].rsplit("/", 1)[1] for value in values(settings, ARTICLES)]


def in_count(child: Child) -> int:
    return int((child.get("/status") or {}).get("in", 0))


def cli(monkeypatch: pytest.MonkeyPatch, child: Child, *arguments: str) -> str:
    """What `newsloom …` prints, with the child's settings."""
    for name, value in child.environment().items():
        if name.startswith("NEWSLOOM_"):
            monkeypatch.setenv(name, value)
    load_settings.cache_clear()
    try:
        result = CliRunner().invoke(application(), list(arguments), catch_exceptions=False)
    finally:
        load_settings.cache_clear()
    assert result.exit_code == 0, result.output
    return result.output


def test_each_page_gets_its_fate_and_dead_ones_their_story(own: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {"a": "good", "b": "skip", "c": "bug", "d": "hang", "e": "die", "f": "bad", "g": "good"}
    messages = [page(name, text).to_json() for name, text in texts.items()]
    large = page("large", "x" * 5 * 1024 * 1024).to_json()
    with running(tiny(own)) as (child,):
        produce(own, PAGES, [*messages, large, b"{broken"], partition=0, key=key("a"), headers=[("own", b"1")])
        eventually(lambda: in_count(child) == 9, "all nine get an outcome")
        status = child.get("/status")
        assert child.stop() == 0
    assert sorted(urls(own)) == ["a", "g", "large"]
    assert {n: status[n] for n in ("in", "forwarded", "skipped", "dead")} == {
        "in": 9,
        "forwarded": 3,
        "skipped": 1,
        "dead": 5,
    }
    fates = {f.get("url", "").rsplit("/", 1)[-1]: (f["fate"], f["reason"]) for f in values(own, FATES)}
    assert fates == {
        "b": ("skipped", "too_short"),
        "c": ("dead", "bug"),
        "d": ("dead", "time_limit"),
        "e": ("dead", "worker_died"),
        "f": ("dead", "invalid_url"),
        "": ("dead", "broken_message"),
    }
    stories = {r.value: read_context(r.headers) for r in records(own, DEAD)}
    assert set(stories) == {*messages[2:6], b"{broken"}
    story = stories[messages[2]]
    assert (story["stage"], story["error-class"], story["error"]) == ("clean", "KeyError", "KeyError: 'title'")
    assert (story["origin-topic"], story["origin-partition"], story["origin-offset"]) == (
        own.name(PAGES.name),
        "0",
        "2",
    )

    listed = json.loads(cli(monkeypatch, child, "dead", "list", "--json"))
    assert {item["reason"] for item in listed} == {"bug", "time_limit", "worker_died", "invalid_url", "broken_message"}
    assert "5 dead messages" in cli(monkeypatch, child, "dead", "list")
    only = json.loads(cli(monkeypatch, child, "dead", "list", "--json", "--reason", "bug", "--topic", "news.pages.v1"))
    assert [item["url"] for item in only] == ["https://news.example/c"]
    shown = json.loads(cli(monkeypatch, child, "dead", "show", only[0]["ref"]))
    assert json.loads(shown["message"])["text"] == "bug"


def test_a_dead_message_replayed_after_the_cause_is_mended_succeeds(
    own: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(tiny(own)) as (child,):
        produce(own, PAGES, [page("a", "bug").to_json()], key=b"\xffbinary", headers=[("own", b"1")])
        eventually(lambda: len(dead(own)) == 1, "the message dies")
        for attempt in (2, 3):
            dry = cli(
                monkeypatch, child, "dead", "replay", "--all", "--all-states", "--dry-run", "--url", "news.example/a"
            )
            assert dry == f"{attempt - 1} messages would be sent again\n"
            (first, *_) = dead(own)
            cli(monkeypatch, child, "dead", "replay", first.ref)
            eventually(lambda n=attempt: len(dead(own)) == n, "it dies again")
        stories = [read_context(letter.headers) for letter in dead(own)]
        child.stop()
    assert [s["attempts"] for s in stories] == ["1", "2", "2"], "each replay of the first letter counts on from it"
    assert len({s["first-at"] for s in stories}) == 1
    again = records(own, PAGES)
    assert {(r.key, r.value, r.timestamp) for r in again} == {(again[0].key, again[0].value, again[0].timestamp)}
    assert all(("own", b"1") in r.headers for r in again)
    with running(Child(own, "clean", "support.tiny_service", TINY_MENDED="1")) as (mended,):
        cli(monkeypatch, mended, "dead", "replay", "--all", "--all-states", "--reason", "bug")
        eventually(lambda: len(urls(own)) == 3, "all three copies go on")
    assert set(urls(own)) == {"a"}


def test_what_a_stage_waits_for_costs_nothing_and_shows(own: Settings, tmp_path: Path) -> None:
    down = tmp_path / "down"
    down.touch()
    with running(tiny(own, TINY_WAIT=str(down), NEWSLOOM_STALL_LIMIT_S="5")) as (child,):
        produce(own, PAGES, [page(str(i), "good").to_json() for i in range(20)])
        said = eventually(lambda: (child.get("/readyz") or {}).get("reasons"), "not ready, with the reason")
        assert "the test says so" in said[0]
        eventually(lambda: (child.get("/status") or {}).get("lag"), "the watchdog has looked")
        assert child.process.poll() is None
        down.unlink()
        eventually(lambda: in_count(child) == 20, "all go on once it is up")
        assert child.get("/readyz") == {"ready": True, "reasons": []}
        assert (child.get("/status") or {})["dead"] == 0
    assert sorted(urls(own), key=int) == [str(i) for i in range(20)]


def test_nothing_is_lost_by_kills_in_the_middle(own: Settings) -> None:
    names = [f"{i:04}" for i in range(600)]
    small = own.model_copy(update={"batch": 20})
    child = tiny(small)
    with running(child):
        produce(own, PAGES, [page(name, "good").to_json() for name in names])
        for done in (100, 300):
            eventually(lambda n=done: len(urls(own)) >= n, f"{done} articles")
            child.kill()
            child.start()
        eventually(lambda: set(urls(own)) == set(names), "every page goes on")
        eventually(lambda: (child.get("/status") or {}).get("lag") == 0, "and is acknowledged")
        assert child.stop() == 0
        produce(own, PAGES, [page("after", "good").to_json()])
        child.start().wait_ready()
        eventually(lambda: "after" in urls(own), "the next page goes on")
        assert in_count(child) <= 1, "what was acknowledged does not come again"


def test_a_stage_whose_messages_mostly_die_halts_and_says_why(own: Settings) -> None:
    with running(tiny(own, NEWSLOOM_DEAD_RATIO_WINDOW="20", NEWSLOOM_STALL_LIMIT_S="5")) as (child,):
        produce(own, PAGES, [page(str(i), "bug").to_json() for i in range(300)])
        reasons = eventually(lambda: (child.get("/readyz") or {}).get("reasons"), "it halts")
        assert "could not be processed" in reasons[0]
        assert "KeyError: 'title'" in reasons[0]
        assert len(records(own, DEAD)) < 100
        assert child.stop() == 0


def test_a_service_stops_when_told_even_while_kafka_is_down(own: Settings) -> None:
    child = tiny(own.model_copy(update={"kafka": "127.0.0.1:1"})).start()
    try:
        eventually(lambda: (child.get("/healthz") or {}).get("alive"), "it is alive")
        assert child.get("/readyz")["ready"] is False
        assert child.stop() == 0
    finally:
        if child.process.poll() is None:
            child.kill()
