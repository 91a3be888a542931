"""The meta elements of a page, read once."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from services.clean.words import squeeze

MAX_CHARS = 2000


@dataclass(frozen=True)
class Head:
    """`meta` by lower-case name, property or itemprop, in page order; the rest as the elements of those names."""

    meta: dict[str, list[str]] = field(default_factory=dict)
    title: str = ""
    lang: str = ""
    canonical: str = ""

    def first(self, *names: str) -> str:
        """The first value that is not empty, by the order of `names`."""
        return next((value for name in names for value in self.meta.get(name, ())), "")

    def named(self, names: Iterable[str]) -> list[tuple[str, str]]:
        """The same as `every`, each value with "meta " and its name before it."""
        return [(f"meta {name}", value) for name in names for value in self.meta.get(name, ())]

    def every(self, names: Iterable[str]) -> list[str]:
        """All values of these names."""
        return [value for _, value in self.named(names)]


def read_head(tree: HtmlElement) -> Head:
    """Read <meta>, <title>, rel=canonical and the language; overlong values are cut to MAX_CHARS."""
    meta: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv")
        value = squeeze((element.get("content") or "")[:MAX_CHARS])
        if name and value:
            meta.setdefault(name.strip().lower(), []).append(value)
    title = next((t for e in tree.iter("title") if (t := squeeze((e.text_content() or "")[:MAX_CHARS]))), "")
    links = (e.get("href") or "" for e in tree.iter("link") if "canonical" in (e.get("rel") or "").lower().split())
    lang = tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or ""
    return Head(meta, title, lang, next((href.strip() for href in links if href.strip()), ""))
