"""Articles are left out where nobody asked for them, and nothing else is: whatever stands where."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.fetch.feeds import parse_feed
from services.fetch.lean import without_articles
from services.fetch.listing import Feed
from services.fetch.markup import parse_sound
from services.fetch.prepare import prepared_lean

URL = "https://news.example/feed"
HEAD = '<rss xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
TAIL = "</channel></rss>"


def entry(*inside: str) -> str:
    return f"<item><link>/a</link>{''.join(inside)}</item>"


def lean(*inside: str) -> str | None:
    found = without_articles((HEAD + entry(*inside) + TAIL).encode())
    return found and found.decode().removeprefix(HEAD + "<item><link>/a</link>").removesuffix("</item>" + TAIL)


ABOUT = "<description>Short</description>"
OPEN, CLOSE = "<content:encoded>", "</content:encoded>"


@pytest.mark.parametrize(
    "article",
    [
        "One &lt;p&gt; two &amp;",
        "<![CDATA[<p>One</p>]]>",
        "\n <![CDATA[ ]] > </content:encoded> <item> ]]>\n",
        "<![CDATA[One ]]]]><![CDATA[> two <!-- ]]> three",
        "",
    ],
)
def test_articles_are_left_out(article: str) -> None:
    for before, after in ((ABOUT, ""), ("", ABOUT)):
        assert lean(before, OPEN, article, CLOSE, after) == before + OPEN + CLOSE + after
        attributes = """<content type="html" xml:base='https://a.example/?"<'>""".replace("<'", ">'")
        assert lean(before, attributes, article, "</content >", after) == before + attributes + "</content >" + after


@pytest.mark.parametrize(
    "inside",
    [
        OPEN + "<p>One</p>" + CLOSE,
        OPEN + "One<!-- two -->" + CLOSE,
        OPEN + "<![CDATA[One" + CLOSE,
        "<content/><content src='https://a.example/'/><contents>One</contents>",
        f"<title><![CDATA[{OPEN}One{CLOSE}]]></title>",
        f"<!-- {OPEN}One{CLOSE} -->",
        f"<!-->{OPEN}One{CLOSE}-->",
        f"<?x {OPEN}One{CLOSE} ?>",
    ],
)  # fmt: skip
def test_what_is_no_text_of_an_article_stays(inside: str) -> None:
    assert lean(ABOUT, inside) is None
    article = OPEN + "One" + CLOSE
    both = lean(ABOUT, article, inside)
    assert both == ABOUT + OPEN + CLOSE + inside


def test_without_summaries_articles_stay() -> None:
    assert lean(OPEN, "One", CLOSE) is None
    assert without_articles(b'{"items": []}') is None


@pytest.mark.parametrize(
    ("inside", "summary"),
    [
        (ABOUT + OPEN + "One" + CLOSE, "Short"),
        ("<description> </description>" + OPEN + "One" + CLOSE, "One"),
        ("<description>&lt;img src='a.png'></description>" + OPEN + "One" + CLOSE, "One"),
        (f"{ABOUT}<title>A<content>b</content></title>", "Short"),
        (f"<description>A<content>b</content></description>{OPEN}One{CLOSE}", "Ab"),
    ],
)  # fmt: skip
def test_entries_are_read_as_if_all_were_there(inside: str, summary: str) -> None:
    body = (HEAD + entry(inside) + TAIL).encode()
    assert prepared_lean(body, None)
    feed, whole = both_ways(body)
    assert feed == whole
    assert feed.items[0].summary == summary


@pytest.mark.parametrize(
    "body",
    [
        f"<!DOCTYPE rss [<!NOTATION x SYSTEM '{OPEN}'>]>{HEAD}{entry(ABOUT, OPEN, CLOSE)}{TAIL}".encode(),
        f"{HEAD}{entry(ABOUT, OPEN, CLOSE)}{TAIL}".encode("utf-16"),
        f"<?xml version='1.0' encoding='iso-2022-jp'?>{HEAD}{entry(ABOUT, OPEN, CLOSE)}{TAIL}".encode(),
        f"{HEAD}{entry(ABOUT)}{TAIL}".encode(),
    ],
)
def test_what_is_not_as_most_are_is_read_whole(body: bytes) -> None:
    assert prepared_lean(body, None) is None


def test_bytes_of_another_charset_are_read_as_such() -> None:
    for text in ("Größe", "\ufeff"):
        body = (HEAD + entry(f"<title>{text}</title>", ABOUT, OPEN, "Größe", CLOSE) + TAIL).encode("cp1252", "ignore")
        feed, whole = both_ways(body)
        assert feed == whole
        assert feed.items


def both_ways(body: bytes) -> tuple[Feed, Feed]:
    """As a poll reads it, and as it is read with the articles."""
    whole = parse_feed(body, None, URL, with_content=True)
    items = tuple(item._replace(content_html=None) for item in whole.items)
    return parse_feed(body, None, URL), Feed(**{**vars(whole), "items": items})


PIECES = (
    *(OPEN, CLOSE, "<content type='html'>", "</content>", "<content/>", "<description>", "</description>"),
    *("<summary>", "</summary>", "<title>", "</title>", "<item>", "</item>", "<link>/b</link>", "<b>", "</b>"),
    *("<![CDATA[", "]]>", "]]", "<!--", "-->", "<?x ", "?>", "One", " ", "&amp;", "&lt;", '"', "=", ">"),
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=6).map("".join)
CDATA = TEXTS.map(lambda text: f"<![CDATA[{text.replace(']]>', '] ]>')}]]>")
ESCAPED = st.sampled_from(["One", " ", "&amp;", "&lt;p&gt;", "<!-- <content> -->", "<?x <content>?>", "<b>One</b>", ""])
INSIDE = st.lists(st.one_of(CDATA, ESCAPED), max_size=3).map("".join)
ELEMENTS = st.tuples(
    st.sampled_from(["content:encoded", "content", "description", "summary", "title", "x", "b"]), INSIDE
).map(lambda pair: f"<{pair[0]}>{pair[1]}</{pair[0]}>")
NESTED = st.tuples(st.sampled_from(["description", "title", "content", "x"]), ELEMENTS).map(
    lambda pair: f"<{pair[0]}>{pair[1]}</{pair[0]}>"
)
ENTRIES = st.lists(st.one_of(ELEMENTS, NESTED), max_size=6)


@given(st.lists(ENTRIES, max_size=4), st.booleans())
def test_sound_feeds_are_read_the_same_both_ways(entries: list[list[str]], has_summaries: bool) -> None:
    inside = "".join(
        f"<item><link>/{n}</link>{ABOUT * has_summaries}{''.join(parts)}</item>" for n, parts in enumerate(entries)
    )
    body = (HEAD + inside + TAIL).encode()
    assert parse_sound(body, URL) is not None
    feed, whole = both_ways(body)
    assert feed == whole


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_whatever_is_in_a_feed_is_read_the_same_both_ways(soup: str) -> None:
    body = (HEAD + entry(ABOUT, OPEN, CLOSE) + "<item><link>/c</link>" + soup + "</item>" + TAIL).encode()
    lean = prepared_lean(body, None)
    if lean and parse_sound(lean, URL) is not None:  # else it is read whole either way
        feed, whole = both_ways(body)
        assert feed == whole
