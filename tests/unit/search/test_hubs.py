"""The words of hubs: signatures, leases, denials."""

import hmac
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.sources import SourceRecord, SourceState
from services.contracts.websub import LEASE_S, LONGEST_LEASE_S, SHORTEST_LEASE_S, Subscription, new_subscription
from services.search.hubs import PAUSE_S, Signature, poll_at, refused, shown, takes, verified

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
BASE = "https://us.example"
SECRET = "s" * 64
MINE = new_subscription("a-1", ("https://hub.example/", "https://news.example/feed"), BASE, NOW)
SOURCE = SourceRecord(id="a-1", name="A")


def judged(header: str, *chunks: bytes) -> bool:
    signature = Signature(header, SECRET)
    for chunk in chunks:
        signature.feed(chunk)
    return signature.valid


@given(st.lists(st.binary(max_size=50), max_size=4), st.sampled_from(["sha1", "sha256", "sha384", "sha512"]))
def test_a_signature_is_of_the_whole_body(chunks: list[bytes], algorithm: str) -> None:
    right = hmac.new(SECRET.encode(), b"".join(chunks), algorithm).hexdigest()
    assert judged(f"{algorithm}={right}", *chunks)
    assert judged(f" {algorithm.upper()}={right.upper()} ", *chunks)
    assert not judged(f"{algorithm}={right}", *chunks, b"x")
    assert not judged(f"{algorithm}={right[:-1]}", *chunks)


def test_a_known_signature() -> None:
    # RFC 4231, 4.3: key "Jefe".
    signature = Signature("sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", "Jefe")
    signature.feed(b"what do ya want for nothing?")
    assert signature.valid


@given(st.one_of(st.text(max_size=80), st.from_regex(r"(sha1|sha256|md5|ſha1)=[0-9a-f]{0,130}", fullmatch=True)))
def test_other_headers_are_wrong(header: str) -> None:
    assert not judged(header, b"body")


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("3600", 3600),
        ("1", SHORTEST_LEASE_S),
        ("0", SHORTEST_LEASE_S),
        ("999999999999999999", LONGEST_LEASE_S),
        (None, LEASE_S),
        ("", LEASE_S),
        ("-5", LEASE_S),
        ("soon", LEASE_S),
        ("٣", LEASE_S),
    ],
)
def test_a_lease_is_the_hubs_word_within_bounds(told: str | None, seconds: int) -> None:
    fields = verified(MINE, told, NOW)
    after = Subscription.model_validate({**MINE.model_dump(), **fields})
    assert after.lease_until == NOW + timedelta(seconds=seconds)
    assert NOW < after.due_at < after.lease_until
    assert after.alive(NOW)


@pytest.mark.parametrize(
    ("changed", "source", "base", "taken"),
    [
        ({}, SOURCE, BASE, True),
        ({"mode": "unsubscribe"}, SOURCE, BASE, False),
        ({}, None, BASE, False),
        ({}, SOURCE.model_copy(update={"enabled": False}), BASE, False),
        ({}, SOURCE, "", False),
        ({}, SOURCE, "https://new.example", False),
    ],
)
def test_which_pushes_are_taken(changed: dict[str, Any], source: SourceRecord | None, base: str, taken: bool) -> None:
    assert takes(MINE.model_copy(update=changed), source, base) is taken


def test_pushes_close_together_are_one_poll() -> None:
    assert poll_at(SOURCE, NOW) == NOW
    just = SOURCE.model_copy(update={"state": SourceState(last_poll=NOW - timedelta(seconds=1))})
    assert poll_at(just, NOW) == NOW + timedelta(seconds=PAUSE_S - 1)
    old = SOURCE.model_copy(update={"state": SourceState(last_poll=NOW - timedelta(hours=1))})
    assert poll_at(old, NOW) == NOW


@pytest.mark.parametrize(
    ("changed", "status", "error"),
    [
        ({}, "waiting", None),
        ({"last_error": "down"}, "failing", "down"),
        ({"lease_until": NOW + timedelta(hours=1)}, "subscribed", None),
        ({"lease_until": NOW - timedelta(hours=1)}, "waiting", None),
        (refused("", NOW), "denied", "the hub refuses: no reason given"),
        (refused(f"a\n{'b' * 999}", NOW), "denied", f"the hub refuses: a {'b' * 298}"),
    ],
)
def test_what_people_see(changed: dict[str, Any], status: str, error: str | None) -> None:
    told = shown(Subscription.model_validate({**MINE.model_dump(), **changed}), NOW)
    assert (told["status"], told["last_error"]) == (status, error)
    assert MINE.secret not in str(told)
    assert MINE.identity not in str(told)
