"""URL canonicalisation: a table of what is the same article, what is not, and what is no URL."""

import re
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.contracts.urls import MAX_URL_LENGTH, InvalidUrl, article_id, canonical_url, domain_of

CANONICAL = {
    "case of scheme and host": ("HTTPS://News.Example/Path", "https://news.example/Path"),
    "default ports": ("http://news.example:80/a", "http://news.example/a"),
    "default port of the other scheme": ("http://news.example:443/a", "http://news.example:443/a"),
    "port with leading zeros": ("https://news.example:0443/a", "https://news.example/a"),
    "empty port": ("https://news.example:/a", "https://news.example/a"),
    "white space around": ("  https://news.example/a\n", "https://news.example/a"),
    "no path": ("https://news.example", "https://news.example/"),
    "dot segments": ("https://news.example/a/./b/../c", "https://news.example/a/c"),
    "encoded dot segments": ("https://news.example/a/%2e%2E/c", "https://news.example/c"),
    "dot segments above the root": ("https://news.example/../../c", "https://news.example/c"),
    "dot segment at the end": ("https://news.example/a/b/..", "https://news.example/a/"),
    "single dot at the end": ("https://news.example/a/.", "https://news.example/a/"),
    "empty segments stay": ("https://news.example//a//b", "https://news.example//a//b"),
    "encoded slash stays": ("https://news.example/a%2fb", "https://news.example/a%2Fb"),
    "encoded unreserved": ("https://news.example/%7Eb/%61", "https://news.example/~b/a"),
    "encoded reserved stays": ("https://news.example/a%3Bb;c", "https://news.example/a%3Bb;c"),
    "twice encoded stays": ("https://news.example/%2541", "https://news.example/%2541"),
    "raw non-ASCII": ("https://news.example/größe", "https://news.example/gr%C3%B6%C3%9Fe"),
    "latin-1 bytes stay": ("https://news.example/gr%F6", "https://news.example/gr%F6"),
    "percent without hex": ("https://news.example/100%-sure", "https://news.example/100%25-sure"),
    "plus in a path": ("https://news.example/a+b%2B", "https://news.example/a+b%2B"),
    "characters that no URL has": ('https://news.example/a"b{c}', "https://news.example/a%22b%7Bc%7D"),
    "fragment": ("https://news.example/a#top", "https://news.example/a"),
    "empty query": ("https://news.example/a?", "https://news.example/a"),
    "query of separators": ("https://news.example/a?&&", "https://news.example/a"),
    "keys are sorted": ("https://news.example/a?b=1&a=2", "https://news.example/a?a=2&b=1"),
    "repeated keys keep their order": ("https://news.example/a?id=2&x=0&id=1", "https://news.example/a?id=2&id=1&x=0"),
    "tracking": ("https://news.example/a?utm_source=x&UTM_Medium=y&fbclid=z&id=1", "https://news.example/a?id=1"),
    "encoded tracking": ("https://news.example/a?utm%5Fsource=x", "https://news.example/a"),
    "only like tracking": ("https://news.example/a?utm=1&gclid2=2", "https://news.example/a?gclid2=2&utm=1"),
    "space in a query": ("https://news.example/a?q=a%20b", "https://news.example/a?q=a+b"),
    "plus in a query": ("https://news.example/a?q=a%2bb", "https://news.example/a?q=a%2Bb"),
    "encoded ampersand stays": ("https://news.example/a?q=a%26b", "https://news.example/a?q=a%26b"),
    "equals in a value": ("https://news.example/a?q=a=b", "https://news.example/a?q=a%3Db"),
    "address in a query": ("https://news.example/a?u=https%3A%2F%2Fb%2F", "https://news.example/a?u=https://b/"),
    "brackets in a query": ("https://news.example/a?b[]=1", "https://news.example/a?b%5B%5D=1"),
    "key without value": ("https://news.example/story.asp?12345", "https://news.example/story.asp?12345"),
    "key with empty value": ("https://news.example/a?b=", "https://news.example/a?b="),
    "non-ASCII query": ("https://news.example/a?q=ö", "https://news.example/a?q=%C3%B6"),
    "name in another script": ("https://пример.испытание/a", "https://xn--e1afmkfd.xn--80akhbyknj4f/a"),
    "UTS 46, not IDNA 2003": ("https://straße.example/", "https://xn--strae-oqa.example/"),
    "full-width host": ("https://ｎｅｗｓ。example/", "https://news.example/"),
    "punycode in capitals": ("https://XN--BCHER-KVA.example/", "https://xn--bcher-kva.example/"),
    "trailing dot": ("https://news.example./a", "https://news.example/a"),
    "underscore": ("https://my_blog.example/", "https://my_blog.example/"),
    "user and password": ("https://user:p%40ss@news.example/a", "https://news.example/a"),
    "at sign in the password": ("https://user:p@ss@news.example/a", "https://news.example/a"),
    "IPv4 in hex": ("http://0x7f.0.0.1/", "http://127.0.0.1/"),
    "IPv4 in one number": ("http://2130706433/", "http://127.0.0.1/"),
    "IPv6": ("http://[2001:DB8:0:0::1]:80/a", "http://[2001:db8::1]/a"),
    "IPv6 with port": ("http://[::1]:8080/a", "http://[::1]:8080/a"),
}

