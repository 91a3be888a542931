"""The models: what they take, what they refuse, and in which words."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import ValidationError
from support.messages import enriched

from services.contracts.export import json_schema
from services.contracts.fates import BadInput, DeadReason
from services.contracts.messages import Enriched, Fate, PageMessage, UrlMessage
from services.contracts.topics import FLOW, PAGES
from services.runtime.decode import decode

URL = "https://news.example/a"


def page(**fields: Any) -> bytes:
    return orjson.dumps({"url": URL, "text": "Ferries return.", **fields})


def refusal(value: bytes) -> BadInput:
    with pytest.raises(BadInput) as refused:
        decode(value, PageMessage)
    return refused.value


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ("2026-05-14T06:20:00Z", datetime(2026, 5, 14, 6, 20, tzinfo=UTC)),
        ("2026-05-14T08:20:00+02:00", datetime(2026, 5, 14, 6, 20, tzinfo=UTC)),
        ("2026-05-14T06:20:00", datetime(2026, 5, 14, 6, 20, tzinfo=UTC)),
        ("2026-05-14", datetime(2026, 5, 14, tzinfo=UTC)),
        ("2026-05-14T06:20:00.250Z", datetime(2026, 5, 14, 6, 20, 0, 250_000, tzinfo=UTC)),
    ],
)
def test_times_are_utc(given_: str, expected: datetime) -> None:
    message = decode(page(fetched_at=given_), PageMessage)
    assert isinstance(message, PageMessage)
    assert message.fetched_at == expected
    assert message.fetched_at is not None
    assert message.fetched_at.utcoffset() == timedelta(0)


def test_times_from_python_are_utc_too() -> None:
    east = datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=2)))
    assert PageMessage(url=URL, text="x", fetched_at=east).to_json().count(b"2025-12-31T23:00:00Z") == 1


@pytest.mark.parametrize(
    "wrong",
    [
        "99999-01-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:00:00-10:00",
        "2026-02-30T00:00:00Z",
        "yesterday",
        "",
        "1767225600",
        1767225600,
        1e300,
        True,
        ["2026-01-01"],
    ],
)
def test_a_time_that_is_none_is_refused_in_words(wrong: object) -> None:
    error = refusal(page(fetched_at=wrong))
    assert error.reason is DeadReason.BROKEN_MESSAGE
    assert error.detail.startswith("fetched_at: expected a time as in RFC 3339, such as 2026-11-22T08:30:00Z")
    assert "(found " in error.detail


@pytest.mark.parametrize(
    ("bodies", "found"),
    [
        ({}, "none"),
        ({"html": "<p>", "text": "x"}, "html and text"),
        ({"html": "<p>", "text": "x", "body_base64": "eA=="}, "html and text and body_base64"),
        ({"html": None}, "none"),
    ],
)
def test_a_page_has_exactly_one_body(bodies: dict[str, Any], found: str) -> None:
    error = refusal(orjson.dumps({"url": URL, **bodies}))
    assert error.detail == f"a page needs exactly one of html, text, body_base64; found {found}"
    assert not Draft202012Validator(json_schema(PAGES)).is_valid({"url": URL, **bodies})


@pytest.mark.parametrize("body", ["html", "text", "body_base64"])
def test_null_counts_as_absent(body: str) -> None:
    payload = {"url": URL, "html": None, "text": None, "body_base64": None, body: "eA=="}
    assert decode(orjson.dumps(payload), PageMessage).to_json() == orjson.dumps(
        {"schema": 1, "trail": [], "url": URL, body: "eA==", "authors": []}
    )
    assert Draft202012Validator(json_schema(PAGES)).is_valid(payload)


@pytest.mark.parametrize(
    ("value", "reason", "words"),
    [
        (b"", DeadReason.BROKEN_MESSAGE, "empty"),
        (b"\xff\xfe", DeadReason.BROKEN_MESSAGE, "not UTF-8 JSON"),
        (b'{"url": "https://a.example/", "text": "\xe9"}', DeadReason.BROKEN_MESSAGE, "not UTF-8 JSON"),
        (b'{"url": ', DeadReason.BROKEN_MESSAGE, "not UTF-8 JSON"),
        (b"[" * 100_000, DeadReason.BROKEN_MESSAGE, "not UTF-8 JSON"),
        (b'{"url": "\\ud800", "text": "x"}', DeadReason.BROKEN_MESSAGE, "not UTF-8 JSON"),
        (b"[]", DeadReason.BROKEN_MESSAGE, "expected a JSON object, found list"),
        (b"null", DeadReason.BROKEN_MESSAGE, "expected a JSON object, found NoneType"),
        (b'{"text": "x"}', DeadReason.BROKEN_MESSAGE, "url: Field required"),
        (b'{"url": "", "text": "x"}', DeadReason.BROKEN_MESSAGE, "url: "),
        (b'{"url": 5, "text": "x"}', DeadReason.BROKEN_MESSAGE, "url: Input should be a valid string (found 5)"),
        (page(authors="Mara"), DeadReason.BROKEN_MESSAGE, "authors: "),
        (page(schema=2), DeadReason.UNKNOWN_SCHEMA, "schema 2 is unknown; this version reads 1"),
        (page(schema="1"), DeadReason.UNKNOWN_SCHEMA, "schema '1' is unknown"),
        (page(schema=None), DeadReason.UNKNOWN_SCHEMA, "schema None is unknown"),
    ],
)
def test_bad_messages_are_refused_with_reason_and_words(value: bytes, reason: DeadReason, words: str) -> None:
    error = refusal(value)
    assert error.reason is reason
    assert words in error.detail
    assert len(error.detail) < 1000


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_fields = st.sampled_from(sorted({f for t in FLOW if t.model for f in t.model.model_fields} | {"schema"}))


@given(st.sampled_from([t.model for t in FLOW]), st.dictionaries(_fields, _json, max_size=8))
def test_any_object_is_a_message_or_bad_input(model: type[PageMessage], payload: dict[str, Any]) -> None:
    try:
        message = decode(orjson.dumps(payload), model)
    except BadInput:
        return
    assert decode(message.to_json(), model) == message


@given(st.binary(max_size=60))
def test_any_bytes_are_a_message_or_bad_input(value: bytes) -> None:
    with pytest.raises(BadInput):
        decode(b"\x00" + value, UrlMessage)


def test_messages_are_frozen() -> None:
    message = UrlMessage(url=URL)
    with pytest.raises(ValidationError, match="frozen"):
        message.url = "https://other.example/"


def test_enriched_reads_as_the_article_it_is() -> None:
    assert set(Enriched.model_fields) > {"id", "body", "entities"}


@pytest.mark.parametrize(
    ("vector", "models", "words"),
    [
        ([0.0, 0.0], {"embedding": "m 1"}, "not all 0"),
        ([1.0, float("inf")], {"embedding": "m 1"}, "finite"),
        ([], {"embedding": "m 1"}, "not all 0"),
        ([1.0], {}, "models.embedding"),
        ([1.0], {"embedding": " "}, "models.embedding"),
    ],
)
def test_a_vector_that_nothing_can_be_compared_with_is_refused(
    vector: list[float], models: dict[str, str], words: str
) -> None:
    with pytest.raises(ValidationError, match=words):
        Enriched.model_validate({**enriched("a").model_dump(), "embedding": vector, "models": models})


def test_fate_parses() -> None:
    raw = {"id": "0" * 64, "stage": "clean", "fate": "skipped", "reason": "empty", "detail": "no text"}
    fate = Fate.parse({**raw, "at": "2026-01-01T00:00:00Z", "fetched_at": "2026-01-01T00:00:00Z"})
    assert fate.fate == "skipped"
    with pytest.raises(ValidationError, match="Input should be 'skipped' or 'dead'"):
        Fate.parse({**raw, "fate": "lost", "at": "2026-01-01T00:00:00Z", "fetched_at": "2026-01-01T00:00:00Z"})
