import pytest

from services.fetch.listing import NotAFeed
from services.fetch.prepare import MAX_ENTRIES, MAX_TAGS, prepared


def test_a_charset_that_only_the_header_knows() -> None:
    assert prepared("ä".encode("latin-1"), "text/xml; charset='ISO-8859-1'") == "ä".encode()
    assert prepared(b"\xe4", "text/xml; charset=no-such") == b"\xe4"
    assert prepared(b'<?xml version="1.0" encoding="latin-1"?>\xe4', "text/xml; charset=utf-8").endswith(b"\xe4")


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
        (b"<rss " + b" ".join(b"a%d = '>'" % n for n in range(256)) + b"/>", "hundreds of attributes"),
    ],
)
def test_what_parsers_would_choke_on_is_refused(body: bytes, about: str) -> None:
    with pytest.raises(NotAFeed, match=about):
        prepared(body, None)


def test_a_full_sitemap_is_none_of_that() -> None:
    url = b"<url><loc>x</loc><lastmod>2026</lastmod><changefreq>daily</changefreq><priority>1</priority></url>"
    body = b"<urlset>" + url * 50_000 + b"</urlset>"
    assert prepared(body, None) == body
