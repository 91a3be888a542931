"""Every seed page, as served, gives the article or the skip that its case expects."""

import base64
import json
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.clean.extract import extract
from services.clean.limits import CleanLimits
from services.contracts.fates import Skip
from services.contracts.messages import Article, PageMessage

SEEDS = Path(__file__).parents[3] / "seeds" / "pages"
CASES = sorted(path.parent.name for path in SEEDS.glob("*/case.json"))
FETCHED = datetime(2026, 12, 1, tzinfo=UTC)
WORD = re.compile(r"\w")


def read(case: str) -> tuple[Article | Skip, dict[str, Any]]:
    given = json.loads((SEEDS / case / "case.json").read_text("utf-8"))
    page = PageMessage(
        url=given["url"],
        body_base64=base64.b64encode((SEEDS / case / "page.html").read_bytes()).decode(),
        content_type=given["content_type"],
        fetched_at=FETCHED,
    )
    return extract(page, CleanLimits()), given["expected"]


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """Four words in a row; of scripts without spaces, four characters."""
    spaced = len(text.split()) > len(text) / 20
    units = re.findall(r"\w+", text) if spaced else WORD.findall(text)
    return Counter(zip(*(units[k:] for k in range(4)), strict=False))


def f1(expected: str, found: str) -> float:
    one, other = shingles(expected), shingles(found)
    return 2 * (one & other).total() / (one.total() + other.total())


def test_there_are_seeds() -> None:
    assert len(CASES) >= 24


@pytest.mark.parametrize("case", CASES)
def test_seed(case: str) -> None:
    found, expected = read(case)
    if expected["fate"] == "skipped":
        assert isinstance(found, Skip), found
        assert found.reason == expected["reason"], found.detail
        assert found.detail
        return
    assert isinstance(found, Article), found
    assert found.title == expected["title"]
    assert list(found.authors) == expected["authors"]
    published = found.published_at.strftime("%Y-%m-%dT%H:%M:%SZ") if found.published_at else None
    assert published == expected["published_at"]
    assert found.language == expected["language"]
    assert f1(expected["body"], found.body) >= 0.95, found.body


@pytest.mark.parametrize("case", CASES)
def test_no_sentence_of_a_seed_is_lost(case: str) -> None:
    found, expected = read(case)
    if isinstance(found, Article):
        body = " ".join(found.body.split())
        sentences = re.findall(r"[^.!?。]{25,}[.!?。]", " ".join(expected["body"].split()))
        lost = [s for s in sentences if s.strip() not in body]
        # A footnote mark in the middle of a sentence is the one difference that is allowed.
        assert len(lost) <= 1, lost
