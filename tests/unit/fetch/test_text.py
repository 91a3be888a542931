import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.fetch.text import author_of, language_of, plain, telling


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", "plain"),
        ("<p>Two\n <b>words</b></p>", "Two words"),
        ("5 < 6 & 7 &gt; 3", "5 < 6 & 7 > 3"),
        ("<script>alert(1)</script>", None),
        ("a\x00b\x1bc", "a b c"),
        ("", None),
        (None, None),
        (17, None),
        ("x" * 30, "x" * 19 + "…"),
        ("<p>One</p><p>two<br>three</p>", "One two three"),
        ('<a title="a > b" href=x>link</a>', "link"),
        ("<!-- a > comment -->x<!-- open", "x"),
        ("a<style>b{}</STYLE >c<script>open", "ac"),
        ("&eacute;&#8217;&amp;lt;&nosuch;", "é’&lt;&nosuch;"),
        ("<b></b>" * 10 + "far", "far"),
        ("<b></b>" * 100 + "too far", None),
    ],
)
def test_plain(value: object, expected: str | None) -> None:
    assert plain(value, 20) == expected


@given(st.text() | st.text("<>/=!- \"'&ab;"))
def test_plain_text_has_no_control_characters_and_a_limit(value: str) -> None:
    text = plain(value, 20)
    assert text is None or (0 < len(text) <= 20 and not any(ord(c) < 32 for c in text))


@pytest.mark.parametrize(
    ("value", "expected"),
    [("en-GB", "en"), ("pt_BR", "pt"), ("SWA", "swa"), ("english", None), ("", None), (None, None)],
)
def test_language(value: object, expected: str | None) -> None:
    assert language_of(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("Ada Quay", "Ada Quay"), ("desk@news.example (Ada Quay)", "Ada Quay"), ("desk@news.example", None), (None, None)],
)
def test_author(value: object, expected: str | None) -> None:
    assert author_of(value) == expected


PIECES = (
    "<p>",
    "</p>",
    "<script>",
    "</script>",
    "<!--",
    "-->",
    "<img alt='a>b'>",
    "<",
    ">",
    "&nbsp;",
    "&",
    "é",
    "\u3000",
)


@given(st.lists(st.sampled_from([*PIECES, "\u200b", "a", " ", "\n", "\x01", '"', "="]), max_size=30).map("".join))
def test_what_tells_something_is_what_has_text(value: str) -> None:
    for longest in (2, 10, 1000):
        assert plain(telling(value, longest), longest) == plain(value, longest)
        assert (telling(value, longest) is None) == (plain(value, longest) is None)
