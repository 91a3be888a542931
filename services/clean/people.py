"""Names of people out of the text of bylines, in the languages of the news."""

import html
import re
from collections.abc import Iterable
from itertools import islice

from services.clean.words import bare, squeeze

# "By", "Von", "Par" … in front of the names.
BY = re.compile(
    r"^(?:written by|posted by|reported by|story by|article by|by|von|par|por|di|da|door|av|af|przez|автор|автори|"
    r"yazan|metin|بقلم|كتب|文|記者|text|texte|testo|texto|autor(?:in|a|es|en)?|author|auteur|autore|redaktion)\s*[:：]?\s+|"
    r"^(?:文|作者|記者)[:：/／]\s*",
    re.IGNORECASE,
)
# "Jun 2 Written By A": what a template puts in front, a date mostly.
_LATER_BY = re.compile(r"^.*\b(?:written|posted|published) by:?\s+", re.IGNORECASE)
_AND = re.compile(
    r"\s*(?:[;|/•·●▪⋅\n]|,(?!\s*(?:jr|sr|md|phd|ph\.d|m\.d|ii|iii)\b)|\s(?:and|und|et|y|e|en|i|och|og|ve|и|et|with|mit|&|und)\s|&|、|，)\s*",
    re.IGNORECASE,
)
_NO_PERSON = re.compile(
    r"https?:|www\.|@|\d{3,}|\w\.(?:com|org|net|info|[a-z]{2})$|"
    r"\b(?:staff|editor(?:ial|s)?|redaktion|redaction|rédaction|redacción|redação|redazione|newsroom|"
    r"correspondent|correspondant|reporter|news ?desk|desk|team|admin|agency|agencies|agence|agencia|wire|press|"
    r"updated|published|min read|minutes?|contributor|guest|subscribe|newsletter|korrespondent|journalist|columnist|"
    r"reuters|associated press|afp|dpa|efe|ansa|apa|xinhua|interfax|tass|bloomberg|null|undefined|anonymous)\b",
    re.IGNORECASE,
)
# After the comma behind a name: what the person is, to the end of the line.
_ROLE = re.compile(
    r",[^,;|]*\b(?:expert|specialist|analyst|consultant|manager|director|founder|professor|writer|author|lead|head of|"
    r"chief|editor|producer|photographer|strategist|engineer|researcher)s?\b.*$",
    re.IGNORECASE,
)
# A date behind a name: "A B on Jan 5", "A B March 2", "A B 12.06.".
_DATED = re.compile(
    r"(?:\s+on)?\s+(?:(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mär|mai|okt|dez|janv|févr|avr|juin|juil|août|"
    r"déc|ene|abr|ago|dic|fev|set|out|gen|mag|giu|lug|ott)\w*\.?\s+)?\d.*$",
    re.IGNORECASE,
)
_CREDENTIAL = re.compile(r"[A-Z]{2,5}|[A-Z][a-z]?[A-Z]|[Tt]he author")
# Words that no name begins with, as opposed to "de", "van", "al": they come from links and sentences beside bylines.
_NO_NAME = re.compile(r"(?:by|in|on|at|the|view|more|it|read|see)\b", re.IGNORECASE)
_MAX_WORDS = 5
_MAX_CHARS = 60
_MAX_PEOPLE = 12
# No byline is longer, nor has a page more; some of the patterns take the square of a line's length ("((((").
_MAX_BYLINE = 1000
_MAX_BYLINES = 100


def as_people(names: Iterable[str], site: str = "") -> tuple[str, ...]:
    """Single names out of bylines: "By A and B" is two; dates, roles, agencies, the site itself and repeats go."""
    found: dict[str, str] = {}
    for name in islice(names, _MAX_BYLINES):
        if re.match(r"\s*https?:|\s*www\.", name):
            continue
        for part in _AND.split(_byline(name)):
            person = BY.sub("", re.sub(r"\s*\(.*?\)\s*", " ", part), count=1).strip(" .,:;-–—|*")
            key = bare(person)
            if key and key not in found and _is_person(person) and key != bare(site) and not _is_desk(person, site):
                found[key] = person
    return tuple(found.values())[:_MAX_PEOPLE]


def _is_desk(name: str, site: str) -> bool:
    """A part of the outlet: "BBC Sport" of the BBC."""
    outlet = name.split(maxsplit=1)[0]
    return len(outlet) > 1 and outlet.isupper() and bare(site).split()[:1] == [bare(outlet)]


def _byline(text: str) -> str:
    """The names' part of a byline."""
    line = _LATER_BY.sub("", squeeze(html.unescape(text[:_MAX_BYLINE])))
    return _DATED.sub("", _ROLE.sub("", BY.sub("", line, count=1)))


def _is_person(name: str) -> bool:
    words = name.split()
    fits = 1 <= len(words) <= _MAX_WORDS and 2 <= len(name) <= _MAX_CHARS and any(c.isalpha() for c in name)
    return fits and not (_NO_PERSON.search(name) or _CREDENTIAL.fullmatch(name) or _NO_NAME.match(name))
