"""Where the places that an article names lie."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from services.contracts.messages import Location
from services.enrich.data_files import lines
from services.enrich.gazetteer import Gazetteer
from services.enrich.resolve import Named
from services.enrich.towns import Town, towns


class Where(NamedTuple):
    """Country (ISO 3166-1 alpha-2; XK is Kosovo) and middle of a place."""

    country: str | None
    location: Location | None


NOWHERE = Where(None, None)


@cache
def countries() -> dict[str, Town]:
    """Countries and territories by their canonical name, with code and middle."""
    rows = (line.split("\t") for line in lines("country-places.tsv"))
    return {
        name: Town(name, code, float(lat) if lat else None, float(lon) if lon else None)
        for name, code, lat, lon in rows
    }


def places(named: Sequence[Named], gazetteer: Gazetteer) -> dict[str, Where]:
    """Where those of `named` lie that are known, by id.

    Countries and cities of the alias table are known by their name. A smaller town's name may be another's that no list
    has: it is taken for the listed one if the article names its country, or a known place in it.
    """
    own = [one for one in named if one.type == "place"]
    sure = {one.id: found for one in own if one.id in gazetteer.entries and (found := _listed(one.name))}
    named_countries = {place.country for place in sure.values()}
    likely = {
        one.id: town
        for one in own
        if one.id not in gazetteer.entries and (town := towns().get(one.name)) and town.country in named_countries
    }
    return {id_: _where(place) for id_, place in (sure | likely).items()}


def _listed(name: str) -> Town | None:
    return countries().get(name) or towns().get(name)


def _where(place: Town) -> Where:
    known = place.lat is not None and place.lon is not None
    return Where(place.country, Location(lat=place.lat, lon=place.lon) if known else None)
