"""What a page may be, as plain values: the wiring fills it from the settings."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CleanLimits:
    """`max_page_bytes` of body as delivered, `min_words` of article text (words.count_words), and the ISO 639-1
    codes to keep (empty: all)."""

    max_page_bytes: int = 10 * 1024 * 1024
    min_words: int = 40
    languages: frozenset[str] = frozenset()
