import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.sources import SourceRecord, source_id
from services.runtime.sources.plan import Wanted, plan

NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
FEED = "https://www.news.example/feed"


def test_a_new_source() -> None:
    want = Wanted(
        "1",
        feeds=(FEED,),
        tags=("coast",),
        given={"name": "Coast", "interval_s": 60, "full_text": True, "unknown": 1, "home": ""},
    )
    made = plan([], [want], NOW)
    expected = SourceRecord(
        id=source_id(FEED), name="Coast", feeds=(FEED,), tags=("coast",), interval_s=60, full_text=True, added_at=NOW
    )
    assert list(made.added.values()) == [expected]
    assert expected.id.startswith("news-example-")
    assert expected.config()["interval_s"] == 60
    assert "state" not in expected.config()


def test_without_a_name_it_is_called_by_its_host() -> None:
    (source,) = plan([], [Wanted("1", sitemaps=(FEED,))], NOW).added.values()
    assert source.name == "news-example"


def test_one_that_is_there_is_merged() -> None:
    old = SourceRecord(id="old", name="Old", feeds=(FEED,), tags=("a",), language="en")
    want = Wanted("1", feeds=(FEED, FEED + "2"), tags=("b", "a"), given={"name": "New", "language": None})
    made = plan([old], [want], NOW)
    assert made.added == {}
    assert made.merged == {
        "old": SourceRecord(id="old", name="New", feeds=(FEED, FEED + "2"), tags=("a", "b"), language="en")
    }
    again = plan(made.merged.values(), [want], NOW)
    assert (again.added, again.merged, again.unchanged) == ({}, {}, ["old"])


def test_duplicates_in_one_list_become_one_source() -> None:
    made = plan(
        [], [Wanted("1", feeds=(FEED,)), Wanted("2", feeds=(FEED,), tags=("x",)), Wanted("3", feeds=(FEED,))], NOW
    )
    assert [source.tags for source in made.added.values()] == [("x",)]
    assert made.counts() == {"added": 1, "merged": 0, "unchanged": 0, "duplicates": 2, "refused": 0}
    assert made.summary()["repeated"] == [{"entry": "2", "same_as": "1"}, {"entry": "3", "same_as": "1"}]
    assert made.summary()["written"] == [{"id": source_id(FEED), "name": "news-example", "change": "added"}]


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("https://WWW.news.example:443/feed?utm_source=x#top", True),
        ("https://me:secret@www.news.example/./feed", True),
        ("https://www.news.example/feed/", False),
        ("http://www.news.example/feed", False),
        ("https://news.example/feed", False),
    ],
)
def test_a_feed_in_another_spelling_is_the_same_feed(other: str, same: bool) -> None:
    made = plan([], [Wanted("1", feeds=(FEED,)), Wanted("2", feeds=(other,))], NOW)
    assert (len(made.added), len(made.duplicates)) == ((1, 1) if same else (2, 0))
    assert next(iter(made.added.values())).feeds == (FEED,)
    there = plan([SourceRecord(id="old", name="Old", feeds=(FEED,))], [Wanted("2", feeds=(other,))], NOW)
    assert (there.unchanged, len(there.added)) == ((["old"], 0) if same else ([], 1))


@pytest.mark.parametrize(
    ("want", "about"),
    [
        (Wanted("x"), "no feed and no sitemap"),
        (Wanted("x", feeds=("ftp://news.example/",)), "http"),
        (Wanted("x", feeds=(FEED, "no url")), "URL"),
        (Wanted("x", feeds=(FEED,), given={"interval_s": "often"}), "interval_s: .*'often'"),
        (Wanted("x", feeds=(FEED,), given={"delay_s": -1}), "delay_s"),
        (Wanted("x", feeds=(FEED,), given={"full_text": "perhaps"}), "full_text: .*'perhaps'"),
    ],
)
def test_what_is_refused_says_why(want: Wanted, about: str) -> None:
    made = plan([], [want, Wanted("good", feeds=(FEED,))], NOW)
    ((where, why),) = made.refused
    assert where == "x"
    assert re.search(about, why)
    assert len(made.added) == 1
    broken = Wanted("x", feeds=want.feeds, given=want.given)
    assert plan([SourceRecord(id="old", name="Old", feeds=(FEED,))], [broken], NOW).refused


@given(st.lists(st.integers(0, 9), max_size=30))
def test_each_entry_is_counted_and_each_feed_followed_once(numbers: list[int]) -> None:
    wanted = [Wanted(str(n), feeds=(f"{FEED}{n}",)) for n in numbers]
    made = plan([], wanted, NOW)
    assert sorted(url for source in made.added.values() for url in source.feeds) == sorted(
        {f"{FEED}{n}" for n in numbers}
    )
    assert len(made.added) + len(made.duplicates) == len(numbers)
