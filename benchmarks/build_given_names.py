"""Write services/enrich/data/given-names.txt: given names in Latin script that are hardly anything else.

Source: the lists of given names in Faker's person providers (MIT License). A name is taken that LEAST locales have;
left out is what the alias table has (Florence, Sydney), what tells of something else (`heads.tsv`, `no-names.txt`),
stop words of a language we serve, and what more of Faker's locales have as a family name.
Needs: pip install Faker==40.63.0.
"""

import importlib
import pkgutil
import re
import sys
from collections import Counter
from pathlib import Path

from faker.providers import person

from services.enrich.gazetteer import load_gazetteer
from services.enrich.stop_words import stop_words
from services.enrich.words import HEADS, NO_NAMES

DATA = Path(__file__).parent.parent / "services" / "enrich" / "data"
LEAST = 2
LANGUAGES = ("en", "de", "fr", "es", "pt", "it")
_LATIN = re.compile(r"[A-ZÀ-ÖØ-ÞĀ-Ž][a-zß-öø-ÿā-ž]{2,}")


def names(prefix: str) -> Counter[str]:
    """Names in Latin script, with how many locales have them in a list that begins with `prefix`."""
    found: Counter[str] = Counter()
    for module in pkgutil.iter_modules(person.__path__):
        provider = vars(importlib.import_module(f"{person.__name__}.{module.name}").Provider)
        lists = [v for k, v in provider.items() if k.startswith(prefix) and isinstance(v, (list, tuple, dict))]
        found.update({name for one in lists for name in one if isinstance(name, str) and _LATIN.fullmatch(name)})
    return found


def main() -> None:
    given, family = names("first_name"), names("last_name")
    lexicons = [load_gazetteer().lexicon(language) for language in LANGUAGES]
    common = {word for language in LANGUAGES for word in stop_words(language)} | NO_NAMES | set(HEADS)
    kept = sorted(
        name
        for name, count in given.items()
        if count >= LEAST and count >= family[name] and name.lower() not in common
        and not any(lexicon.known(name) for lexicon in lexicons)
    )  # fmt: skip
    header = (
        "# Given names. Source: Faker (MIT License), person providers. Written by benchmarks/build_given_names.py\n"
    )
    (DATA / "given-names.txt").write_text(header + "".join(f"{name}\n" for name in kept), encoding="utf-8")
    sys.stdout.write(f"{len(kept)} names\n")


if __name__ == "__main__":
    main()
