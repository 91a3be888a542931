import pytest

from services.fetch.listing import NotAFeed
from services.fetch.prepare import prepared


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
