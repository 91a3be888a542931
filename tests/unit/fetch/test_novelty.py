from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.sources import RECENT, SourceRecord, SourceState, Validators
from services.contracts.urls import article_id
from services.fetch.listing import Feed, Item
from services.fetch.novelty import MAX_ITEMS, Listed, candidates, changed, next_state, short_id
from services.fetch.rhythm import LONGEST_BACKOFF_S

NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
FEED = "https://news.example/feed"


def source(**state: object) -> SourceRecord:
    return SourceRecord(id="s", name="S", feeds=(FEED,), language="en-GB", state=SourceState.model_validate(state))


def listed(*urls: str) -> Listed:
    return Listed(FEED, Feed("S", tuple(Item(url) for url in urls)), Validators(url=FEED, etag='"1"'))


def test_only_what_was_not_seen_is_news() -> None:
    first = [listed("https://news.example/1", "https://news.example/2", "https://news.example/2?utm_source=rss")]
    found = candidates(first, SourceState())
    assert list(found) == [article_id("https://news.example/1"), article_id("https://news.example/2")]
    state = next_state(source(), first, 2, 0, NOW, 300)
    assert candidates(first, state) == {}
    more = [listed("https://news.example/3", "https://news.example/1")]
    assert [item.url for item in candidates(more, state).values()] == ["https://news.example/3"]


def test_an_item_with_an_address_too_long_for_a_message_is_left_out() -> None:
    assert candidates([listed("https://news.example/" + "a" * 5000)], SourceState()) == {}


def test_of_a_long_list_the_newest_are_looked_at() -> None:
    items = tuple(Item(f"https://news.example/{n}", published_at=NOW + timedelta(days=n)) for n in range(MAX_ITEMS + 5))
    found = candidates([Listed(FEED, Feed(None, items))], SourceState())
    assert len(found) == MAX_ITEMS
    assert {item.url for item in found.values()} == {item.url for item in items[5:]}


def test_a_source_shows_the_newest_of_all_its_lists_until_it_can_be_read_again() -> None:
    lists = [
        Listed(
            url, Feed(None, tuple(Item(f"{url}/{n}", f"{n}", NOW + timedelta(days=n + odd)) for n in range(0, 8, 2)))
        )
        for odd, url in enumerate((FEED, FEED + "2"))
    ]
    state = next_state(source(), [*lists, listed("https://news.example/undated")], 9, 0, NOW, 300)
    assert [item.url for item in state.latest] == [f"{FEED}2/6", f"{FEED}/6", f"{FEED}2/4", f"{FEED}/4", f"{FEED}2/2"]
    assert state.latest[0].title == "6"
    before = source().model_copy(update={"state": state})
    assert next_state(before, [Listed(FEED)], 0, 0, NOW, 300).latest == state.latest


def versions(*minutes: int | None, published: bool = False) -> list[Listed]:
    """A list of items, each last changed so many minutes after NOW."""
    field = "published_at" if published else "updated_at"
    whens = [None if m is None else NOW + timedelta(minutes=m) for m in minutes]
    items = (Item(f"https://news.example/{n}", **{field: when}) for n, when in enumerate(whens))  # type: ignore[arg-type]
    return [Listed(FEED, Feed("S", tuple(items)))]


def after(*polls: list[Listed]) -> SourceState:
    """The state after these polls."""
    state = SourceState()
    for poll in polls:
        state = next_state(source().model_copy(update={"state": state}), poll, 0, 0, NOW, 300)
    return state


@pytest.mark.parametrize("published", [True, False])
def test_what_says_that_it_changed_is_fetched_again_once(published: bool) -> None:
    first, second = versions(0, 0, 0, None, published=published), versions(0, 60, 0, None, published=published)
    assert changed(first, after()) == []
    assert [item.url for item in changed(second, after(first))] == ["https://news.example/1"]
    assert changed(second, after(first, second)) == []
    assert changed(first, after(first, second)) == [], "an older version is no change"


