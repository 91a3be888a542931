"""The checker finds what it is there to find."""

import copy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from support.checker import Expected, Outcome, faults
from support.pages import varied

AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
EXPECTED = {f"id{i}": Expected(f"zq000000{i}", "skipped" if i == 3 else "indexed", AT) for i in range(4)}


def good() -> Outcome:
    articles = [
        {"id": id_, "title": "T", "body": f"Report {e.mark} tells.", "fetched_at": AT.isoformat()}
        for id_, e in EXPECTED.items()
        if e.fate == "indexed"
    ]
    journeys = [{"id": id_, "fate": e.fate, "fetched_at": AT.isoformat()} for id_, e in EXPECTED.items()]
    return Outcome(articles, journeys)


def test_a_good_run_has_no_fault() -> None:
    assert faults(EXPECTED, good()) == []


def lost_page(o: Outcome) -> None:
    del o.articles[1], o.journeys[1]


def lost_fate(o: Outcome) -> None:
    del o.journeys[1]


def lost_document(o: Outcome) -> None:
    del o.articles[1]


def doubled_document(o: Outcome) -> None:
    o.articles.append({**o.articles[0], "id": "other"})


def doubled_journey(o: Outcome) -> None:
    o.journeys.append(o.journeys[0])


def two_fates(o: Outcome) -> None:
    o.articles.append({"id": "id3", "title": "", "body": "zq0000003", "fetched_at": AT.isoformat()})


def stale_document(o: Outcome) -> None:
    o.articles[2]["fetched_at"] = (AT - timedelta(hours=1)).isoformat()


def stale_journey(o: Outcome) -> None:
    o.journeys[2]["fetched_at"] = (AT - timedelta(hours=1)).isoformat()


def wrong_fate(o: Outcome) -> None:
    o.journeys[3] = {**o.journeys[3], "fate": "dead", "reason": "bug"}


def mixed_up(o: Outcome) -> None:
    o.articles[0]["body"] = "another page's words"


@pytest.mark.parametrize(
    ("plant", "fault", "count"),
    [
        (lost_page, "lost: no fate (zq0000001)", 1),
        (lost_fate, "lost: no fate (zq0000001)", 1),
        (lost_document, "lost: the fate is indexed, but there is no document (zq0000001)", 1),
        (doubled_document, "doubled: 2 documents of zq0000000", 2),  # and a stranger
        (doubled_journey, "doubled: 2 journeys of id0", 1),
        (two_fates, "doubled: a document although the fate is skipped (zq0000003)", 1),
        (stale_document, "stale: the document is of 2026-11-22T07:30:00+00:00", 1),
        (stale_journey, "stale: the journey is of 2026-11-22T07:30:00+00:00", 1),
        (wrong_fate, "wrong fate: dead bug, expected skipped (zq0000003)", 1),
        (mixed_up, "mixed up: the document is another page's (zq0000000)", 1),
    ],
)
def test_a_planted_fault_is_found(plant: Callable[[Outcome], None], fault: str, count: int) -> None:
    outcome = copy.deepcopy(good())
    plant(outcome)
    found = faults(EXPECTED, outcome)
    assert any(line.startswith(fault) for line in found), found
    assert len(found) == count


def test_the_generator_makes_pages_that_differ_and_always_the_same() -> None:
    pages = varied(300)
    assert len({p.id for p in pages}) == len({p.mark for p in pages}) == 300
    assert all(p.mark in p.html for p in pages)
    assert pages == varied(300)
    assert {p.mark for p in varied(300, run=1)}.isdisjoint({p.mark for p in pages})
