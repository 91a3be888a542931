import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.runtime.web.errors import BadTarget
from services.runtime.web.target import parse_target


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://News.Example/a?b=1#c", "https://news.example/a?b=1"),
        ("http://news.example:80", "http://news.example/"),
        ("https://user:secret@news.example:8443/", "https://news.example:8443/"),
        ("https://bücher.example/straße?q=ä ö", "https://xn--bcher-kva.example/stra%C3%9Fe?q=%C3%A4%20%C3%B6"),
        ("https://news.example/%7Ea/b%2Fc", "https://news.example/%7Ea/b%2Fc"),
        ("http://0x7f.1/", "http://127.0.0.1/"),
        ("http://[0:0::1]:8080/x", "http://[::1]:8080/x"),
        ("http://１２７。0。0。1/", "http://127.0.0.1/"),
        ("http://news%2Eexample/", "http://news.example/"),
        ("http://news.example/\udce4", "http://news.example/%E4"),
        (" http://news.example/a\tb\n ", "http://news.example/ab"),
    ],
)
def test_one_spelling(url: str, expected: str) -> None:
    assert parse_target(url).url == expected


def test_relative_to_a_base() -> None:
    assert parse_target("../b", "https://news.example/x/y/z").url == "https://news.example/x/b"
    assert parse_target("//other.example/b", "https://news.example/").url == "https://other.example/b"


def test_parts() -> None:
    target = parse_target("https://news.example:8443/a")
    assert (target.scheme, target.host, target.port, target.address) == ("https", "news.example", 8443, None)
    assert target.origin == "https://news.example:8443"
    assert str(parse_target("http://2130706433/").address) == "127.0.0.1"
    assert parse_target("http://[::1]/").origin == "http://[::1]"


@pytest.mark.parametrize(
    ("url", "about"),
    [
        ("ftp://news.example/", "only http and https"),
        ("file:///etc/passwd", "only http and https"),
        ("javascript:alert(1)", "only http and https"),
        ("news.example/a", "only http and https"),
        ("http://", "host name"),
        ("http://a b/", "host name"),
        ("http://256.1.1.1/", "neither a host name nor an IPv4 address"),
        ("http://1.2.3.4.5/", "neither a host name nor an IPv4 address"),
        ("http://[::1%25lo]/", "IPv6 address"),
        ("http://[::g]/", "IPv6"),
        ("http://news.example:99999/", "no address"),
        ("http://news.example/\ud800", "no text"),
        ("http://good.example\\@127.0.0.1.x y/", "host name"),
        ("https://news.example/" + "a" * 9000, "at most 8192"),
    ],
)
def test_what_can_not_be_fetched_says_why(url: str, about: str) -> None:
    with pytest.raises(BadTarget, match=about):
        parse_target(url)


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    for url in (text, f"http://{text}/", f"http://news.example/{text}"):
        try:
            target = parse_target(url)
        except BadTarget:
            continue
        assert target.url.isascii()
        assert parse_target(target.url) == target
