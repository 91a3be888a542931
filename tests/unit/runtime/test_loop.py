"""A batch from delivery to acknowledgement, step by step."""

import asyncio
import json
from collections.abc import Callable, Sequence

import pytest
from support.messages import RecordingPublisher, article, delivery, page

from services.contracts.fates import DeadReason, Skip, SkipReason
from services.contracts.messages import Message, PageMessage
from services.contracts.topics import ARTICLES, FATES, PAGES, Topic
from services.runtime.breaker import DeadRatio
from services.runtime.emit import Emitter
from services.runtime.errors import Broken, Unavailable
from services.runtime.loop import Loop
from services.runtime.progress import Progress
from services.runtime.publisher import PublishError
from services.runtime.stage import Delivery, Failure, Forward, Outcome, Stage
from services.runtime.waiting import Dependencies


class Bench:
    """A loop over a recording publisher; `events` tells what happened in which order."""

    def __init__(self, answer: Callable[[PageMessage], Outcome], limit: float = 1.0, **stage: object) -> None:
        self.events: list[str] = []
        self.publisher = RecordingPublisher()
        self.publisher.refuse = lambda topic, _: self.events.append(f"send {topic.name}")
        self.progress = Progress("clean")
        self.dependencies = Dependencies(self._nap)
        self._answer = answer
        made = Stage("clean", PAGES, self.process, writes=ARTICLES, **stage)  # type: ignore[arg-type]
        emitter, ratio = Emitter(made, self.publisher), DeadRatio(limit, 10)
        self.loop = Loop(made, emitter, self.progress, self.dependencies, ratio)

    async def _nap(self, _: float) -> None:
        self.events.append("wait: " + "; ".join(self.dependencies.reasons()).split(" has been")[0])

    async def process(self, messages: Sequence[Message]) -> list[Outcome]:
        self.events.append(f"process {len(messages)}")
        assert self.progress.busy
        return [self._answer(message) for message in messages if isinstance(message, PageMessage)]

    def names(self, topic: str) -> list[str]:
        return [json.loads(value)["url"].rsplit("/", 1)[1] for value in self.publisher.on(topic)]


def good(message: PageMessage) -> Outcome:
    return Forward(article(message.url.rsplit("/", 1)[1]))


def pages(*names: str) -> list[Delivery]:
    return [delivery(page(name), offset=i) for i, name in enumerate(names)]


async def test_a_batch_is_decoded_processed_sent_and_counted() -> None:
    bench = Bench(good)
    await bench.loop.handle(pages("a", "b", "c"))
    assert bench.events == ["process 3", *["send news.articles.v1"] * 3]
    assert bench.names(ARTICLES.name) == ["a", "b", "c"]
    assert (bench.progress.counts["in"], bench.progress.counts["forwarded"]) == (3, 3)
    assert not bench.progress.busy


async def test_each_gets_its_own_outcome_among_broken_ones() -> None:
    def judge(message: PageMessage) -> Outcome:
        return Skip(SkipReason.TOO_SHORT, "x") if message.url.endswith("b") else good(message)

    bench = Bench(judge)
    a, b, c = pages("a", "b", "c")
    await bench.loop.handle([delivery(b"{"), a, delivery(b"[]"), b, c, delivery(b'{"url": "https://news.example/z"}')])
    assert bench.names(ARTICLES.name) == ["a", "c"]
    dead = [json.loads(v) for v in bench.publisher.on(FATES.name)]
    assert [(f["fate"], f["reason"]) for f in dead if f["fate"] == "skipped"] == [("skipped", "too_short")]
    assert [f["reason"] for f in dead if f["fate"] == "dead"] == ["broken_message"] * 3
    assert bench.publisher.on("news.pages.v1.dead") == [b"{", b"[]", b'{"url": "https://news.example/z"}']
    assert (bench.progress.counts["forwarded"], bench.progress.counts["skipped"], bench.progress.counts["dead"]) == (
        2,
        1,
        3,
    )


async def test_nothing_to_process_is_not_processed() -> None:
    bench = Bench(good)
    await bench.loop.handle([delivery(b"{")])
    assert "process" not in " ".join(bench.events)


async def test_prepare_comes_between_decoding_and_processing() -> None:
    def dated(message: Message, given: Delivery) -> Message:
        return message.model_copy(update={"fetched_at": given.arrived_at})

    seen: list[PageMessage] = []
    bench = Bench(lambda m: seen.append(m) or good(m), prepare=dated)
    (given,) = pages("a")
    await bench.loop.handle([given])
    assert seen[0].fetched_at == given.arrived_at


async def test_a_bug_in_decoding_is_the_end_of_that_message_only() -> None:
    def prepare(message: Message, given: Delivery) -> Message:
        if given.origin.offset == 1:
            raise OverflowError("date value out of range")
        return message

    bench = Bench(good, prepare=prepare)
    await bench.loop.handle(pages("a", "b", "c"))
    assert bench.names(ARTICLES.name) == ["a", "c"]
    assert json.loads(bench.publisher.on(FATES.name)[0])["detail"] == "OverflowError: date value out of range"


