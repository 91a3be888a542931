"""The ledger of the topics finds what it is there to find; so do the slopes of the soak, and the faulty server."""

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from support.checker import Expected
from support.httpfaults import parse
from support.ledger import CONTEXT, Books, Letter, repeats, topic_faults
from support.measure import Use, slope_files, slope_mb
from support.quick import expectations, mixed, quick

AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
FATES = {"id0": "indexed", "id1": "indexed", "id2": "skipped", "id3": "dead"}
EXPECTED = {id_: Expected(f"zq000000{id_[-1]}", fate, AT) for id_, fate in FATES.items()}
SENT = {"id3": b"poison"}


def good() -> Books:
    alerts = [{"id": id_, "fetched_at": AT.isoformat()} for id_ in ("id0", "id1")]
    fates = [{"id": id_, "fetched_at": AT.isoformat(), "fate": FATES[id_]} for id_ in ("id2", "id3")]
    return Books(alerts, fates, [Letter("id3", b"poison", dict.fromkeys(CONTEXT, "x"))])


def test_a_good_run_has_no_fault() -> None:
    assert topic_faults(EXPECTED, good(), SENT) == []


def test_what_comes_twice_is_counted_and_no_fault() -> None:
    books = good()
    books.alerts.append(books.alerts[0])
    books.letters.append(books.letters[0])
    books.fates.append(books.fates[0])
    assert topic_faults(EXPECTED, books, SENT) == []
    assert repeats(books) == {"alerts": 3, "alerts_repeated": 1, "letters": 2, "letters_repeated": 1}


def lost_alert(b: Books) -> None:
    del b.alerts[0]


def old_alert(b: Books) -> None:
    b.alerts[0]["fetched_at"] = (AT - timedelta(days=1)).isoformat()


def strange_alert(b: Books) -> None:
    b.alerts.append({"id": "other", "fetched_at": AT.isoformat()})


def alert_of_skipped(b: Books) -> None:
    b.alerts.append({"id": "id2", "fetched_at": AT.isoformat()})


def second_fate(b: Books) -> None:
    b.fates.append({"id": "id0", "fetched_at": AT.isoformat(), "fate": "skipped"})


def lost_fate(b: Books) -> None:
    del b.fates[0]


def wrong_fate(b: Books) -> None:
    b.fates[0]["fate"] = "dead"


def lost_letter(b: Books) -> None:
    b.letters.clear()


def killed_page(b: Books) -> None:
    b.letters.append(Letter("id0", b"good", dict.fromkeys(CONTEXT, "a bug")))


def altered_letter(b: Books) -> None:
    b.letters[0] = Letter("id3", b"pois0n", b.letters[0].context)


def bare_letter(b: Books) -> None:
    b.letters[0] = Letter("id3", b"poison", {"stage": "clean"})


@pytest.mark.parametrize(
    ("plant", "kinds"),
    [
        (lost_alert, {"unseen", "fate≠1"}),
        (old_alert, {"unseen"}),
        (strange_alert, {"stranger"}),
        (alert_of_skipped, {"wrong fate", "fate≠1"}),
        (second_fate, {"fate≠1"}),
        (lost_fate, {"fate≠1"}),
        (wrong_fate, {"wrong fate"}),
        (lost_letter, {"not dead"}),
        (killed_page, {"killed"}),
        (altered_letter, {"altered"}),
        (bare_letter, {"no context"}),
    ],
)
def test_a_planted_fault_is_found(plant: Callable[[Books], None], kinds: set[str]) -> None:
    books = copy.deepcopy(good())
    plant(books)
    found = topic_faults(EXPECTED, books, SENT)
    assert {line.split(":")[0] for line in found} == kinds, found


def test_a_leak_has_a_slope_and_noise_has_none() -> None:
    leak = [Use(at * 2.0, 300_000_000 + at * 100_000, 50 + at // 10) for at in range(600)]
    noise = [Use(at * 2.0, 300_000_000 + (at % 7) * 1_000_000, 50 + at % 3) for at in range(600)]
    assert 170 < slope_mb(leak) < 190  # 0.1 MB in two seconds
    assert 170 < slope_files(leak) < 190
    assert abs(slope_mb(noise)) < 2
    assert abs(slope_files(noise)) < 1


def test_a_bulk_body_is_understood() -> None:
    lines = [
        {"index": {"_index": "a", "_id": "1", "version": 5}},
        {"title": "x"},
        {"delete": {"_index": "a", "_id": "2"}},
        {"create": {"_index": "b", "_id": "3"}},
        {"title": "y"},
    ]
    items = parse(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
    assert [(i.operation, i.index, i.id) for i in items] == [
        ("index", "a", "1"),
        ("delete", "a", "2"),
        ("create", "b", "3"),
    ]
    assert items[0].refusal(429)["index"]["error"]["type"] == "es_rejected_execution_exception"


def test_the_load_is_what_it_says() -> None:
    pages = mixed(200, "http://127.0.0.1:1", run=3)
    assert len({p.id for p in pages}) == len({p.mark for p in pages}) == 200
    assert [e.fate for e in expectations(pages).values()].count("dead") == 2
    assert pages == mixed(200, "http://127.0.0.1:1", run=3)
    assert all(p.mark in p.html for p in pages)
    assert quick(5)[0].message().fetched_at is not None
