"""From bytes to a message, or to an error that a person understands."""

import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.fates import BadInput, DeadReason
from services.contracts.messages import Article, PageMessage, UrlMessage
from services.contracts.topics import FLOW
from services.contracts.urls import article_id
from services.runtime.decode import decode, page_id

BROKEN, SCHEMA = DeadReason.BROKEN_MESSAGE, DeadReason.UNKNOWN_SCHEMA
PAGE = {"url": "https://news.example/a", "text": "words"}


def test_a_good_message_is_read_and_unknown_fields_are_ignored() -> None:
    message = decode(json.dumps({**PAGE, "later": {"field": 1}}).encode(), PageMessage)
    assert message == PageMessage(**PAGE)


@pytest.mark.parametrize(
    ("value", "reason", "says"),
    [
        (b"", BROKEN, "the message is empty"),
        (b"{", BROKEN, "not UTF-8 JSON"),
        (b'{"url": "\xff"}', BROKEN, "not UTF-8 JSON"),
        (b"\x00\x01\x02", BROKEN, "not UTF-8 JSON"),
        (b'["url"]', BROKEN, "expected a JSON object, found list"),
        (b"null", BROKEN, "expected a JSON object, found NoneType"),
        (json.dumps({**PAGE, "schema": 2}).encode(), SCHEMA, "schema 2 is unknown; this version reads 1"),
        (json.dumps({**PAGE, "schema": "one"}).encode(), SCHEMA, "schema 'one' is unknown"),
        (b'{"text": "words"}', BROKEN, "url: Field required"),
        (b'{"url": 5, "text": "words"}', BROKEN, "url: Input should be a valid string (found 5)"),
        (b'{"url": "https://a.example/"}', BROKEN, "exactly one of html, text, body_base64; found none"),
        (json.dumps({**PAGE, "html": "<p>"}).encode(), BROKEN, "found html and text"),
        (json.dumps({**PAGE, "fetched_at": "99999-01-01T00:00:00Z"}).encode(), BROKEN, "in the years 1 to 9999"),
        (json.dumps({**PAGE, "fetched_at": "9999-12-31T23:59:59-05:00"}).encode(), BROKEN, "in the years 1 to 9999"),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, BROKEN, "not UTF-8 JSON"),
    ],
)
def test_bad_messages_say_what_is_wrong(value: bytes, reason: DeadReason, says: str) -> None:
    with pytest.raises(BadInput) as caught:
        decode(value, PageMessage)
    assert caught.value.reason == reason
    assert says in str(caught.value)


def test_an_explanation_stays_short_whatever_was_found() -> None:
    with pytest.raises(BadInput) as caught:
        decode(json.dumps({"url": ["x" * 100_000], "text": {"a": "y" * 100_000}}).encode(), PageMessage)
    assert len(str(caught.value)) < 1000


@given(st.binary(max_size=200), st.sampled_from([t.model for t in FLOW]))
def test_bytes_give_a_message_or_bad_input(value: bytes, model: type) -> None:
    try:
        assert isinstance(decode(value, model), model)
    except BadInput as error:
        assert error.reason in (BROKEN, SCHEMA)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.datetimes().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(Article.model_fields)), inner),
    max_leaves=5,
)


@settings(max_examples=50)
@given(st.dictionaries(st.sampled_from([*PageMessage.model_fields, "schema"]), JSON))
def test_any_json_gives_a_message_or_bad_input(data: dict[str, object]) -> None:
    value = json.dumps(data).encode()
    identity, _ = page_id(None, value)
    assert len(identity) == 64
    for model in (PageMessage, UrlMessage, Article):
        try:
            assert decode(value, model).to_json()
        except BadInput as error:
            assert error.detail


def test_a_broken_message_is_known_by_its_url() -> None:
    value = b'{"url": "https://news.example/a?utm_source=x", "schema": 9}'
    assert page_id(b"0" * 64, value) == (article_id("https://news.example/a"), "https://news.example/a?utm_source=x")


def test_without_url_it_is_known_by_its_key_if_that_is_an_id() -> None:
    assert page_id(b"ab" * 32, b"{") == ("ab" * 32, None)


@pytest.mark.parametrize("key", [None, b"", b"AB" * 32, b"ab" * 33, b"\xff" * 64])
@pytest.mark.parametrize("value", [b"{", b'{"url": " "}', b'{"url": 7}', b"[]", b""])
def test_else_by_the_hash_of_its_bytes(key: bytes | None, value: bytes) -> None:
    assert page_id(key, value) == (hashlib.sha256(value).hexdigest(), None)


@given(st.binary(max_size=80), st.none() | st.binary(max_size=70))
def test_the_same_bytes_always_have_the_same_id(value: bytes, key: bytes | None) -> None:
    assert page_id(key, value) == page_id(key, value)


def test_a_very_long_url_is_cut_for_people_but_not_for_the_id() -> None:
    url = "https://news.example/" + "a" * 10_000
    identity, shown = page_id(None, json.dumps({"url": url}).encode())
    assert identity == article_id(url)
    assert shown == url[:4096]
