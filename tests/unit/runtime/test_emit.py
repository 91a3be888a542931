"""What is sent for each outcome."""

import asyncio
import json
from datetime import UTC, datetime

import pytest
from support.messages import TIMESTAMP_MS, RecordingPublisher, article, delivery, enriched, page

from services.contracts.fates import DeadReason, Skip, SkipReason
from services.contracts.messages import Fate, Message, PageMessage, Step
from services.contracts.topics import ARTICLES, ENRICHED, FATES, PAGES, URLS, Topic
from services.contracts.urls import article_id
from services.runtime.dead import read_context
from services.runtime.emit import Emitter
from services.runtime.publisher import MessageTooLarge, PublishError
from services.runtime.stage import Delivery, Done, Failure, Forward, Outcome, Stage

FAILURE = Failure(DeadReason.BUG, "KeyError", "KeyError: 'x'")
TRACE = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


async def nothing(_: object) -> list[Outcome]:
    return []


CLEAN = Stage("clean", PAGES, nothing, writes=ARTICLES)


async def emitted(
    outcome: Outcome,
    given: Delivery | None = None,
    message: Message | None = None,
    stage: Stage = CLEAN,
    publisher: RecordingPublisher | None = None,
) -> tuple[RecordingPublisher, Outcome]:
    publisher = publisher or RecordingPublisher()
    taken = given or delivery(page("a"), headers=[("traceparent", TRACE)], offset=5)
    (came_true,) = await Emitter(stage, publisher).emit([(taken, message, outcome)])
    return publisher, came_true


def fates(publisher: RecordingPublisher) -> list[Fate]:
    return [Fate.parse(json.loads(value)) for value in publisher.on(FATES.name)]


async def test_what_goes_on_has_its_key_one_more_step_and_the_same_trace() -> None:
    outcome = Forward(article("a", trail=(Step(stage="fetch", at=datetime(2026, 1, 1, tzinfo=UTC)),)))
    publisher, came_true = await emitted(outcome)
    ((topic, key, value, headers, _),) = publisher.sent
    assert (topic, key) == (ARTICLES.name, article_id("https://news.example/a").encode())
    assert [step["stage"] for step in json.loads(value)["trail"]] == ["fetch", "clean"]
    assert dict(headers)["traceparent"][:36] == TRACE[:36]
    assert dict(headers)["source"] == b"news.example"
    assert came_true is outcome


async def test_a_page_that_goes_on_has_the_id_of_its_url_as_key() -> None:
    publisher, _ = await emitted(Forward(page("a")), stage=Stage("fetch", URLS, nothing, writes=PAGES))
    assert publisher.sent[0][:2] == (PAGES.name, article_id("https://news.example/a").encode())


async def test_a_skipped_page_gets_a_fate_with_all_that_is_known() -> None:
    message = PageMessage(url="https://news.example/a?utm_source=x", text="x", source="feed-1")
    publisher, _ = await emitted(Skip(SkipReason.TOO_SHORT, "1 word"), delivery(message, offset=5), message)
    ((topic, key, _, _, _),) = publisher.sent
    (fate,) = fates(publisher)
    assert (topic, key) == (FATES.name, article_id("https://news.example/a").encode())
    assert (fate.id, fate.url) == (article_id("https://news.example/a"), message.url)
    assert (fate.stage, fate.fate, fate.reason, fate.detail) == ("clean", "skipped", "too_short", "1 word")
    assert (fate.source, fate.origin) == ("feed-1", delivery(message, offset=5).origin)
    assert fate.fetched_at == datetime.fromtimestamp(TIMESTAMP_MS / 1000, UTC)
    assert [step.stage for step in fate.trail] == ["clean"]


async def test_an_articles_own_id_time_and_source_are_those_of_its_fate() -> None:
    message = article("a", id="ab" * 32)
    publisher, _ = await emitted(
        FAILURE, delivery(message, topic=ARTICLES.name), message, Stage("enrich", ARTICLES, nothing)
    )
    (fate,) = fates(publisher)
    assert (fate.id, fate.fetched_at, fate.source) == ("ab" * 32, message.fetched_at, "news.example")


