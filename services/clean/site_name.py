"""The name of its site in a title, and the title without it."""

import re

from services.clean.words import bare

# "Headline | Site", "Headline - Site", "Site: Headline" … ; a plain hyphen needs spaces, or it is part of a word.
SEPARATOR = re.compile(r"\s+[|\-–—·•»«:/~]+\s+|\s*[|｜»]\s*|\s*[–—]\s+|:\s+")
_SITE_WORDS = 8
_HEADLINE_WORDS = 4
_SECTION_WORDS = 5


def is_site(title: str, site: tuple[str, ...]) -> bool:
    """Whether `title` is one of the names of the site: its own, or the beginning of its domain."""
    key = _compact(title)
    return any(key == _compact(name) or (len(key) >= 4 and _compact(name).startswith(key)) for name in site if name)


def _compact(text: str) -> str:
    return bare(text).removeprefix("the ").replace(" ", "")


def without_site(title: str, site: tuple[str, ...]) -> str:
    """`title` without the parts that name the site, at its end or start."""
    while (shorter := _shorter(title, site)) != title:
        title = shorter
    return title


def _shorter(title: str, site: tuple[str, ...]) -> str:
    """`title` without one such part."""
    separators = list(SEPARATOR.finditer(title))
    if not separators:
        return title
    if (shorter := _without_sections(title)) != title:
        return shorter
    last, first = separators[-1], separators[0]
    for part, rest in (
        (title[last.end() :], title[: last.start()]),
        (title[: first.start()], title[first.end() :]),
    ):
        if rest.strip() and (is_site(part, site) or any(_names(part, name) for name in site if name)):
            return rest.strip()
    return title


def _without_sections(title: str) -> str:
    """`title` without short parts behind a bar, which headlines seldom have: "Headline of some words | Politics"."""
    while (cut := title.rfind(" | ")) > 0:
        words, tail = len(title[:cut].split()), len(title[cut + 3 :].split())
        if words < _HEADLINE_WORDS or tail > _SECTION_WORDS:
            break
        title = title[:cut].rstrip()
    return title


def _names(part: str, site: str) -> bool:
    one, other = bare(part), bare(site)
    words = one.split()
    spelled = len(words) > 1 and all(word in _compact(site) for word in words)
    return bool(one) and (one in other or other in one or spelled) and len(words) <= _SITE_WORDS
