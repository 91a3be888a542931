"""The publisher without a broker: limits and errors."""

import socket

import pytest
from support.messages import RecordingPublisher, page, settings_for_tests

from services.contracts.topics import INDEXED, PAGES
from services.contracts.urls import article_id
from services.runtime.errors import Unavailable
from services.runtime.publisher import MessageTooLarge, Publisher, PublishError


def closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


async def test_a_message_over_its_topics_limit_is_refused_before_any_broker_is_asked() -> None:
    publisher = Publisher(settings_for_tests(kafka=f"127.0.0.1:{closed_port()}"))
    with pytest.raises(MessageTooLarge) as caught:
        await publisher.send_raw(INDEXED, b"key", b"x" * (INDEXED.max_bytes + 1), [])
    assert str(caught.value) == "the message has 1,048,577 bytes; news.indexed.v1 takes at most 1,048,576"
    assert caught.value.exit_code == 2


async def test_a_broker_that_does_not_answer_is_named() -> None:
    server = f"127.0.0.1:{closed_port()}"
    publisher = Publisher(settings_for_tests(kafka=server))
    with pytest.raises(PublishError, match=f"Kafka at {server} does not answer .* is it up") as caught:
        await publisher.send(PAGES, page("a"))
    assert isinstance(caught.value, Unavailable)
    assert caught.value.exit_code == 3
    await publisher.stop()  # never started: nothing to do


async def test_the_key_is_the_articles_id_unless_given() -> None:
    publisher = RecordingPublisher()
    await publisher.send(PAGES, page("a"))
    await publisher.send(PAGES, page("a"), key="mine", headers=[("own", b"1")])
    await publisher.send_all(PAGES, [page("b"), page("c")])
    keys = [article_id(f"https://news.example/{name}").encode() for name in "abc"]
    assert [key for _, key, *_ in publisher.sent] == [keys[0], b"mine", keys[1], keys[2]]
    assert publisher.sent[1][3] == [("own", b"1")]
    assert publisher.sent[0][3][0][0] == "traceparent"
