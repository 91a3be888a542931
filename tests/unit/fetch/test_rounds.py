from datetime import UTC, datetime, timedelta

from services.contracts.sites import slot_of
from services.contracts.sources import Leg, SourceRecord, SourceState, Validators
from services.fetch.listing import Feed, Item
from services.fetch.novelty import Listed, candidates, next_state
from services.fetch.rounds import begun, handed_on, listed_before

NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
ONE, TWO = "https://one.example/feed", "https://two.example/feed"
SOURCE = SourceRecord(id="s", name="S", feeds=(ONE,), sitemaps=(TWO,))


def listed(url: str, *names: str) -> Listed:
    items = tuple(Item(f"{url}/{n}", n, NOW + timedelta(hours=len(n))) for n in names)
    return Listed(url, Feed("S", items), Validators(url=url, etag='"1"'), fresh_s=4000)


def at(state: SourceState, **given: object) -> SourceRecord:
    return SOURCE.model_copy(update={"state": SourceState.model_validate_json(state.model_dump_json()), **given})


def test_a_round_begins_with_every_list_and_goes_on_where_what_is_left_is() -> None:
    assert begun(SOURCE).left == (Leg(url=ONE), Leg(url=TWO))
    assert SOURCE.next_slot == slot_of(ONE)
    state = handed_on(SOURCE, begun(SOURCE), [listed(ONE, "a")], [Leg(url=TWO)], 1, 0, NOW)
    assert (state.next_poll, state.polls, state.found) == (NOW, 0, 0)
    assert (at(state).next_slot, at(state).slot) == (slot_of(TWO), slot_of(ONE))
    away = Leg(url=TWO, via=("https://three.example/",))
    state = handed_on(at(state), begun(at(state)), [], [away], 0, 0, NOW)
    assert at(state).next_slot == slot_of("https://three.example/")
    assert begun(at(state)).left == (away,)


def test_its_parts_make_one_poll_together() -> None:
    first, second = listed(ONE, "a", "bbbb"), listed(TWO, "cc", "ddd")
    whole = next_state(SOURCE, [first, second], 4, 1, NOW, 300)
    half = at(handed_on(SOURCE, begun(SOURCE), [first], [Leg(url=TWO)], 2, 1, NOW))
    so_far = begun(half)
    assert candidates([first], half.state) == {}
    end = next_state(half, [*listed_before(so_far), second], so_far.news + 2, so_far.changed, NOW, 300)
    jitter = {"next_poll", "recent"}
    assert end.model_dump(exclude=jitter) == whole.model_dump(exclude=jitter)
    assert set(end.recent) == set(whole.recent)
    assert end.next_poll is not None
    assert end.next_poll - NOW > timedelta(seconds=3500), "all lists say that they stay fresh"
    assert [item.title for item in end.latest] == ["bbbb", "ddd", "cc", "a"]


def test_a_failure_in_one_part_is_told_and_one_in_all_is_a_failed_poll() -> None:
    broken = [Listed(url, error=f"{n}", is_gone=True) for n, url in enumerate((ONE, TWO))]
    half = at(handed_on(SOURCE, begun(SOURCE), [broken[0]], [Leg(url=TWO)], 0, 0, NOW))
    before = listed_before(begun(half))
    assert before == [broken[0]]
    failed = next_state(half, [*before, broken[1]], 0, 0, NOW, 300)
    assert (failed.failures, failed.last_error) == (1, f"{ONE}: 0; {TWO}: 1")
    good = next_state(half, [*before, listed(TWO, "a")], 1, 0, NOW, 300)
    assert (good.failures, good.last_error, good.round) == (0, f"{ONE}: 0", None)


def test_lists_that_people_took_away_meanwhile_are_not_read() -> None:
    part = Leg(url="https://two.example/part.xml", is_part=True)
    state = handed_on(SOURCE, begun(SOURCE), [listed(ONE)], [Leg(url=TWO), part], 0, 0, NOW)
    assert begun(at(state, sitemaps=())).left == (part,)
    state = handed_on(SOURCE, begun(SOURCE), [listed(ONE)], [Leg(url=TWO)], 0, 0, NOW)
    anew = begun(at(state, sitemaps=()))
    assert (anew.left, anew.told) == ((Leg(url=ONE),), ())
