"""How long an article takes to read."""

from functools import cache

from services.enrich.data_files import lines

_SILENT_ENGLISH = 238
"""Words a minute of adults reading English non-fiction silently, the mean of 190 studies (Brysbaert 2019,
doi:10.1016/j.jml.2019.104047)."""
_MEAN = 184
"""Words a minute aloud over the languages of data/reading-speeds.tsv's source, for those that it lacks."""


def reading_minutes(words: int, language: str) -> int | None:
    """Minutes, rounded up, to read `words` words silently; None when there are none.

    Languages differ by what they put into a word: silent English is scaled by the ratio of reading aloud.
    """
    aloud = _speeds()
    speed = _SILENT_ENGLISH * aloud.get(language, _MEAN) / aloud["en"]
    return -int(-words // speed) if words else None


@cache
def _speeds() -> dict[str, int]:
    return {code: int(speed) for code, speed in (line.split("\t") for line in lines("reading-speeds.tsv"))}
