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
Fields = dict[str, list[etree._Element]]


_known: dict[str, str] = {}
"""Names by tag, of those met so far: no call is needed to ask it, for each element of an entry."""
_MOST_KNOWN = 1024


def name_of(tag: str) -> str:
    """`title`, `dc:date`, …, in lower case; `?` and the local name for those of other namespaces."""
    return _known.get(tag) or _met(tag)


def _met(tag: str) -> str:
    name = _read(tag[:_LONGEST])
    if len(_known) >= _MOST_KNOWN:
        _known.clear()
    if len(tag) <= _LONGEST:
        _known[tag] = name
    return name


def _read(tag: str) -> str:
    if tag.startswith("{"):
        namespace, _, name = tag[1:].lower().rpartition("}")
        return _PREFIXES.get(namespace.partition("://")[2].removesuffix("/") if namespace else "", "?") + name
    # With a prefix that is declared nowhere, the parser leaves it in the name; then what is customary is meant.
    prefix, _, name = tag.lower().rpartition(":")
    return _CUSTOMARY.get(prefix, "?") + name


def fields_of(element: etree._Element) -> Fields:
    """The elements in an element, by name; without those of namespaces that say nothing to us."""
    fields: Fields = {}
    known = _known
    for child in element:
        tag = child.tag
        name = known.get(tag) or (_met(tag) if isinstance(tag, str) else "?")  # references to entities have no name
        if name in fields:
            fields[name].append(child)
        elif not name.startswith("?"):  # it may be empty: <rss:>
            fields[name] = [child]
    return fields
