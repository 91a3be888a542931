"""Minutes to read an article."""

import pytest

from services.enrich.reading_time import reading_minutes


@pytest.mark.parametrize(
    ("words", "language", "minutes"),
    [
        (1, "en", 1),
        (238, "en", 1),
        (239, "en", 2),
        (2380, "en", 10),
        # Finnish puts more into a word: 161 words aloud where English has 228.
        (2380, "fi", 15),
        (2380, "und", 13),
        (0, "en", None),
    ],
)
def test_minutes(words: int, language: str, minutes: int | None) -> None:
    assert reading_minutes(words, language) == minutes
