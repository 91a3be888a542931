"""Inflected forms are found in each language, on whatever analysis the cluster has; and what ranks before what."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from support.archive import archive, place
from support.messages import enriched, settings_for_tests

from services.contracts.messages import Enriched
from services.runtime.settings import Settings

pytestmark = pytest.mark.stack
NOW = datetime.now(UTC)
TEXTS = {
    "en": ("The ministers discuss autonomous weapons", ["weapon", "minister", "Discussed"]),
    "de": ("Die Bundesregierung verhandelt über neue Waffen und Häuser", ["Waffe", "Haus"]),
    "fr": ("Les gouvernements achètent des armes et des chevaux", ["gouvernement", "arme", "cheval"]),
    "es": ("Los gobiernos compran armas en las ciudades", ["gobierno", "arma", "ciudad"]),
    "pt": ("Os governos compram armas nas cidades", ["governo", "arma", "cidade"]),
    "it": ("I governi comprano armi per i ministri", ["governo", "arma", "ministro"]),
    "nl": ("De regeringen kopen wapens en huizen", ["regering", "wapen", "huis"]),
    "sv": ("De nya regeringarna köper vapnen", ["regering", "vapen"]),
    "da": ("De nye regeringer i husene", ["regering", "hus"]),
    "no": ("De nye regjeringer i husene", ["regjering", "hus"]),
    "pl": ("Decyzje nowych rządów i ministrów", ["rząd", "minister"]),
    "cs": ("Noví ministři bývalé vlády", ["ministr", "vláda"]),
    "ro": ("Guvernele și miniștrii lor", ["guvern"]),
    "ru": ("Министры правительства строят много домов", ["министр", "правительство", "дом"]),
    "uk": ("Міністри нового уряду", ["міністр", "уряд"]),
    "bg": ("Новите правителства и техните министри", ["правителство", "министър"]),
}
PLACES = {
    "title": {"title": "zeppelin lands"},
    "description": {"description": "zeppelin lands"},
    "entities": {"entities": (place("Zeppelin"),)},
    "body": {"body": "A zeppelin lands among many other words that this long body has. " * 3},
}


def _articles() -> Iterator[Enriched]:
    for code, (text, _) in TEXTS.items():
        yield enriched(f"inflected-{code}", body=text, language=code, published_at=NOW)
    for name, fields in PLACES.items():
        yield enriched(f"zeppelin-{name}", **fields, published_at=NOW)
    yield enriched("unspaced", body="政府今天在议会讨论了新武器的问题。", language="zh", published_at=NOW)
    yield enriched("near", body="The glass bridge closes. " + "Other words follow here. " * 9, published_at=NOW)
    yield enriched("apart", body="The bridge closes. " + "Other words follow here. " * 9 + "Glass.", published_at=NOW)
    yield enriched("new", body="A lighthouse shines over the sea. " + "Filler. " * 30, published_at=NOW)
    yield enriched(
        "old", body="A lighthouse shines over the sea. " + "Filler. " * 28, published_at=NOW - timedelta(days=700)
    )


@pytest.fixture(scope="module")
def spoken(servers) -> Iterator[Settings]:  # type: ignore[no-untyped-def]
    given = settings_for_tests(kafka=servers.kafka, elasticsearch=servers.elasticsearch)
    with archive(given, _articles()) as own:
        yield own


async def _found(http: Any, **params: Any) -> list[str]:
    response = await http.get("/v1/search", params={**params, "fields": "url"})
    assert response.status_code == 200, response.text
    return [a["url"].rpartition("/")[2] for a in response.json()["articles"]]


@pytest.mark.parametrize("code", TEXTS)
async def test_inflected_forms_are_found_and_marked(spoken: Settings, serve: Any, code: str) -> None:
    async with serve(spoken) as http:
        for word in TEXTS[code][1]:
            assert f"inflected-{code}" in await _found(http, q=word), word
            assert f"inflected-{code}" in await _found(http, q=word, language=code), word
        response = await http.get("/v1/search", params={"q": TEXTS[code][1][0], "language": code, "highlight": True})
        assert "<mark>" in response.json()["articles"][0]["highlights"]["body"][0]


@pytest.mark.parametrize("word", ["武器", "政府", "新武器"])
async def test_words_of_a_script_without_spaces_are_found(spoken: Settings, serve: Any, word: str) -> None:
    async with serve(spoken) as http:
        assert "unspaced" in await _found(http, q=word)
        assert "unspaced" in await _found(http, q=f'"{word}"', language="zh")


async def test_title_before_description_before_entities_before_body(spoken: Settings, serve: Any) -> None:
    async with serve(spoken) as http:
        assert await _found(http, q="zeppelin") == [f"zeppelin-{name}" for name in PLACES]


async def test_words_that_stand_together_come_first(spoken: Settings, serve: Any) -> None:
    async with serve(spoken) as http:
        assert await _found(http, q="glass bridge", recency=False) == ["near", "apart"]


async def test_newer_goes_before_slightly_better_unless_recency_is_off(spoken: Settings, serve: Any) -> None:
    async with serve(spoken) as http:
        assert await _found(http, q="lighthouse") == ["new", "old"]
        assert await _found(http, q="lighthouse", recency=False) == ["old", "new"]
        assert await _found(http, q="lighthouse", sort="oldest") == ["old", "new"]
