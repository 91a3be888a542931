"""Names of settings that are nearly right, which would otherwise do nothing and say nothing."""

from collections.abc import Iterable
from difflib import get_close_matches

PREFIX = "NEWSLOOM_"
LIKE = 0.86
"""Least likeness (difflib's ratio without the prefix): API_KEY and API_KEYS have 0.93, while of the names that other
parts of us use the nearest, TEST_ELASTICSEARCH and ELASTICSEARCH, have 0.84."""


def misspelt(given: Iterable[str], known: Iterable[str]) -> dict[str, str]:
    """Of the `given` names of variables, in any case, those that look like a setting's and are none: NAME to meant."""
    names = {name.upper() for name in known}
    ours = {name.upper().removeprefix(PREFIX) for name in given if name.upper().startswith(PREFIX)}
    like = {name: get_close_matches(name, names, 1, LIKE) for name in sorted(ours - names)}
    return {PREFIX + name: PREFIX + found[0] for name, found in like.items() if found}
