from datetime import UTC, datetime

import pytest

from services.clean.extract import CleanLimits, extract
from services.commands.bench import summary
from services.commands.bench_pages import page, pages
from services.contracts.messages import Article


def test_waits_are_summed_up() -> None:
    assert summary([1.0] * 10 + [3.0] * 10) == {"pages": 20, "median": 2.0, "p95": 3.0, "most": 3.0}


def test_the_pages_differ_and_are_always_the_same() -> None:
    made = list(pages("bench-1", 50))
    assert made == list(pages("bench-1", 50))
    assert len({p.url for p in made}) == len({p.text for p in made}) == 50


@pytest.mark.parametrize("number", range(5))
def test_a_page_is_an_article_to_clean(number: int) -> None:
    article = extract(page("bench-1", str(number)).model_copy(update={"fetched_at": datetime.now(UTC)}), CleanLimits())
    assert isinstance(article, Article)
    assert article.body.count("harbour") + article.body.count("quay") > 0
    assert article.source.id == "bench-1"
    assert article.word_count > 300
