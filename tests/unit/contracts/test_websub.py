"""Subscriptions: their addresses, and whether they are wanted."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.contracts.sources import SourceRecord, SourceState, Validators
from services.contracts.websub import PATH, key_of, key_within, new_subscription

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
BASE = "https://us.example"
OFFER = ("https://hub.example/", "https://news.example/feed")

MOVED = Validators(url=OFFER[1], hub="https://new.example/", topic=OFFER[1])


def test_addresses_are_of_a_known_document_and_can_not_be_guessed() -> None:
    one, other = (new_subscription("a-1", OFFER, BASE, NOW) for _ in range(2))
    assert one.key == other.key == key_of("a-1", OFFER, BASE) == key_within(one.identity)
    assert one.callback.startswith(BASE + PATH)
    assert one.identity != other.identity
    assert len({one.secret, other.secret, one.identity, other.identity}) == 4
    assert 32 <= len(one.secret) < 200
    different = [("b-1", OFFER, BASE), ("a-1", OFFER[::-1], BASE), ("a-1", OFFER, "https://new.example")]
    assert one.key not in {key_of(*parts) for parts in different}


@pytest.mark.parametrize("identity", ["", "x", "0" * 63, "0" * 65, "G" * 64, "0" * 64 + "\n", "٠" * 64])
def test_what_is_no_address_of_ours(identity: str) -> None:
    assert key_within(identity) is None


@pytest.mark.parametrize(
    ("changed", "base", "wanted"),
    [
        ({}, BASE, True),
        ({}, "", False),
        ({}, "https://new.example", False),
        ({"enabled": False}, BASE, False),
        ({"state": SourceState(validators=(MOVED,))}, BASE, False),
        ({"state": SourceState()}, BASE, False),
    ],
)
def test_whether_it_is_wanted(changed: dict[str, Any], base: str, wanted: bool) -> None:
    known = Validators(url="https://news.example/rss", hub=OFFER[0], topic=OFFER[1])
    source = SourceRecord(id="a-1", name="A", state=SourceState(validators=(known,)))
    mine = new_subscription("a-1", OFFER, BASE, NOW)
    assert mine.wanted(source.model_copy(update=changed), base) is wanted
    assert not mine.wanted(None, base)
