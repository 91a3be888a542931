"""An article that was taken away: 410 by its id, and no trace of it in any search."""

from collections.abc import Iterator

import pytest
from support.archive import archive
from support.messages import enriched, settings_for_tests

from services.contracts import indices
from services.index.analysis import Analysis
from services.index.generations import named
from services.index.mapping import mapping
from services.runtime.elastic import sync_client
from services.runtime.settings import Settings

pytestmark = pytest.mark.stack
KEPT, TAKEN, LATER = (enriched(name) for name in ("kept", "taken", "later"))


@pytest.fixture(scope="module")
def two_generations(servers) -> Iterator[Settings]:  # type: ignore[no-untyped-def]
    """One article kept, one taken away, one in a second generation."""
    given = settings_for_tests(kafka=servers.kafka, elasticsearch=servers.elasticsearch)
    with archive(given, [KEPT, TAKEN]) as own, sync_client(own) as es:
        alias = own.name(indices.ARTICLES)
        gone = {"at": "2026-11-22T09:00:00Z", "reason": "forgotten", "detail": "asked for by its author"}
        es.index(index=named(alias, 1), id=TAKEN.id, document={"id": TAKEN.id, "url": TAKEN.url, "gone": gone})
        second = {"add": {"index": named(alias, 2), "alias": alias, "is_write_index": False}}
        es.indices.create(index=named(alias, 2), **mapping(Analysis()))
        es.indices.update_aliases(actions=[second])
        es.index(index=named(alias, 2), id=LATER.id, document={"id": LATER.id, "title": "in a later generation"})
        es.indices.refresh(index=alias)
        yield own


async def test_a_tombstone_answers_410_and_is_in_no_search(two_generations, serve) -> None:  # type: ignore[no-untyped-def]
    async with serve(two_generations) as http:
        answer = await http.get(f"/v1/articles/{TAKEN.id}")
        assert answer.status_code == 410
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["reason"] == "forgotten"
        assert "asked for by its author" in answer.json()["detail"]
        page = await http.get(f"/articles/{TAKEN.id}", headers={"accept": "text/html"})
        assert (page.status_code, "gone" in page.text) == (410, True)
        for url in ("/v1/search", "/v1/search?q=taken"):
            assert TAKEN.id not in [found["id"] for found in (await http.get(url)).json()["articles"]]


async def test_articles_are_found_by_id_in_every_generation(two_generations, serve) -> None:  # type: ignore[no-untyped-def]
    async with serve(two_generations) as http:
        assert (await http.get(f"/v1/articles/{KEPT.id}")).json()["title"] == KEPT.title
        assert (await http.get(f"/v1/articles/{LATER.id}")).json()["title"] == "in a later generation"
        assert (await http.get(f"/v1/articles/{'0' * 64}")).status_code == 404
