"""What languages without a model get besides the alias table: given names, heads, nouns before names, towns."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrich.rules import by_rules

TOLD = [
    ("de", "Die Reederei Nordstern klagt, sagte Geschäftsführerin Antje Lorenzen in Bremerhaven.",
     {"Nordstern": "organisation", "Antje Lorenzen": "person", "Bremerhaven": "place"}),
    ("de", "Bezahlt hat es die Deutsche Wetterstiftung. Die Stiftung Klaus Berger half.",
     {"Deutsche Wetterstiftung": "organisation", "Stiftung Klaus Berger": "organisation"}),
    ("es", "El Tribunal de Cuentas avisó a Rafael Ibarra, según el diario Horizonte. El SRTV calla.",
     {"Tribunal de Cuentas": "organisation", "Rafael Ibarra": "person", "Horizonte": "organisation",
      "SRTV": "organisation"}),
    ("pt", "A Universidade do Minho fica em Braga, diz Teresa Falcão, e o PIB cresceu.",
     {"Universidade do Minho": "organisation", "Braga": "place", "Teresa Falcão": "person"}),
    ("it", "Secondo il quotidiano Sera, a Taranto lavora Paolo Grassi.",
     {"Sera": "organisation", "Taranto": "place", "Paolo Grassi": "person"}),
    ("fr", "À Grenoble, le syndicat Rail Uni a reçu Guillaume Picard.",
     {"Grenoble": "place", "Rail Uni": "organisation", "Guillaume Picard": "person"}),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "expected"), TOLD)
def test_what_words_tell(language, text, expected):
    assert {text[s.start : s.end]: s.type for s in by_rules(text, language, [])} == expected


def test_a_place_in_a_persons_name_is_part_of_it(found):
    text = "Ontem Luís Montenegro falou. Segundo Montenegro, Portugal cresce."
    assert found(text, language="pt") == {"Luís Montenegro": ("person", 2), "Portugal": ("place", 1)}


@pytest.mark.parametrize("language", ["de", "fr", "es", "pt", "it", "nl", "sv"])
@given(text=st.text(alphabet="Aa Bé.-'’\n«DIEdeinà EU", max_size=80))
def test_no_text_breaks_it(language, text):
    spans = by_rules(text, language, [])
    assert all(a.end <= b.start for a, b in pairwise(spans))
