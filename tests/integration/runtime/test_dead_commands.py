"""`newsloom dead` on real dead letters: chosen, sent again, marked, dropped, freed."""

import asyncio
import json
import tracemalloc
from collections.abc import Callable
from itertools import count

import pytest
from support.messages import page
from support.topics import add_partitions, create_topics, produce, records
from typer.testing import CliRunner, Result

from services.cli import application
from services.commands import dead_work
from services.contracts.topics import PAGES, topic_named
from services.runtime.letters import letter_at, letters, states
from services.runtime.markers import State
from services.runtime.publisher import Publisher, PublishError
from services.runtime.settings import Settings, load_settings
from services.runtime.trace import Headers

pytestmark = pytest.mark.stack
DEAD = topic_named("news.pages.v1.dead")
Cli = Callable[..., Result]


@pytest.fixture
def cli(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Runs `newsloom dead …` on topics of its own, which hold five letters."""
    for name in ("kafka", "elasticsearch", "namespace"):
        monkeypatch.setenv(f"NEWSLOOM_{name.upper()}", str(getattr(settings, name)))
    create_topics(settings)
    bury(settings, range(5))

    def run(*arguments: str) -> Result:
        load_settings.cache_clear()
        try:
            return CliRunner().invoke(application(), ["dead", *arguments])
        finally:
            load_settings.cache_clear()

    return run


def bury(settings: Settings, numbers: range) -> None:
    """Dead letters 0, 1, 2, …: even ones of a bug in clean, odd ones of a time limit; a day after each other."""
    for n in numbers:
        story = {
            "stage": "clean",
            "reason": "time_limit" if n % 2 else "bug",
            "error": f"Error number {n}",
            "attempts": "1",
            "last-at": f"2026-11-{n % 28 + 1:02}T08:00:00Z",
        }
        headers = [(f"dead-{name}", value.encode()) for name, value in story.items()]
        value = page(str(n), "good").model_copy(update={"source": f"s{n % 3}"}).to_json()
        produce(settings, DEAD, [value], headers=headers)


def refs(result: Result) -> list[str]:
    assert result.exit_code == 0, result.output
    return [item["ref"].rpartition(":")[2] for item in json.loads(result.output)]


CHOICES = {
    (): "01234",
    ("--reason", "bug"): "024",
    ("--stage", "enrich"): "",
    ("--topic", "news.articles.v1"): "",
    ("--topic", "news.pages.v1", "--limit", "2"): "01",
    ("--url", "example/3"): "3",
    ("--source", "s1"): "14",
    ("--since", "2026-11-03"): "234",
    ("--until", "2026-11-02"): "01",
    ("--error", "NUMBER 2"): "2",
}


def test_letters_are_chosen(cli: Cli) -> None:
    """All in one test: making the topics for each would take far longer than asking."""
    found = {options: "".join(refs(cli("list", "--json", *options))) for options in CHOICES}
    assert found == CHOICES


def test_what_was_replayed_or_dropped_is_not_listed_nor_done_again(settings: Settings, cli: Cli) -> None:
    assert cli("replay", "--all", "--reason", "bug", "--dry-run").output == "3 messages would be sent again\n"
    assert cli("replay", "--all", "--reason", "bug", "--limit", "2", "--rate", "100").output.endswith(
        "2 messages sent again\n"
    )
    assert refs(cli("list", "--json")) == ["1", "3", "4"]
    assert cli("drop", f"{DEAD.name}:1", "--yes").output.endswith("1 messages dropped\n")
    assert refs(cli("list", "--json")) == ["3", "4"]
    sent = [page(n, "good").model_copy(update={"source": f"s{n}"}).to_json() for n in ("0", "2")]
    assert sorted(r.value for r in records(settings, PAGES)) == sorted(sent)  # without a key any partition may take it
    assert cli("replay", "--all").output.endswith("2 messages sent again\n")
    assert cli("replay", "--all").output.endswith("0 messages sent again\n")
    assert len(records(settings, PAGES)) == 4
    assert "were replayed or dropped" in cli("list").output
    (known,) = states(settings, (DEAD,)).values()
    assert known.open == 0


def test_kafka_frees_what_is_handled_at_the_beginning(settings: Settings, cli: Cli) -> None:
    cli("replay", f"{DEAD.name}:0")
    assert cli("drop", f"{DEAD.name}:1", f"{DEAD.name}:3", "--yes").exit_code == 0
    assert [letter.offset for letter in letters(settings, (DEAD,))] == [2, 3, 4]
    assert cli("show", f"{DEAD.name}:1").exit_code == 1
    assert json.loads(cli("show", f"{DEAD.name}:2").output)["reason"] == "bug"
    assert cli("drop", "--all", "--yes", "--json").exit_code == 0
    assert list(letters(settings, (DEAD,))) == []
    bury(settings, range(7, 8))
    (item,) = json.loads(cli("list", "--json").output)
    assert item["url"].endswith("/7")


def test_wrong_use_says_what_is_right(cli: Cli) -> None:
    assert cli("drop", "--all").exit_code != 0  # nobody to ask, and no --yes
    for wrong in (("replay",), ("replay", "x:1", "--all"), ("list", "--since", "yesterday"), ("list", "--topic", "x")):
        assert cli(*wrong).exit_code != 0
    assert cli("show", f"{DEAD.name}:99").exit_code == 1
    assert cli("show", f"{DEAD.name}:abc").exit_code == 1
    assert refs(cli("list", "--json")) == list("01234")


async def test_a_replay_that_breaks_off_goes_on_where_it_was(
    settings: Settings, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    del cli
    monkeypatch.setattr(dead_work, "GROUP", 2)
    sent = count()

    class Breaks(Publisher):
        async def send_raw(self, topic, key, value, headers: Headers, timestamp_ms=None) -> None:  # type: ignore[no-untyped-def]
            if topic is PAGES and next(sent) == 3:
                raise PublishError("Kafka went away")
            await super().send_raw(topic, key, value, headers, timestamp_ms)

    found = await asyncio.to_thread(lambda: list(letters(settings, (DEAD,))))
    async with Breaks(settings) as publisher:
        with pytest.raises(PublishError):
            await dead_work.replay(found, publisher, None, lambda *_: None)
    (known,) = (await asyncio.to_thread(states, settings, (DEAD,))).values()
    assert [known.of(n) for n in range(5)] == [State.REPLAYED] * 3 + [State.OPEN] * 2


def test_many_letters_are_not_held_at_once(settings: Settings) -> None:
    create_topics(settings)
    produce(settings, DEAD, (b"x" * 5_000 for _ in range(10_000)))
    tracemalloc.start()
    try:
        assert sum(1 for _ in letters(settings, (DEAD,))) == 10_000
        (known,) = states(settings, (DEAD,)).values()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert known.open == 10_000
    assert peak < 45 * 2**20, "the letters have 50 MB"
    found = letter_at(settings, DEAD, 9_999)
    assert found is not None
    assert found.value == b"x" * 5_000


async def test_letters_have_one_order_also_where_their_topic_got_more_partitions(settings: Settings) -> None:
    create_topics(settings)
    add_partitions(settings, 4, DEAD)
    async with Publisher(settings) as publisher:
        for n in range(8):
            await publisher.send_raw(DEAD, str(n).encode(), b"{}", [])
    assert [(r.partition, r.offset, r.key) for r in records(settings, DEAD)] == [
        (0, n, str(n).encode()) for n in range(8)
    ]
    assert [letter.key for letter in letters(settings, (DEAD,))] == [str(n).encode() for n in range(8)]
