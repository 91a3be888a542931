from datetime import UTC, datetime

from services.contracts.sources import SourceRecord, SourceState, Validators
from services.fetch.moves import gone, moved
from services.fetch.novelty import Listed

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
OLD, NEW, OTHER = "https://old.example/feed", "https://new.example/feed", "https://old.example/other"


def source(*feeds: str) -> SourceRecord:
    return SourceRecord(
        id="s", name="S", feeds=feeds, state=SourceState(validators=(Validators(url=OLD, etag='"1"'),), polls=3)
    )


def test_a_list_that_moved_is_followed_with_what_is_known_of_it() -> None:
    settled, lists = moved(source(OLD, OTHER), [Listed(OLD, moved_to=NEW), Listed(OTHER)], NOW)
    assert settled.feeds == (NEW, OTHER)
    assert [entry.url for entry in lists] == [NEW, OTHER]
    assert settled.state.validators == (Validators(url=NEW, etag='"1"'),)
    assert settled.state.notice == f"2026-11-23: {OLD} moved to {NEW}"
    assert settled.state.polls == 3


def test_a_list_that_moved_to_another_one_of_the_source_leaves_one() -> None:
    settled, _ = moved(source(OLD, NEW), [Listed(OLD, moved_to=NEW), Listed(NEW)], NOW)
    assert settled.feeds == (NEW,)


def test_what_could_not_be_read_at_its_new_address_stays() -> None:
    before = source(OLD)
    lists = [Listed(OLD, moved_to=NEW, error="is no feed")]
    assert moved(before, lists, NOW) == (before, lists)


def test_only_what_is_gone_as_a_whole_is_switched_off() -> None:
    half = [Listed(OLD, error="410", is_gone=True), Listed(OTHER)]
    assert gone(source(OLD, OTHER), half, NOW).enabled
    off = gone(source(OLD, OTHER), [half[0], half[0]], NOW)
    assert not off.enabled
    assert "gone for good (HTTP status 410)" in str(off.state.notice)
    assert gone(source(), [], NOW).enabled
