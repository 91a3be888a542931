"""The checker of manners finds each planted fault, and none where there is none."""

from dataclasses import replace
from pathlib import Path

import pytest
from support.internet.manners import NOTICED_S, Rules, faults, figures
from support.internet.record import Entry, Record, read

ASKED = {"a.example": Rules(0.2, 0.5, ("/private/",)), "b.example": Rules(0.2, 0.2)}


def entry(host: str, path: str, began: float, ended: float, **given: object) -> Entry:
    return replace(Entry(host, path, {}, 1, began, ended, 200), **given)  # type: ignore[arg-type]


POLITE = [
    entry("a.example", "/robots.txt", 0.0, 0.1),
    entry("b.example", "/robots.txt", 0.05, 0.06),
    entry("b.example", "/feed", 0.3, 0.31),
    entry("a.example", "/1", 0.6, 0.7, status=429, leave_until=2.7),
    entry("b.example", "/feed", 0.61, 0.62, status=304),
    entry("a.example", "/1", 2.75, 2.8),
    entry("a.example", "/robots.txt", 3.01, 3.02),  # another worker, which does not know yet of 0.5 s
]


def test_nothing_is_found_where_nothing_is() -> None:
    assert faults(reversed(POLITE), ASKED) == []


@pytest.mark.parametrize(
    ("planted", "found"),
    [
        (entry("a.example", "/2", 3.3, 3.4), "hasty: /2 0.280 s after the answer before, not 0.5 s, at a.example"),
        (entry("a.example", "/robots.txt", 3.1, 3.1), "hasty: /robots.txt 0.080 s after"),
        (entry("b.example", "/2", 0.615, 0.7), "at once: /2 was asked for 0.005 s before"),
        (entry("b.example", "/2", 0.1, 9.0), "at once: /feed was asked for"),
        (entry("a.example", "/private/x", 9.0, 9.1), "forbidden: /private/x, at a.example"),
        (entry("a.example", "/2", 2.0, 2.1), "impatient: /2 0.700 s before"),
        (entry("c.example", "/", 0.0, 0.1), "stranger: c.example was asked for /"),
    ],
)
def test_each_fault_is_found(planted: Entry, found: str) -> None:
    assert any(line.startswith(found) for line in faults([*POLITE, planted], ASKED))


def test_a_break_is_noticed_late_and_only_so_much() -> None:
    hung = entry("b.example", "/hang", 5.0, 7.0, broken_off=True)
    soon, sooner = entry("b.example", "/3", 7.2 - NOTICED_S, 7.2), entry("b.example", "/3", 7.19 - NOTICED_S, 7.2)
    assert faults([hung, soon], ASKED) == []
    assert len(faults([hung, sooner], ASKED)) == 1


def test_figures() -> None:
    found = figures(POLITE, lambda e: e.path == "/feed")
    assert found == {
        "requests": 7, "hosts": 2, "least_gap_s": 0.21, "retry_afters": 1, "polls_again": 1, "not_modified": 1.0
    }  # fmt: skip


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    record = Record(tmp_path / "record.ndjson")
    for seen in reversed(POLITE):
        record.add(seen)
    assert read(tmp_path / "record.ndjson") == POLITE
