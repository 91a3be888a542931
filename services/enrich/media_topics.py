"""The 17 IPTC Media Topics of the top level, and how sure we are of each for an article. Pure.

A transparent linear model: words of a lexicon count for their topics (topic_words.py), what the site says of its own
(section, address, keywords) counts besides, and a topic's share of it all is turned into a probability.
Names and codes: IPTC NewsCodes, CC BY 4.0, https://iptc.org/standards/media-topics/.
"""

import math
import re
from collections.abc import Iterable, Iterator
from functools import cache
from urllib.parse import urlsplit

from services.contracts.messages import Article
from services.enrich.data_files import lines
from services.enrich.plausible import reads_as
from services.enrich.slugs import slug
from services.enrich.stop_words import stop_words
from services.enrich.topic_words import lexicon

NAMES = {
    "01": "arts, culture, entertainment and media",
    "02": "crime, law and justice",
    "03": "disaster, accident and emergency incident",
    "04": "economy, business and finance",
    "05": "education",
    "06": "environment",
    "07": "health",
    "08": "human interest",
    "09": "labour",
    "10": "lifestyle and leisure",
    "11": "politics and government",
    "12": "religion",
    "13": "science and technology",
    "14": "society",
    "15": "sport",
    "16": "conflict, war and peace",
    "17": "weather",
}
"""Names by the first two digits of the codes; the other six are zeros."""
MODEL = "media-topics 2"
CUT = 0.28
"""Topics that are less sure are left out: best micro-F1 on the articles that are labelled for tuning."""
_SLOPE, _BASE = 17.57, -4.69
"""Of a logistic regression on a topic's share, fitted on the same articles."""
_UNSAID = 5.0
"""What is added to the whole, so that few words make no topic sure."""
_SECTION = 0.3
"""Part of the text's evidence that the site's own section adds, and as much as _UNSAID at least."""
_SEGMENT = re.compile(r"[a-z][a-z0-9-]+")


def code(two: str) -> str:
    """IPTC's id of the topic, such as medtop:04000000."""
    return f"medtop:{two}000000"


def media_topics(article: Article) -> dict[str, float]:
    """Probabilities by id of the topics that `article` is about; none of a language without a lexicon or of garbage."""
    words = lexicon(article.language)
    if not words or not reads_as(f"{article.title}\n{article.body}", stop_words(article.language)):
        return {}
    found = words.evidence(" ".join((article.title, *article.tags)), article.body)
    said = set(sections(article.section, article.url))
    bonus = max(_UNSAID, _SECTION * sum(found.values())) / max(1, len(said))
    for topic in said:
        found[topic] = found.get(topic, 0) + bonus
    whole = sum(found.values()) + _UNSAID
    scores = {code(topic): 1 / (1 + math.exp(-(_SLOPE * amount / whole + _BASE))) for topic, amount in found.items()}
    return {topic: score for topic, score in scores.items() if score >= CUT}


def sections(section: str | None, url: str) -> Iterator[str]:
    """Topics that the site's section or, without one that is known, the address's first two folders stand for."""
    known = _sections()
    found = {known[name] for name in _parts(section or "") if name in known}
    try:
        folders = urlsplit(url).path.lower().split("/")[1:-1][:2]
    except ValueError:
        folders = []
    yield from found or {known[name] for name in folders if _SEGMENT.fullmatch(name) and name in known}


def _parts(section: str) -> Iterable[str]:
    return map(slug, re.split(r"[/>|,;]", section.lower()))


@cache
def _sections() -> dict[str, str]:
    rows = (line.split("\t") for line in lines("sections.tsv"))
    return {name: topic for topic, names in rows for name in names.split()}
