"""What a paragraph asks of its readers, in any of its sentences: "There is more. Sign up for our newsletter."."""

import re

from services.clean.phrases import named, starts
from services.clean.sentences import sentences
from services.clean.words import bare

_NETWORKS = re.compile(
    r"\b(?:facebook|twitter|x|instagram|youtube|whatsapp|telegram|tiktok|linkedin|bluesky|mastodon|messenger|viber|vk)\b"
)
# Longer paragraphs have something to say besides.
_MAX_WORDS = 45


def asks_within(line: str, key: str, size: int) -> bool:
    """Whether a paragraph of `size` words, bare `key`, has a sentence that asks to subscribe to a newsletter."""
    return size <= _MAX_WORDS and bool(named("letters").search(key)) and _begins(line, "asks")


def follows_within(line: str, key: str, size: int) -> bool:
    """Whether such a paragraph has a sentence that asks to follow somebody on a social network, or at an address."""
    return size <= _MAX_WORDS and bool(_NETWORKS.search(key) or "://" in line) and _begins(line, "follow")


def _begins(line: str, kind: str) -> bool:
    return any(starts(kind).match(bare(sentence)) for sentence in sentences(line))
