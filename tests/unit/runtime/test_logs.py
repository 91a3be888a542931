"""Logs: one event a line."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from support.messages import settings_for_tests

from services.runtime.logs import AGAIN_AFTER_S, MOST_KINDS, Seldom, configure_logs


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in ("faust", "mode", "aiokafka", "kafka", "asyncio")}
    yield
    root.handlers[:], root.level = handlers, level
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_json_is_one_line_an_event_and_names_the_service(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(settings_for_tests(log_format="json"), "clean")
    structlog.get_logger().warning("message dead", detail="two\nlines", offset=7)
    (event,) = lines(capsys)
    assert event.pop("timestamp").endswith("Z")
    assert event == {
        "event": "message dead",
        "detail": "two\nlines",
        "offset": 7,
        "level": "warning",
        "service": "clean",
    }


def test_off_a_terminal_the_form_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(settings_for_tests(), "clean")
    structlog.get_logger().info("hello")
    assert lines(capsys)[0]["event"] == "hello"


@pytest.mark.parametrize("logger", [structlog.get_logger(), logging.getLogger("some.library")])
def test_exceptions_are_part_of_the_line(capsys: pytest.CaptureFixture[str], logger: logging.Logger) -> None:
    configure_logs(settings_for_tests(log_format="json"), "clean")
    try:
        raise ValueError("a\nb")
    except ValueError:
        logger.exception("it broke")
    (event,) = lines(capsys)
    assert event["event"] == "it broke"
    assert event["level"] == "error"
    assert "Traceback (most recent call last)" in event["exception"]
    assert "ValueError: a\nb" in event["exception"]


def test_values_that_are_no_json_are_shown_all_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(settings_for_tests(log_format="json"), "clean")
    structlog.get_logger().info("odd", value={1, 2}, raw=b"\xff", text="\udc80")
    assert lines(capsys)[0]["raw"] == repr(b"\xff")


def test_libraries_take_the_same_form_and_the_chatty_ones_are_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(settings_for_tests(log_format="json"), "clean")
    logging.getLogger("faust.app").info("chat")
    logging.getLogger("kafka.conn").error("each failed try")
    logging.getLogger("aiokafka").warning("of note: %s", "x")
    (event,) = lines(capsys)
    assert (event["event"], event["service"]) == ("of note: x", "clean")


def test_the_level_is_a_setting(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(settings_for_tests(log_format="json", log_level="error"), "clean")
    structlog.get_logger().warning("not told")
    structlog.get_logger().error("told")
    assert [event["event"] for event in lines(capsys)] == ["told"]


def test_text_is_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(settings_for_tests(log_format="text"), "clean")
    try:
        raise ValueError("broke here")
    except ValueError:
        structlog.get_logger().exception("it broke", offset=7)
    text = capsys.readouterr().err
    assert "it broke" in text
    assert "broke here" in text
    assert not text.startswith("{")


def record(name: str, text: str, *values: object) -> logging.LogRecord:
    return logging.LogRecord(name, logging.ERROR, "x.py", 1, text, values, None)


def test_a_library_that_repeats_itself_is_heard_seldom() -> None:
    now = 0.0
    seldom = Seldom(lambda: now)
    for node in range(500):
        assert seldom.filter(record("aiokafka.conn", "no node %s", node)) == (node == 0)
    assert seldom.filter(record("aiokafka.conn", "something else"))
    assert seldom.filter(record("aiokafka.consumer", "no node %s", 1))
    now = AGAIN_AFTER_S
    again = record("aiokafka.conn", "no node %s", 7)
    assert seldom.filter(again)
    assert again.getMessage() == "no node 7 (499 more like this left out)"


def test_what_we_say_is_always_heard() -> None:
    seldom = Seldom()
    assert all(seldom.filter(record("services.runtime.loop", "message dead")) for _ in range(3))


def test_texts_without_end_take_no_memory_without_end() -> None:
    seldom = Seldom()
    assert all(seldom.filter(record("asyncio", f"text {n}")) for n in range(3 * MOST_KINDS))
    assert len(seldom._kinds) <= MOST_KINDS + 1
