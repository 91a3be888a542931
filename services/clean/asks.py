"""What a line asks of its readers: to subscribe, to follow, to log in."""

import re

from services.clean.phrases import says, starts
from services.clean.sentences import is_sentence, sentences
from services.clean.words import bare

_NETWORKS = re.compile(
    r"\b(?:facebook|twitter|x|instagram|youtube|whatsapp|telegram|tiktok|linkedin|bluesky|mastodon|messenger|viber|vk)\b"
)
_MOST_WORDS = 30
_MOST_WORDS_IF_SURE = 80
_SURE_WORDS = 3
_SAID_WORDS = 5
# Longer paragraphs have something to say besides.
_PARAGRAPH_WORDS = 45


def asks(line: str, key: str, size: int) -> bool:
    """Whether a line of `size` words, bare `key`, begins like a request to readers, or is a short paragraph with a
    sentence that asks to subscribe to a newsletter: "There is more. Sign up for our newsletter."."""
    if _begins(line, key, size):
        return True
    within = size <= _PARAGRAPH_WORDS and says("letters").search(key)
    return bool(within) and _any_sentence(line, "asks", "may_ask")


def follows(line: str, key: str, size: int) -> bool:
    """Whether such a paragraph has a sentence that asks to follow somebody on a social network, or at an address."""
    return size <= _PARAGRAPH_WORDS and bool(_NETWORKS.search(key) or "://" in line) and _any_sentence(line, "follow")


def _begins(line: str, key: str, size: int) -> bool:
    """No sentence that only begins so: "Subscribe to that theory, and …" does not say what a site offers."""
    ask = starts("asks").match(key)
    if not ask and (ask := starts("may_ask").match(key)) and size >= _SAID_WORDS and is_sentence(line):
        ask = ask if says("offers").search(key, ask.end()) else None
    return ask is not None and size <= (_MOST_WORDS if len(ask.group().split()) < _SURE_WORDS else _MOST_WORDS_IF_SURE)


def _any_sentence(line: str, *kinds: str) -> bool:
    return any(starts(kind).match(bare(sentence)) for sentence in sentences(line) for kind in kinds)
