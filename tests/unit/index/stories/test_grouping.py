from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.index.stories.alike import Kind, Link
from services.index.stories.grouping import MOST, SPAN, Member, regroup

START = datetime(2026, 11, 2, tzinfo=UTC)


def member(id_: str, hours: float = 0, story: str | None = None) -> Member:
    return Member(id_, START + timedelta(hours=hours), story or id_)


def known(*members: Member) -> dict[str, Member]:
    return {one.id: one for one in members}


def copy(one: str, other: str) -> Link:
    return Link(Kind.COPY, 1.0, *sorted((one, other)))


def account(one: str, other: str) -> Link:
    return Link(Kind.EVENT, 0.7, *sorted((one, other)))


def test_a_story_is_named_by_its_earliest_article():
    assert regroup(known(member("b", 1), member("a", 2)), [copy("a", "b")]) == {"a": "b"}


def test_of_two_at_once_the_smaller_id_counts():
    assert regroup(known(member("b"), member("a")), [copy("a", "b")]) == {"b": "a"}


def test_what_nobody_grouped_gets_a_story_of_its_own():
    assert regroup({"a": Member("a", START, None)}, []) == {"a": "a"}


def test_nothing_changes_where_all_is_as_it_should_be():
    assert regroup(known(member("a"), member("b", 1, "a"), member("c", 2)), [account("a", "b")]) == {}


def test_a_late_arrival_that_is_earlier_gives_the_story_its_name():
    members = known(member("late", -5), member("a"), member("b", 1, "a"))
    assert regroup(members, [copy("late", "b")]) == {"a": "late", "b": "late"}


def test_one_article_joins_two_stories():
    members = known(member("a"), member("b", 1, "a"), member("c", 2), member("d", 3, "c"), member("new", 4))
    assert regroup(members, [copy("new", "b"), account("d", "new")]) == {"c": "a", "d": "a", "new": "a"}


def test_a_story_whose_first_article_is_gone_is_named_anew():
    assert regroup(known(member("b", 1, "gone"), member("c", 2, "gone")), []) == {"b": "b", "c": "b"}


def test_who_tells_the_story_no_more_leaves_it_to_the_others():
    members = known(member("a"), member("b", 1, "a"), member("c", 2, "a"))
    assert regroup(members, [], leaving={"a"}) == {"b": "b", "c": "b"}


def test_accounts_do_not_join_stories_into_a_subject():
    crowd = [member(f"m{number:04}", 0, "m0000") for number in range(MOST)]
    assert regroup(known(*crowd, member("new", 1)), [account("m0000", "new")]) == {}
    assert regroup(known(*crowd, member("new", 1)), [copy("m0000", "new")]) == {"new": "m0000"}
    long = SPAN / timedelta(hours=1) + 1
    ends = known(member("a"), member("b", long - 2, "a"), member("new", long))
    assert regroup(ends, [account("b", "new")]) == {}


def test_links_to_what_is_not_there_any_more_count_nothing():
    assert regroup(known(member("a")), [copy("a", "gone")]) == {}


IDS = [f"id{number}" for number in range(9)]


@settings(max_examples=200)
@given(
    order=st.permutations(IDS),
    hours=st.lists(st.integers(0, 40), min_size=len(IDS), max_size=len(IDS)),
    pairs=st.sets(st.tuples(st.sampled_from(IDS), st.sampled_from(IDS)).filter(lambda p: p[0] < p[1]), max_size=12),
)
def test_stories_are_the_same_in_whatever_order_articles_come(order, hours, pairs):
    """Each article on its arrival sees its links to those that are there, and all of the stories that these are in."""
    times = dict(zip(IDS, hours, strict=True))
    stories: dict[str, str] = {}
    for new in order:
        stories[new] = new
        links = [copy(*pair) for pair in pairs if new in pair and set(pair) <= stories.keys()]
        concerned = {stories[end] for link in links for end in (link.one, link.other)} | {new}
        members = known(*(member(id_, times[id_], story) for id_, story in stories.items() if story in concerned))
        stories |= regroup(members, links)
    at_once = regroup(known(*(member(id_, times[id_]) for id_ in IDS)), [copy(*pair) for pair in pairs])
    assert stories == {id_: at_once.get(id_, id_) for id_ in IDS}
