"""Pages with n of one thing: what asks each of them about the others, or each element about all that is in it, takes
n * n steps. Data for the fuzzer, and for growth.py, which looks for such.
"""

import random
from collections.abc import Sequence
from typing import NamedTuple

from support.fuzz.raw import length

_PROSE = "The stone bridge over the river opened again on Monday, the county said in a long report on its repairs. "
_SCRIPT, _DEEP = "<script type=application/ld+json>", 400
_NEWS = _SCRIPT + '{"@type":"NewsArticle","headline":"A bridge opens again",'
_MARKS = "\u0f71\u0f72\u0301\u0316"


class Family(NamedTuple):
    """What is repeated, `{n}` in it being its number, and what stands around all of them."""

    each: str
    before: str = ""
    after: str = ""


# fmt: off
FAMILIES: dict[str, Family] = {
    # lines
    "paragraphs": Family(f"<p>{{n}} {_PROSE}</p>"),
    "the same paragraph": Family(f"<p>{_PROSE}</p>"),
    "short lines": Family("<p>Line {n}</p>"),
    "lines by br": Family("Line {n}<br>"),
    "div lines": Family("<div class=item>Line {n}</div>"),
    "footers": Family("<p>Related articles</p>"),
    "footers before prose": Family(f"<h2>Related articles</h2><p>{_PROSE}</p>"),
    "sections": Family(f"<section><h2>Comments</h2><p>{_PROSE}</p></section>"),
    "requests": Family("<div><p>Subscribe to our newsletter</p><p>x</p></div>"),
    "strays": Family(f"<p>{{n}} {_PROSE}</p><div>stray {{n}}</div>"),
    "captions": Family("<p>© Photo: {n}</p>"),
    "lines of a long class": Family("words of a line<br>", "<div class='" + "ab " * 5000 + "'>", "</div>"),
    # links
    "links": Family("<a href=/{n}>Link {n}</a> ", "<div>", "</div>"),
    "linked headings": Family("<h2><a href=/{n}>Heading {n} of some words</a></h2>"),
    "headings in links": Family("<a href=/{n}><h3>Heading {n} of some words</h3></a>"),
    "links nowhere": Family("Text of it <a>Link {n} words words words words</a><br>", "<div>", "</div>"),
    "heading of links nowhere": Family("<a>Link {n} words words words words</a><br>", "<h2>", "</h2>"),
    "labelled links": Family("Read more <a href=/{n}>A headline of five words {n}</a><br>", "<div>", "</div>"),
    "lines of one link": Family("Five words are in here now<br>", "<div>some text before it <a href=/x>", "</a></div>"),
    "lines of one card": Family("<span></span><p>A headline of six words here.</p>", "<a href=/x>", "</a>"),
    "links never closed": Family("<a href=/{n}>Link {n} "),
    "list of links": Family("<li><a href=/{n}>Item {n} of it</a></li>", "<ul>", "</ul>"),
    # lists, tables, boxes
    "list": Family("<li>Item {n} of it</li>", "<ul>", "</ul>"),
    "lists": Family("<ul><li>Item {n}</li></ul>"),
    "cells": Family("<td>Cell {n}</td>", "<table><tr>", "</tr></table>"),
    "rows": Family("<tr><td>Cell {n}</td><td>x</td></tr>", "<table>", "</table>"),
    "tables": Family("<table><tr><td>Cell {n}</td><td>x</td></tr></table>"),
    "terms": Family(f"<dt>Term {{n}}</dt><dd>{_PROSE}</dd>", "<dl>", "</dl>"),
    "boxes": Family("<div class=ad>Line {n}</div>"),
    "articles": Family(f"<article><h2>Heading {{n}}</h2><p>{_PROSE}</p></article>"),
    "like articles": Family(f"<div class=item><h2>Heading {{n}}</h2><p>{_PROSE}</p></div>"),
    "figures": Family("<figure><img src=x><figcaption>Words {n}</figcaption></figure>"),
    # in elements in each other, each of which is asked
    "in pictures": Family("<img src=x><b></b>", "<div class=image>x" * _DEEP),
    "in figures": Family("<b>x</b>", "<figure>x" * _DEEP),
    "in lists": Family("<a>x</a>", "<div class=list>x" * _DEEP),
    "in authors": Family("<b></b>", "<div itemprop=author>" * _DEEP),
    "names in authors": Family("<b itemprop=name>Ann Lee</b>", "<div itemprop=author>" * _DEEP),
    "in bylines": Family("<b></b>", "<div class=byline>" * _DEEP),
    "in dates": Family("<b></b>", "<div class=date>" * _DEEP),
    "times in articles": Family("<time datetime=2026-11-01>x</time>", "<article>" * _DEEP),
    "in linked articles": Family("<a href=x>x</a>", "<article>x" * _DEEP),
    "in headings": Family("<a href=x>x</a>", "<h2>x" * _DEEP),
    "in controls": Family("<b></b>", "<noscript>x" * _DEEP),
    "too deep": Family("<b>x</b>", "<div>" * 600),
    # what the page says of itself
    "headings": Family("<h1>Heading {n} of some words</h1>"),
    "titles": Family("<meta property=og:title content='Title {n} of some words'><h1>Other words {n} of it</h1>"),
    "title of parts": Family("a|", "<meta property=og:title content='", "'>"),
    "headline of parts": Family("News | ", _SCRIPT + '{"@type":"Article","headline":"', '"}</script>'),
    "metas": Family("<meta name=x{n} content='Ann Lee {n}'>"),
    "author metas": Family("<meta name=author content='Ann Lee {n}'>"),
    "dates": Family("<meta property=article:published_time content='2026, january {n}'>"),
    "times": Family(
        "<time pubdate datetime=2026-11-01>x</time><span itemprop=datePublished content=2026-11-01>x</span>",
    ),
    "date lines": Family("<span class=date>no date {n}</span>"),
    "bylines": Family("<span class=byline>no name {n}</span>"),
    "authors": Family("<span itemprop=author>Ann Lee {n}</span>"),
    "author links": Family("<a href=/author/{n}>Ann Lee</a>"),
    "lines by authors": Family(
        "<p>Words of a line</p>",
        _NEWS + '"author":[' + ",".join(f'"Ann Lee, Bo {n}z"' for n in range(100)) + "]}</script>",
    ),
    "nodes": Family('{"@type":"NewsArticle","headline":"H {n}","@id":"#{n}"},', _SCRIPT + "[", "{}]</script>"),
    "references": Family('{"@id":"#x"},', _NEWS + '"author":[', "{}]}</script>"),
    "scripts": Family(_SCRIPT + '{"@type":"Thing"}</script>'),
    "described": Family(
        "<p>{n} short words</p><meta itemprop=x>", _NEWS + f'"description":"{_PROSE * 200}"}}</script>',
    ),
    "body of data": Family("Related articles\\n" + _PROSE + "\\n", _NEWS + '"articleBody":"', '"}</script>'),
    # markup
    "entities": Family("&amp;&nbsp;&eacute;&#x4e00;&nope;"),
    "comments": Family("<!-- {n} --><!--x"),
    "sections of CDATA": Family("<![CDATA[ {n} ]]>"),
    "drawings": Family("<svg><path d='M0 0'/><title>t {n}</title></svg>"),
    "formulas": Family("<math><mi>x</mi></math>"),
    "templates": Family("<template><p>x {n}</p></template>"),
    "styles": Family("<div style='color:red;display:block'>x {n}</div>"),
    "forms": Family("<form><input name=x{n}><button>x</button><select><option>x</select></form>"),
    "open": Family("<font><b>x {n}"),
    "ends": Family("</div></p></b>"),
    "bodies": Family("<html><head><title>t {n}</title></head><body>"),
    "attributes": Family("a{n}=x ", "<div ", ">x</div>"),
    "combining marks": Family(_MARKS, "<p>a", "</p>"),
    "marks": Family(") . ' : "),
    "at signs": Family("a@a", "<p>a", "</p>"),
}
# fmt: on


def page_of(family: Family, n: int) -> str:
    """A small article with `n` of them after its first paragraphs."""
    repeated = "".join(family.each.replace("{n}", str(number)) for number in range(n))
    text = f"<p>{_PROSE * 2}</p>" * 3
    title = "<title>A bridge opens again</title></head><body><h1>A bridge opens again</h1>"
    return f"<html lang=en><head>{title}{text}{family.before}{repeated}{family.after}{text}"


def many(rng: random.Random, _: Sequence[bytes]) -> bytes:
    """Up to 600 of one thing, or of two in turn, once in 70 10,000."""
    one, other = rng.choices(list(FAMILIES.values()), k=2)
    if rng.random() < 0.5:
        one = Family(one.each + other.each, one.before + other.before, other.after + one.after)
    return page_of(one, length(rng, 2.8, 4.0)).encode()
