import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.fetch.listing import absolute, settled
from services.runtime.web.errors import BadTarget
from services.runtime.web.target import MAX_URL_LENGTH, parse_target

BASES = ("https://news.example/a/b?c=d#e", "https://news.example", "http://a-1.b_2.example.com/x/../y")
ODD = ("http://127.0.0.1:8000/a/", "https://u:p@news.example/", "https://Bücher.example/x")
PIECES = ("https://", "http:", "news.example", "WWW.", "127.0.0.1", "[::1]", ":443", ":80", "u@", "/", "//", ".", "..")
MORE = (
    "a",
    "B",
    "?",
    "#",
    "%2F",
    "%",
    ";",
    "é",
    " ",
    "\t",
    "\n",
    "&",
    "=",
    "~",
    "|",
    "\\",
    "<",
    "-",
    "_",
    "co.uk",
    "xn--",
)


def slowly(link: str, base: str) -> str | None:
    try:
        return parse_target(link, base).url if link.strip() else None
    except BadTarget:
        return None


@given(st.lists(st.sampled_from(PIECES + MORE), max_size=9).map("".join), st.sampled_from(BASES + ODD))
def test_the_usual_addresses_are_read_as_all_are(link: str, base: str) -> None:
    for each in (link, f"/{link}", f"https://news.example{link}"):
        assert absolute(each, base) == slowly(each, base)


@pytest.mark.parametrize(
    ("link", "base", "found"),
    [
        ("https://news.example", "", "https://news.example/"),
        (" https://news.example/a?b=c#d\n", "", "https://news.example/a?b=c"),
        ("/a//b?c=/../d#e", BASES[0], "https://news.example/a//b?c=/../d"),
        ("/a/../b", BASES[0], "https://news.example/b"),
        ("//other.example/a", BASES[0], "https://other.example/a"),
        ("b", BASES[0], "https://news.example/a/b"),
        ("/a", ODD[0], "http://127.0.0.1:8000/a"),
        ("/" + "a" * MAX_URL_LENGTH, BASES[0], None),
        ("javascript:alert(1)", BASES[0], None),
    ],
)
def test_addresses(link: str, base: str, found: str | None) -> None:
    assert absolute(link, base) == found
    assert settled(link) in (None, found)
