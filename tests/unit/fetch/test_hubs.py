"""Hubs of feeds: Link headers (RFC 8288), and what the documents say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.fetch.hubs import links, offered, related
from services.fetch.listing import Feed

URL = "https://news.example/feed/rss"
PLAIN = Feed("T", ())
TOLD = Feed("T", (), hub="https://hub.example/doc", self_url="https://news.example/self")


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ('<https://h.example/>; rel="hub"', {"hub": "https://h.example/"}),
        ("<https://h.example/>;rel=hub", {"hub": "https://h.example/"}),
        ("</hub>; REL=HUB , <x> ; rel = self", {"hub": "https://news.example/hub", "self": f"{URL[:-3]}x"}),
        ('<https://h.example/a,b;c>; title="a, <x>; rel=\\"self\\""; rel="next hub"', {"hub": "https://h.example/a,b;c"}),
        ("<https://a.example/>; rel=hub, <https://b.example/>; rel=hub", {"hub": "https://a.example/"}),
        ("<https://a.example/>; rel=hub; rel=self", {"hub": "https://a.example/"}),
        ("<https://h.example/%7Euser?a=b&c=d>; rel=self", {"self": "https://h.example/%7Euser?a=b&c=d"}),
        (f"<https://a.example/>; rel=hub; anchor='#x', <https://b.example/>; rel=hub; anchor=\"{URL}\"", {"hub": "https://b.example/"}),
        ('<https://h.example/>; rel="hub', {}),
        ("<javascript:alert(1)>; rel=hub, <ftp://h.example/>; rel=hub, <>; rel=next", {"next": URL}),
        (f"<https://h.example/{'a' * 3000}>; rel=hub", {}),
        ("https://h.example/; rel=hub", {}),
        ("", {}),
    ],
)  # fmt: skip
def test_links_of_a_header(header: str, found: dict[str, str]) -> None:
    known = {name: address for name, address in related([header], URL).items() if name in ("hub", "self", "next")}
    assert {name: known.get(name) for name in found} == found
    assert known.get("hub") == found.get("hub")


def test_links_of_several_headers() -> None:
    assert related(["<https://h.example/>; rel=hub", "<https://s.example/>; rel=self"], URL) == {
        "hub": "https://h.example/",
        "self": "https://s.example/",
    }


@given(st.text(alphabet='<>;,="\\ \tarelhubsf:/é\x00', max_size=200))
def test_any_header_is_read(header: str) -> None:
    for target, parameters in links(header):
        assert target == target.strip()
        assert all(name == name.lower() for name in parameters)
    assert all(address.startswith(("http://", "https://")) for address in related([header], URL).values())


@given(
    st.lists(
        st.tuples(
            st.text("abc/,;?=&%", max_size=20),
            st.dictionaries(st.sampled_from(["rel", "title", "type", "x"]), st.text(max_size=20), max_size=4),
        ),
        max_size=5,
    )
)
def test_what_is_written_is_read(wanted: list[tuple[str, dict[str, str]]]) -> None:
    def quoted(value: str) -> str:
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'

    written = ", ".join(
        "; ".join([f"<{target}>", *(f"{name}={quoted(value)}" for name, value in parameters.items())])
        for target, parameters in wanted
    )
    assert list(links(written)) == wanted


@pytest.mark.parametrize("header", ["<" * 16_000, "<x>" + ';a="' * 4000, "<x>" + ";a" * 8000, "<x>" + "; " * 8000])
def test_long_headers_are_read_in_one_go(header: str) -> None:
    """Reading them in quadratic time would take minutes, and the test's time limit would end it."""
    assert [target for target, _ in links(header * 20)] in ([], ["x"] * 20)


def test_headers_win_over_the_document() -> None:
    hub = "<https://h.example/>; rel=hub"
    assert offered([hub], TOLD, URL) == {"hub": "https://h.example/", "topic": "https://news.example/self"}
    assert offered([f"{hub}, </s>; rel=self"], TOLD, URL)["topic"] == "https://news.example/s"
    assert offered([], TOLD, URL) == {"hub": "https://hub.example/doc", "topic": "https://news.example/self"}
    assert offered([hub], PLAIN, URL) == {"hub": "https://h.example/", "topic": URL}
    assert offered(["</s>; rel=self"], PLAIN, URL) == {"hub": None, "topic": None}
