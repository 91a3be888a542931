"""The ways in which sites carry an article for their scripts: each makes HTML of a title and paragraphs.

The shapes are those of the documents of frameworks and systems (Next.js, Nuxt, SvelteKit, Arc XP, WordPress, Drupal,
Contentful, Sanity, Prosemirror, Slate, Draft.js, Editor.js, JsonML, schema.org); beside the article stands what such
data hold as well: teasers of others, what readers wrote, words of the interface.
"""

import html
import json
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

Make = Callable[[str, Sequence[str]], str]

_OTHER = "Another article of the site says at some length what has nothing to do with this one, in a sentence. "
TEASERS = [
    {"title": f"Another thing {n}", "url": f"/other/{n}", "summary": _OTHER, "body": [_OTHER * 8, _OTHER * 9]}
    for n in range(4)
]
_CONSENT = "We and our partners store and access information on a device, as you will surely have heard. "
_READER = "I was there, and it was not at all as your paper tells it, I must say. "
BESIDE = {
    "config": {"consent": _CONSENT * 9},
    "relatedArticles": TEASERS,
    "comments": [{"author": "A reader", "text": _READER * 9}],
}


def _runs(paragraph: str) -> list[str]:
    """A paragraph in three pieces, as an editor keeps it where the one in the middle is a link."""
    words = paragraph.split(" ")
    third = max(1, len(words) // 3)
    cut = (words[:third], words[third : 2 * third], words[2 * third :])
    one, two, three = (" ".join(part) for part in cut)
    return [f"{one} ", two, f" {three}" if three else ""]


def _escaped(paragraphs: Sequence[str]) -> str:
    return "".join(f"<p>{html.escape(p, quote=False)}</p>" for p in paragraphs)


def _json(value: Any) -> str:
    """As JSON.stringify's output is put into a script."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")


def _script(value: Any, before: str = "", after: str = "", attributes: str = "") -> str:
    return f"<script{attributes}>{before}{_json(value)}{after}</script>"


def _next(article: Any) -> str:
    value = {"props": {"pageProps": {"article": article, **BESIDE}}, "page": "/[slug]", "buildId": "x"}
    return _script(value, attributes=' id="__NEXT_DATA__" type="application/json"')


def _article(title: str, **body: Any) -> dict[str, Any]:
    return {"id": 7, "slug": "this-one", "title": title, **body}


def _arc(title: str, paragraphs: Sequence[str]) -> str:
    content = [
        {"_id": f"X{n}", "type": "text", "content": html.escape(p, quote=False)} for n, p in enumerate(paragraphs)
    ]
    content.insert(1, {"type": "image", "caption": _OTHER, "url": "https://x.invalid/a.jpg"})
    value = {"canonical_url": "/this-one", "headlines": {"basic": title}, "content_elements": content, **BESIDE}
    return _script(value, "window.Fusion=window.Fusion||{};Fusion.globalContent=", ";Fusion.spa=false")


def _wordpress(title: str, paragraphs: Sequence[str]) -> str:
    post = {
        "link": "https://x.invalid/this-one",
        "title": {"rendered": title},
        "content": {"rendered": _escaped(paragraphs)},
    }
    others = [
        {"link": t["url"], "title": {"rendered": t["title"]}, "content": {"rendered": t["body"][0]}} for t in TEASERS
    ]
    return _script({"entities": {"posts": {"7": post, "8": others[0], "9": others[1]}}}, "var app_data = ", ";")


def _apollo(title: str, paragraphs: Sequence[str]) -> str:
    cache: dict[str, Any] = {
        "ROOT_QUERY": {"__typename": "Query"},
        "Post:a1": {"title": title, "uniqueSlug": "this-one"},
    }
    cache |= {
        f"Paragraph:{n}a_{n}": {"__typename": "Paragraph", "type": "P", "text": p} for n, p in enumerate(paragraphs)
    }
    return _script(cache, "window.__APOLLO_STATE__ = ")


def _nodes(kind: str, children: str, text: str, link: dict[str, Any]) -> Make:
    """Trees of nodes: `kind`, `children` and `text` are what their fields are called."""

    def make(title: str, paragraphs: Sequence[str]) -> str:
        def leaf(value: str) -> dict[str, Any]:
            return {kind: "text", text: value}

        blocks = []
        for paragraph in paragraphs:
            one, two, three = _runs(paragraph)
            middle = {**link, children: [leaf(two)]} if link else leaf(two)
            blocks.append({kind: "paragraph", children: [leaf(one), middle, leaf(three)]})
        return _next(_article(title, body={kind: "doc", children: blocks}))

    return make


def _jsonml(title: str, paragraphs: Sequence[str]) -> str:
    body = [["p", one, ["a", {"href": "/x"}, two], three] for one, two, three in map(_runs, paragraphs)]
    value = {"transformed": {"article": {"headline": title, "body": ["div", *body]}, **BESIDE}}
    return _script(value, "window.__PRELOADED_STATE__ = ", ";")


def _nuxt(title: str, paragraphs: Sequence[str]) -> str:
    flat: list[Any] = []

    def put(value: Any) -> int:
        at = len(flat)
        flat.append(None)
        if isinstance(value, dict):
            flat[at] = {key: put(item) for key, item in value.items()}
        else:
            flat[at] = [put(item) for item in value] if isinstance(value, list) else value
        return at

    flat.append(["ShallowReactive", 1])
    put({"data": {"article": _article(title, text=[{"value": p} for p in paragraphs]), **BESIDE}})
    return _script(flat, attributes=' type="application/json" id="__NUXT_DATA__"')


def _flight(title: str, paragraphs: Sequence[str]) -> str:
    text = _escaped(paragraphs)
    rows = f'1:"$Sreact.fragment"\n2:I[94,["x","y.js"],"A"]\n3:T{len(text.encode()):x},{text}'
    rows += "4:" + json.dumps(["$", "$L2", None, {"article": _article(title, body="$3"), **BESIDE}]) + "\n"
    cuts = [0, len(rows) // 3, 2 * len(rows) // 3, len(rows)]
    pieces = [rows[a:b] for a, b in pairwise(cuts)]
    return "".join(_script([1, piece], "self.__next_f.push(", ")") for piece in pieces)


def _undefined(title: str, paragraphs: Sequence[str]) -> str:
    text = _json({"initialState": {"article": _article(title, text=list(paragraphs), ad="UNDEFINED")}})
    return f"<script>window.__preloadedData = {text.replace(json.dumps('UNDEFINED'), 'undefined')};</script>"


def _string(title: str, paragraphs: Sequence[str]) -> str:
    text = json.dumps({"article": _article(title, html=_escaped(paragraphs))})
    return _script(text, "window.__INITIAL_STATE__ = JSON.parse(", ");")


def _sveltekit(title: str, paragraphs: Sequence[str]) -> str:
    body = json.dumps({"story": _article(title, body=_escaped(paragraphs)), **BESIDE})
    value = {"status": 200, "statusText": "OK", "headers": {}, "body": body}
    return _script(value, attributes=' type="application/json" data-sveltekit-fetched data-url="/api/this-one"')


def _attribute(title: str, paragraphs: Sequence[str]) -> str:
    value = json.dumps(
        {"component": "Article", "props": {"article": _article(title, content=_escaped(paragraphs)), **BESIDE}}
    )
    return f'<div id="app" data-page="{html.escape(value)}"></div>'


def _elements(before: str, after: str) -> Make:
    return lambda _, paragraphs: f"{before}{_escaped(paragraphs)}{after}"


SHAPES: dict[str, Make] = {
    "next html": lambda title, text: _next(_article(title, content=_escaped(text))),
    "next paragraphs": lambda title, text: _next(_article(title, paragraphs=list(text))),
    "next plain text": lambda title, text: _next(_article(title, text="\n\n".join(text))),
    "arc": _arc,
    "wordpress": _wordpress,
    "drupal": lambda title, text: _next(_article(title, body={"processed": _escaped(text), "summary": _OTHER})),
    "apollo": _apollo,
    "slate": _nodes("type", "children", "text", {"type": "link", "url": "/x"}),
    "prosemirror": _nodes("type", "content", "text", {}),
    "contentful": _nodes("nodeType", "content", "value", {"nodeType": "hyperlink", "data": {"uri": "/x"}}),
    "portable text": _nodes("_type", "children", "text", {}),
    "hast": _nodes("type", "children", "value", {"type": "element", "tagName": "a", "properties": {"href": "/x"}}),
    "editor.js": lambda title, text: _next(
        _article(title, blocks=[{"id": "x", "type": "paragraph", "data": {"text": p}} for p in text])
    ),
    "draft.js": lambda title, text: _next(
        _article(title, body={"blocks": [{"key": "a", "type": "unstyled", "text": p} for p in text], "entityMap": {}})
    ),
    "jsonml": _jsonml,
    "nuxt": _nuxt,
    "flight": _flight,
    "undefined": _undefined,
    "json in a string": _string,
    "sveltekit": _sveltekit,
    "attribute": _attribute,
    "template": _elements("<template>", "</template>"),
    "script of html": _elements("<script type='text/template'>", "</script>"),
    "noscript": _elements("<noscript>", "</noscript>"),
    "microdata": _elements("<div hidden itemprop=articleBody>", "</div>"),
    "microdata meta": lambda _, text: f'<meta itemprop="articleBody" content="{html.escape(" ".join(text))}">',
}  # fmt: skip