async def test_a_dead_message_goes_untouched_to_the_dead_topic_and_gets_a_fate() -> None:
    given = delivery(b"{broken", key=b"\xff\x00", headers=[("own", None)], offset=5)
    publisher, _ = await emitted(FAILURE, given)
    topic, key, value, headers, timestamp = publisher.sent[0]
    assert (topic, key, value, timestamp) == ("news.pages.v1.dead", b"\xff\x00", b"{broken", TIMESTAMP_MS)
    assert headers[0] == ("own", None)
    assert read_context(headers)["error"] == "KeyError: 'x'"
    (fate,) = fates(publisher)
    assert (fate.fate, fate.reason, fate.url) == ("dead", "bug", None)


async def test_the_fates_own_reader_writes_no_fates() -> None:
    stage = Stage("journeys", FATES, nothing, fates=frozenset({"skipped"}))
    publisher, _ = await emitted(FAILURE, delivery(b"{", topic=FATES.name), stage=stage)
    assert [name for name, *_ in publisher.sent] == ["news.fates.v1.dead"]


async def test_nothing_follows_when_done() -> None:
    publisher, came_true = await emitted(Done())
    assert publisher.sent == []
    assert came_true == Done()


async def test_results_are_sent_in_order() -> None:
    publisher = RecordingPublisher()
    results = [(delivery(page(str(i)), offset=i), None, Forward(article(str(i)))) for i in range(20)]
    assert await Emitter(CLEAN, publisher).emit(results) == [outcome for _, _, outcome in results]
    assert [json.loads(v)["url"].rsplit("/", 1)[1] for v in publisher.on(ARTICLES.name)] == [str(i) for i in range(20)]


async def test_a_send_that_is_not_confirmed_is_an_error_of_the_whole_batch() -> None:
    publisher = RecordingPublisher()

    def refuse(topic: Topic, value: bytes) -> None:
        if b"news.example/1" in value:
            raise PublishError("Kafka did not take it")

    publisher.refuse = refuse
    results = [(delivery(page(str(i))), None, Forward(article(str(i)))) for i in range(3)]
    with pytest.raises(PublishError):
        await Emitter(CLEAN, publisher).emit(results)


async def test_emit_returns_only_after_every_confirmation() -> None:
    confirm = asyncio.Event()

    class Slow(RecordingPublisher):
        async def send_raw(self, topic: Topic, *args: object) -> None:  # type: ignore[override]
            await confirm.wait()
            await super().send_raw(topic, *args)  # type: ignore[arg-type]

    work = asyncio.create_task(Emitter(CLEAN, Slow()).emit([(delivery(page("a")), None, Forward(article("a")))]))
    for _ in range(20):
        await asyncio.sleep(0)
    assert not work.done()
    confirm.set()
    assert len(await work) == 1


@pytest.mark.parametrize("outcome", [Forward(enriched("a")), FAILURE])
async def test_what_is_too_large_for_its_topic_is_skipped_instead_of_tried_for_ever(outcome: Outcome) -> None:
    publisher = RecordingPublisher()

    def refuse(topic: Topic, value: bytes) -> None:
        if topic is not FATES:
            raise MessageTooLarge("the message has 9 bytes; it takes at most 8")

    publisher.refuse = refuse
    stage = Stage("enrich", ARTICLES, nothing, writes=ENRICHED)
    _, came_true = await emitted(outcome, delivery(article("a"), topic=ARTICLES.name), article("a"), stage, publisher)
    (fate,) = fates(publisher)
    assert (fate.fate, fate.reason) == ("skipped", "too_large")
    assert came_true == Skip(SkipReason.TOO_LARGE, "the message has 9 bytes; it takes at most 8")


async def test_a_fate_fits_its_topic_whatever_the_message_was() -> None:
    steps = tuple(Step(stage="s" * 100, at=datetime(2026, 1, 1, tzinfo=UTC)) for _ in range(20_000))
    message = PageMessage(url="https://a.example/" + "x" * 3_000_000, text="", source="s" * 3_000_000, trail=steps)
    publisher, _ = await emitted(Skip(SkipReason.EMPTY, "d" * 3_000_000), delivery(message), message)
    assert len(publisher.on(FATES.name)[0]) < 20_000
    assert len(fates(publisher)[0].trail) <= 21


async def test_a_detail_that_is_no_unicode_is_told_as_well_as_it_can_be() -> None:
    publisher, _ = await emitted(Skip(SkipReason.EMPTY, "odd \udc80"))
    assert fates(publisher)[0].detail == "odd \\udc80"
