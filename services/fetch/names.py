"""What an element of a feed is, whichever of the addresses of its namespace the feed uses, and in whatever case."""

from lxml import etree

# The address in lower case, without scheme and last slash; "": a feed's own elements, of RSS, RDF and Atom alike.
_PREFIXES = {
    "": "",
    "www.w3.org/1999/02/22-rdf-syntax-ns#": "",
    "my.netscape.com/rdf/simple/0.9": "",
    "channel.netscape.com/rdf/simple/0.9": "",
    "purl.org/rss/1.0": "",
    "purl.org/net/rss1.1#": "",
    "backend.userland.com/rss": "",
    "backend.userland.com/rss2": "",
    "backend.userland.com/rss091": "",
    "blogs.law.harvard.edu/tech/rss": "",
    "www.w3.org/2005/atom": "",
    "purl.org/atom/ns#": "",
    "www.sitemaps.org/schemas/sitemap/0.9": "",
    "www.google.com/schemas/sitemap/0.84": "",
    "www.google.com/schemas/sitemap-news/0.9": "news:",
    "purl.org/dc/elements/1.0": "dc:",
    "purl.org/dc/elements/1.1": "dc:",
    "purl.org/dc/terms": "dcterms:",
    "purl.org/rss/1.0/modules/content": "content:",
    "search.yahoo.com/mrss": "media:",
    "www.itunes.com/dtds/podcast-1.0.dtd": "itunes:",
    "www.w3.org/1999/xhtml": "xhtml:",
}
_CUSTOMARY = {prefix.rstrip(":"): prefix for prefix in _PREFIXES.values()} | {"rdf": "", "atom": "", "rss": ""}
_LONGEST = 100
"""No name that matters is as long; hostile ones are not to be remembered in full."""
_MOST_KNOWN = 1024
_NEEDLESS = frozenset({"category", "comments", "enclosure", "dc:subject"})
"""Names that nobody asks for, a fifth of all elements."""
Fields = dict[str, list[etree._Element]]


class _Names(dict[object, str]):
    """Names by tag, of those met so far; "" for what says nothing to us. To ask it for those takes no call."""

    def __missing__(self, tag: object) -> str:
        if not isinstance(tag, str):  # references to entities have no name
            return ""
        name = name_of(tag)
        if len(self) >= _MOST_KNOWN:
            self.clear()
        known = "" if name.startswith("?") or name in _NEEDLESS else name
        if len(tag) <= _LONGEST:
            self[tag] = known
        return known


_NAMES = _Names()


def name_of(tag: str) -> str:
    """`title`, `dc:date`, …, in lower case; `?` and the local name for those of other namespaces."""
    tag = tag[:_LONGEST].lower()
    if tag.startswith("{"):
        namespace, _, name = tag[1:].rpartition("}")
        return _PREFIXES.get(namespace.partition("://")[2].removesuffix("/") if namespace else "", "?") + name
    # With a prefix that is declared nowhere, the parser leaves it in the name; then what is customary is meant.
    prefix, _, name = tag.rpartition(":")
    return _CUSTOMARY.get(prefix, "?") + name


def fields_of(element: etree._Element) -> Fields:
    """The elements in an element, by name; without those that say nothing to us."""
    fields: Fields = {}
    for child in element:
        if name := _NAMES[child.tag]:
            if name in fields:
                fields[name].append(child)
            else:
                fields[name] = [child]
    return fields