def test_a_list_that_was_only_written_anew_has_no_changes() -> None:
    first, again = versions(0, 0, 0, 0), versions(30, 30, 30, 30)
    assert changed(again, after(first)) == []
    assert len(changed(versions(90, 90, 30, 30), after(first, again))) == 2, "and is believed the next time"


def test_small_changes_and_first_dates_are_none() -> None:
    assert changed(versions(4, 0), after(versions(0, 0))) == []
    assert changed(versions(600, 0), after(versions(None, 0))) == []


def test_what_earlier_releases_remember_is_no_news_and_no_change() -> None:
    old = SourceState(recent=(short_id("https://news.example/0"),))
    assert candidates(versions(600), old) == {}
    assert changed(versions(600), old) == []


def test_changes_are_counted_and_bring_the_next_poll_nearer() -> None:
    state = next_state(source(wait_s=1200, changed=2), versions(0), 0, 3, NOW, 300)
    assert (state.changed, state.found, state.wait_s) == (5, 0, 600)


def test_after_a_good_poll() -> None:
    state = next_state(
        source(failures=3, last_error="x", polls=7, found=5), [listed("https://news.example/1")], 1, 0, NOW, 300
    )
    assert (state.failures, state.last_error, state.polls, state.found) == (0, None, 8, 6)
    assert state.last_success == state.last_poll == NOW
    assert state.validators == (Validators(url=FEED, etag='"1"'),)
    assert state.next_poll is not None
    assert 285 <= (state.next_poll - NOW).total_seconds() <= 315


def test_failures_are_recorded_and_back_off() -> None:
    before = source(last_success=NOW, validators=({"url": FEED, "etag": "e"},))
    failed = [Listed(FEED, error="HTTP status 500")]
    state, waits = before.state, []
    for _ in range(12):
        state = next_state(before.model_copy(update={"state": state}), failed, 0, 0, NOW + timedelta(days=1), 300)
        assert state.next_poll is not None
        waits.append((state.next_poll - NOW - timedelta(days=1)).total_seconds())
    assert state.failures == 12
    assert state.last_error == f"{FEED}: HTTP status 500"
    assert state.last_success == NOW
    assert state.validators == before.state.validators
    assert 570 <= waits[0] <= 630
    assert 0.95 * LONGEST_BACKOFF_S <= waits[-1] <= 1.05 * LONGEST_BACKOFF_S


def test_one_list_of_two_that_fails_is_told_but_no_failure() -> None:
    both = SourceRecord(id="s", name="S", feeds=(FEED, FEED + "2"))
    state = next_state(both, [Listed(FEED), Listed(FEED + "2", error="gone")], 0, 0, NOW, 300)
    assert (state.failures, state.last_error, state.last_success) == (0, f"{FEED}2: gone", NOW)


@pytest.mark.parametrize("count", [0, 10, RECENT + 100])
def test_memory_is_bounded_but_never_less_than_what_is_listed(count: int) -> None:
    old = source(recent=tuple(f"{n:016x}" for n in range(RECENT)))

    def items(k: int) -> tuple[Item, ...]:
        return tuple(Item(f"https://news.example/{k}/{n}") for n in range(count // 4))

    lists = [Listed(f"{FEED}{k}", Feed(None, items(k))) for k in range(4)]
    state = next_state(old, lists, 0, 0, NOW, 300)
    assert len(state.recent) == max(RECENT, count)
    assert candidates(lists, state) == {}


@given(st.lists(st.integers(0, 30), max_size=40), st.lists(st.integers(0, 30), max_size=40))
def test_over_two_polls_each_item_is_news_once(first: list[int], second: list[int]) -> None:
    def poll(numbers: list[int]) -> list[Listed]:
        return [listed(*(f"https://news.example/{n}" for n in numbers))]

    one = candidates(poll(first), SourceState())
    two = candidates(poll(second), next_state(source(), poll(first), len(one), 0, NOW, 300))
    assert not one.keys() & two.keys()
    assert len(one) + len(two) == len({*first, *second})
