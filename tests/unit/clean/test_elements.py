"""What elements mean, and reading no more of them than is needed."""

import pytest
from lxml.html import fromstring

from services.clean.elements import short_text
from services.clean.tree import parse


@pytest.mark.parametrize(
    ("html", "most", "expected"),
    [
        ("<p> A <b>b</b>\n c<i>d</i> </p>", 20, "A b c d"),
        ("<p></p>", 5, ""),
        ("<p>12345</p>", 5, "12345"),
        ("<p>123456</p>", 5, None),
        ("<p>1" + " " * 90 + "2</p>", 5, None),
        ("<p>1" + "<b></b>" * 600 + "</p>", 5, None),
    ],
)
def test_short_text(html: str, most: int, expected: str | None) -> None:
    assert short_text(fromstring(html), most) == expected


def test_a_tag_of_endless_attributes_has_none() -> None:
    """Found by fuzzing (attributes 67640)."""
    tree = parse("<p " + " ".join(f"a{n}=x" for n in range(60_000)) + ">words</p><p class=kept>more</p>")
    assert tree is not None
    assert [(p.text, dict(p.attrib)) for p in tree.iter("p")] == [("words", {}), ("more", {"class": "kept"})]


def test_a_long_attribute_stays() -> None:
    tree = parse(f'<p data-x="{"y" * 500_000}">words</p>')
    assert tree is not None
    assert [len(p.get("data-x") or "") for p in tree.iter("p")] == [500_000]


def test_below_the_512th_level_the_text_stays() -> None:
    tree = parse("<div>" * 1000 + "deep <b>words</b><script>no()</script>" + "</div>" * 1000 + "<p>after</p>")
    assert tree is not None
    assert "deep words" in tree.text_content()
    assert "no()" not in tree.text_content()
    assert max(len(list(e.iterancestors())) for e in tree.iter()) < 512
