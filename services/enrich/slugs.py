"""Ids of entities: type and name in a form that is the same for every spelling of it."""

import re
import unicodedata
from functools import lru_cache

_NOT_WORD = re.compile(r"[\W_]+")


@lru_cache(8192)  # an article's names and their words come again and again: a twentieth of enrichment's time
def slug(name: str) -> str:
    """`name` in lower case, without accents, words joined by `-`; scripts without accents stay as they are."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return _NOT_WORD.sub("-", unicodedata.normalize("NFC", plain).casefold()).strip("-")


def entity_id(type_: str, name: str) -> str:
    """The stable id of the entity of that type and canonical name."""
    return f"{type_}:{slug(name)}"
