"""Where places lie: countries, big cities, and small towns when the article tells which country it is about."""

import pytest

from services.contracts.messages import Location
from services.enrich.enrich import enrich
from services.enrich.geography import countries
from services.enrich.towns import towns


@pytest.fixture(scope="module")
def where(models, make):
    def found(body: str, language: str = "fr") -> dict[str, tuple[str | None, Location | None]]:
        (done,) = enrich([make(body, language=language)], models)
        return {e.id: (e.country, e.location) for e in done.entities}

    return found


def test_countries_and_cities_of_the_table(where):
    found = where("La France et Berlin.")
    assert found["place:france"][0] == "FR"
    country, at = found["place:berlin"]
    assert country == "DE"
    assert (round(at.lat, 1), round(at.lon, 1)) == (52.5, 13.4)


def test_a_small_town_needs_its_country(where):
    assert where("Un incendie à Annecy, en France.")["place:annecy"][0] == "FR"
    assert where("Un incendie à Annecy.")["place:annecy"] == (None, None)


def test_a_name_of_several_towns_is_nowhere(where):
    assert towns()["Springfield"].country is None
    assert where("On se réunit à Springfield, aux États-Unis.")["place:springfield"] == (None, None)


def test_other_names_have_the_usual_name_and_its_id(found):
    assert found("Der Zug fuhr nach Genf.", language="de") == {"Geneva": ("place", 1)}


def test_every_place_is_on_earth():
    for place in [*towns().values(), *countries().values()]:
        assert (place.lat is None) == (place.lon is None)
        assert place.country is None or (len(place.country) == 2 and place.country.isupper())
        assert place.lat is None or (-90 <= place.lat <= 90 and -180 <= place.lon <= 180)
