"""How long articles are kept."""

from datetime import UTC, datetime, timedelta

import pytest
from support.messages import enriched, settings_for_tests

from services.contracts.messages import Source
from services.index.retention import Retention, expired
from services.index.rollover import due

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def of(source: str, age_days: float, *, published: bool = True):  # type: ignore[no-untyped-def]
    at = NOW - timedelta(days=age_days)
    times = {"published_at": at, "fetched_at": NOW} if published else {"fetched_at": at}
    return enriched("a", source=Source(id=source, name=source, domain=source), **times)


@pytest.mark.parametrize(
    ("default", "by_source", "source", "age", "is_expired"),
    [
        (0, {}, "a", 10_000, False),
        (30, {}, "a", 29.9, False),
        (30, {}, "a", 30.1, True),
        (30, {"a": 0}, "a", 10_000, False),
        (30, {"a": 60}, "a", 31, False),
        (30, {"a": 7}, "a", 8, True),
        (0, {"a": 7}, "a", 8, True),
        (0, {"a": 7}, "b", 8, False),
        (30, {}, "a", -5, False),
    ],
)
def test_the_source_s_own_time_goes_before_the_setting_s(
    default: int, by_source: dict[str, int], source: str, age: float, is_expired: bool
) -> None:
    retention = Retention(default, by_source)
    for published in (True, False):
        assert (expired(of(source, age, published=published), retention, NOW) is not None) is is_expired


def test_why_is_said_in_words() -> None:
    said = expired(of("a", 40), Retention(30), NOW)
    assert said is not None
    assert "2026-10-14" in said
    assert "30 days" in said


def test_for_ever_asks_nothing_of_elasticsearch() -> None:
    assert Retention().query(NOW) is None
    assert Retention(0, {"a": 0}).query(NOW) is None


GB = 1024**3


@pytest.mark.parametrize(
    ("limits", "days", "size", "documents", "reasons"),
    [
        ({}, 1, GB, 100, 0),
        ({}, 91, GB, 100, 1),
        ({}, 91, 41 * GB, 10**9, 3),
        ({}, 91, 0, 0, 0),  # an empty one does not get better by another
        ({"rollover_age_days": 0, "rollover_size_gb": 0, "rollover_docs": 0}, 10_000, 10**15, 10**12, 0),
        ({"rollover_docs": 100}, 0, 0, 100, 1),
    ],
)
def test_a_generation_has_its_time_by_age_size_or_documents(
    limits: dict[str, int], days: int, size: int, documents: int, reasons: int
) -> None:
    found = due(settings_for_tests(**limits), timedelta(days=days), size, documents)
    assert len(found) == reasons