async def test_more_bytes_than_the_topic_takes_are_skipped_unread() -> None:
    bench = Bench(good)
    value = page("big", "x" * PAGES.max_bytes).to_json()
    await bench.loop.handle([delivery(value), *pages("a")])
    assert bench.names(ARTICLES.name) == ["a"]
    fate = json.loads(bench.publisher.on(FATES.name)[0])
    assert (fate["fate"], fate["reason"], fate["url"]) == ("skipped", "too_large", "https://news.example/big")
    assert "takes at most 33,554,432" in fate["detail"]


async def test_a_dependency_that_is_down_is_waited_for_and_costs_no_message() -> None:
    failures = [Unavailable("connection refused")] * 3

    def judge(message: PageMessage) -> Outcome:
        if failures:
            raise failures.pop()
        return good(message)

    bench = Bench(judge)
    await bench.loop.handle(pages("a", "b"))
    assert bench.events[:7] == [*["process 2", "wait: elasticsearch"] * 3, "process 2"]
    assert bench.names(ARTICLES.name) == ["a", "b"]
    assert bench.progress.counts["dead"] == 0


async def test_sends_that_fail_are_repeated_until_all_are_confirmed() -> None:
    bench = Bench(good)
    failures = [PublishError("no leader")] * 2

    def refuse(topic: Topic, value: bytes) -> None:
        bench.events.append("send")
        if failures and b"news.example/b" in value:
            raise failures.pop()

    bench.publisher.refuse = refuse
    await bench.loop.handle(pages("a", "b"))
    assert bench.events.count("process 2") == 1, "the work is done once"
    assert bench.events.count("wait: kafka") == 2
    assert set(bench.names(ARTICLES.name)) == {"a", "b"}
    assert bench.progress.counts["in"] == 2, "counted once, however often it was sent"


async def test_a_stage_that_breaks_goes_one_by_one_to_find_whose_fault_it_is() -> None:
    def judge(message: PageMessage) -> Outcome:
        if message.url.endswith("b"):
            raise ZeroDivisionError("division by zero")
        return good(message)

    bench = Bench(judge)
    await bench.loop.handle(pages("a", "b", "c"))
    assert bench.events[:4] == ["process 3", "process 1", "process 1", "process 1"]
    assert bench.names(ARTICLES.name) == ["a", "c"]
    assert bench.publisher.on("news.pages.v1.dead") == [pages("a", "b")[1].value]


async def test_a_process_that_is_of_no_use_any_more_kills_no_message() -> None:
    def judge(message: PageMessage) -> Outcome:
        raise Broken("no worker processes")

    bench = Bench(judge)
    with pytest.raises(Broken):
        await bench.loop.handle(pages("a", "b"))
    assert bench.publisher.sent == []


@pytest.mark.parametrize("count", [0, 1, 3])
async def test_a_wrong_number_of_outcomes_is_an_error_and_sends_nothing(count: int) -> None:
    bench = Bench(good)

    async def wrong(messages: Sequence[Message]) -> list[Outcome]:
        return [Forward(article("x"))] * count

    object.__setattr__(bench.loop._stage, "process", wrong)
    with pytest.raises(RuntimeError, match=f"clean gave {count} outcomes for 2 messages"):
        await bench.loop.handle(pages("a", "b"))
    assert bench.publisher.sent == []
    assert bench.progress.counts["in"] == 0


async def test_too_many_dead_messages_halt_the_stage_before_any_is_sent() -> None:
    bench = Bench(lambda _: Failure(DeadReason.BUG, "KeyError", "KeyError: 'title'"), limit=0.5)
    work = asyncio.create_task(bench.loop.handle(pages("a", "b", "c", "d", "e")))
    while bench.progress.halted is None:
        await asyncio.sleep(0)
        assert not work.done()
    assert "5 of the last 5 messages could not be processed" in bench.progress.halted
    assert bench.publisher.sent == []
    assert bench.progress.counts["dead"] == 0
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work


async def test_the_ratio_counts_what_came_true() -> None:
    dead = [True, True, True, True, False, True]

    def judge(message: PageMessage) -> Outcome:
        return Failure(DeadReason.BUG, "E", "e") if dead.pop(0) else good(message)

    bench = Bench(judge, limit=0.8)
    for name in "abcde":
        await bench.loop.handle(pages(name))
    assert bench.progress.counts["dead"] == 4
    work = asyncio.create_task(bench.loop.handle(pages("f")))
    while bench.progress.halted is None:
        await asyncio.sleep(0)
    work.cancel()
    assert "5 of the last 6" in bench.progress.halted


async def test_an_onlooker_speaks_for_no_page_and_never_halts() -> None:
    bench = Bench(lambda _: Failure(DeadReason.BUG, "X", "x"), limit=0.1, onlooker=True)
    for _ in range(20):
        await bench.loop.handle([delivery(b"{"), *pages("a")])
    assert bench.publisher.sent == []
    assert (bench.progress.halted, bench.progress.counts["dead"]) == (None, 40)


async def test_a_stage_says_what_it_waits_for() -> None:
    answers = iter([Unavailable("full"), None])

    def judge(message: PageMessage) -> Outcome:
        if error := next(answers):
            raise error
        return good(message)

    bench = Bench(judge, needs="archive")
    await bench.loop.handle(pages("a"))
    assert "wait: archive" in bench.events
