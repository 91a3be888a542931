import pytest

from services.fetch.listing import NotAFeed
from services.fetch.prepare import MAX_ENTRIES, MAX_TAGS, prepared


def test_a_charset_that_only_the_header_knows() -> None:
    assert prepared("ä".encode("latin-1"), "text/xml; charset='ISO-8859-1'") == "ä".encode()
    assert prepared("ä".encode(), "text/xml; charset=no-such") == "ä".encode()
    assert prepared(b'<?xml version="1.0" encoding="latin-1"?>\xe4', "text/xml; charset=utf-8").endswith("ä".encode())


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-8-sig", "cp037"])
def test_charsets_that_show_themselves(charset: str) -> None:
    text = '<?xml version="1.0"?><rss>ä</rss>'
    assert prepared(text.encode(charset), "text/xml; charset=ascii") == text.encode()


@pytest.mark.parametrize("before", range(4))
@pytest.mark.parametrize("character", ["é", "€", "😀"])
def test_no_character_of_a_long_document_is_taken_for_a_wrong_one(character: str, before: int) -> None:
    text = "<rss>" + "." * before + character * 10_000
    assert prepared(text.encode(), None) == text.encode()
    assert prepared(text.encode() + b"\x93", None) == f"{text}\u201c".encode()


def test_bytes_that_are_no_utf8_are_of_windows() -> None:
    assert prepared("<rss>\u201cé\u201d, ".encode("cp1252") + "é</rss>".encode(), None) == "<rss>“é”, é</rss>".encode()


@pytest.mark.parametrize("charset", ["idna", "punycode", "undefined", "raw_unicode_escape", "zlib", "rot13"])
def test_codecs_that_are_no_charsets_are_refused(charset: str) -> None:
    with pytest.raises(NotAFeed, match="charset"):
        prepared(f'<?xml version="1.0" encoding="{charset}"?><rss/>'.encode(), None)


def test_a_charset_that_nobody_knows_is_refused() -> None:
    with pytest.raises(NotAFeed, match="unknown charset 'x-secret'"):
        prepared(b'<?xml version="1.0" encoding="x-secret"?><rss/>', None)


def test_an_article_about_dtds_is_no_reason_to_refuse() -> None:
    body = b"<rss><item><title>How &lt;!DOCTYPE and &lt;!ENTITY work</title></item></rss>"
    assert prepared(body, None) == body


@pytest.mark.parametrize(
    ("body", "about"),
    [
        (b"<rss>" + b"<a></a>" * (MAX_TAGS + 1), "400,002 elements"),
        (b"<rss>" + b"<item/>" * (MAX_ENTRIES + 1), "20,001 entries"),
        (b"<rss>" + b"<atom:entry >" * (MAX_ENTRIES + 1), "20,001 entries"),
        (b"<rss>" + b"<a b='' c = '' d=''/>" * 66_667, "200,001 attributes"),
    ],
)
def test_what_takes_too_much_memory_is_refused(body: bytes, about: str) -> None:
    with pytest.raises(NotAFeed, match=about):
        prepared(body, None)


def test_a_full_sitemap_is_none_of_that() -> None:
    url = b"<url><loc>x</loc><lastmod>2026</lastmod><changefreq>daily</changefreq><priority>1</priority></url>"
    body = b"<urlset>" + url * 50_000 + b"</urlset>"
    assert prepared(body, None) == body
