import pytest

from services.fetch.listing import NotAFeed
from services.fetch.prepare import prepared


def test_a_charset_that_only_the_header_knows() -> None:
    assert prepared("ä".encode("latin-1"), "text/xml; charset='ISO-8859-1'") == "ä".encode()
    assert prepared("ä".encode(), "text/xml; charset=no-such") == "ä".encode()
    assert prepared(b'<?xml version="1.0" encoding="latin-1"?>\xe4', "text/xml; charset=utf-8").endswith("ä".encode())


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-8-sig", "cp037"])
def test_charsets_that_show_themselves(charset: str) -> None:
    text = '<?xml version="1.0"?><rss>ä</rss>'
    assert prepared(text.encode(charset), "text/xml; charset=ascii") == text.encode()


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
