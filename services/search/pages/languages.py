"""Names of languages, in English as the page is. ISO 639-1 codes and names by pycountry."""

import pycountry


def language_name(code: str) -> str:
    """`de` is German; what is no code stays what it is."""
    return _NAMES.get(code, code)


# Without what the standard adds to a name: "Modern Greek (1453-)".
_NAMES: dict[str, str] = {
    one.alpha_2: one.name.partition(" (")[0] for one in pycountry.languages if hasattr(one, "alpha_2")
}