INVALID = {
    "nothing": "",
    "words": "no address at all",
    "relative": "/2026/harbour",
    "without scheme": "news.example/a",
    "another scheme": "ftp://news.example/a",
    "a script": "javascript:alert(1)",
    "no host": "https:///a",
    "only a port": "https://:80/",
    "only a user": "https://user@/",
    "port that is none": "https://news.example:http/",
    "port in other digits": "https://news.example:８０/",
    "port too high": "https://news.example:65536/",
    "endless port": "https://news.example:" + "9" * 4000,
    "two ports": "https://a:1:2/",
    "IPv6 open": "https://[::1/",
    "IPv6 and more": "https://[::1]x/",
    "IPv6 with zone": "https://[fe80::1%25eth0]/",
    "IPv6 that is none": "https://[::g]/",
    "IPvFuture": "https://[v1.x]/",
    "IPv4 that is none": "https://1.2.3.256/",
    "number at the end": "https://news.1e.99999999999/",
    "empty label": "https://news..example/",
    "two trailing dots": "https://news.example../",
    "label over 63": f"https://{'a' * 64}.example/",
    "label over 63 in punycode": f"https://{'ü' * 70}.example/",
    "name over 253": f"https://{'a.' * 130}example/",
    "very long label": f"https://{'ü' * 4000}/",
    "characters that no name has": "https://news,example/",
    "encoded host": "https://%6eews.example/",
    "backslash before the host": "https://a.example\\@b.example/",
    "code point that no name may have": "https://a\u2260b.example/",
    "NFKC slash": "https://news\uff0fexample/",
    "space inside": "https://news.example/a b",
    "new line inside": "https://news.example/a\nb",
    "NUL": "https://news.example/\x00",
    "half a character": "https://news.example/\ud800",
    "too long": "https://news.example/" + "a" * MAX_URL_LENGTH,
    "too long once encoded": "https://news.example/" + "ä" * (MAX_URL_LENGTH // 3),
}


@pytest.mark.parametrize(("url", "canonical"), CANONICAL.values(), ids=CANONICAL.keys())
def test_canonical_spelling(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical
    assert article_id(url) == article_id(canonical)


@pytest.mark.parametrize("url", INVALID.values(), ids=INVALID.keys())
def test_no_url_is_refused_with_words(url: str) -> None:
    with pytest.raises(InvalidUrl) as refused:
        canonical_url(url)
    assert str(refused.value)
    assert re.fullmatch("[0-9a-f]{64}", article_id(url)), "its journey can be looked up all the same"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://news.example/a%2Fb", "https://news.example/a/b"),
        ("https://news.example/A", "https://news.example/a"),
        ("https://news.example/a/", "https://news.example/a"),
        ("https://news.example/a?id=1&id=2", "https://news.example/a?id=2&id=1"),
        ("https://news.example/a?q=a%2Bb", "https://news.example/a?q=a+b"),
        ("https://news.example/a?q=1%26r=2", "https://news.example/a?q=1&r=2"),
        ("https://news.example/a?q=%E4", "https://news.example/a?q=%C3%A4"),
        ("https://news.example/a?b", "https://news.example/a?b="),
        ("http://news.example/a", "https://news.example/a"),
        ("https://news.example/a", "https://news.example:8443/a"),
    ],
)
def test_what_may_choose_content_keeps_articles_apart(one: str, other: str) -> None:
    assert article_id(one) != article_id(other)


def test_article_id_is_the_hash_of_the_canonical_url() -> None:
    # echo -n https://news.example/a | sha256sum
    expected = "95bbca1f9b4bae7d73e89dc2c1be3dbeaa950e8c570a3426c090e614f66f4ce9"
    assert article_id("https://news.example/a") == expected
    assert article_id("HTTPS://NEWS.example:443/x/../a?utm_source=feed#c") == expected


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://www.news.example/a", "news.example"),
        ("https://WWW.News.Example.:8443", "news.example"),
        ("https://user@news.example/", "news.example"),
        ("http://[::1]/", "::1"),
        ("http://[::1]:81/", "::1"),
        ("https://bücher.example/", "xn--bcher-kva.example"),
        ("nonsense", ""),
        ("https://[", ""),
    ],
)
def test_domain_of(url: str, domain: str) -> None:
    assert domain_of(url) == domain


_ODD = st.text(alphabet=st.sampled_from(list("aB%2fF.:/?#&=+;@[]\\~üß。1٣ \ud800\x00")), max_size=40)


@given(st.one_of(_ODD, st.text(max_size=60)).map(lambda tail: "https://" + tail))
@example("https://a.example/%%34%31")
@example("https://a.example/?%%34%31=%%32%36")
@example("https://a.example/.%2e/..")
@example("https://xn--/")
def test_any_text_is_canonical_or_invalid(url: str) -> None:
    try:
        canonical = canonical_url(url)
    except InvalidUrl:
        return
    assert canonical.isascii()
    assert canonical_url(canonical) == canonical, "canonicalising twice changes nothing"
    assert article_id(url) == article_id(canonical)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=50))
def test_any_path_and_query_can_be_told_apart(text: str) -> None:
    quoted = quote(text, safe="")
    parts = urlsplit(canonical_url(f"https://news.example/x{quoted}?q={quoted}"))
    assert unquote(parts.path) == "/x" + text
    assert parse_qs(parts.query, keep_blank_values=True)["q"] == [text]
