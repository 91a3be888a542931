"""The parse of a page: what libxml2 alone would put in the wrong place."""

import pytest

from services.clean.tree import parse

TEXT = "<p>Two boats lie in the harbour.</p>"


@pytest.mark.parametrize("element", ["article", "main", "section", "header", "figure", "div"])
def test_a_page_may_leave_out_its_body_tag(element: str) -> None:
    tree = parse(f"<!doctype html><title>T</title><meta name=a content=b><{element}>{TEXT}</{element}>end<p>x")
    assert tree is not None
    assert [child.tag for child in tree.find("head")] == ["title", "meta"]
    assert [child.tag for child in tree.find("body")][:1] == [element]
    assert "".join(tree.find("body").itertext()) == "Two boats lie in the harbour.endx"


def test_what_libxml2_parts_stays_in_order() -> None:
    tree = parse(f"<title>T</title><article>{TEXT}</article>after<link rel=x>then<div>last</div>")
    assert tree is not None
    assert "".join(tree.find("body").itertext()) == "Two boats lie in the harbour.afterthenlast"


def test_a_head_that_is_in_order_stays_as_it_is() -> None:
    tree = parse(f"<html><head><title>T</title><noscript><img></noscript></head><body>{TEXT}</body></html>")
    assert tree is not None
    assert [child.tag for child in tree.find("head")] == ["title", "noscript"]


@pytest.mark.parametrize(
    "html",
    [
        "<html><body><p>One.</p></body></html><html><head><title>x</title></head><body><p>Two.</p></body></html>",
        "<html><body><p>One.</p></body></html><p>Two.</p>",
        "<p>One.</html><p>Two.",
        "<html><head><title>x</title></head></html><p>One.</p></html><p>Two.</p>",
    ],
)
def test_what_stands_behind_the_end_is_read(html: str) -> None:
    tree = parse(html)
    assert tree is not None
    assert [p.text for p in tree.iter("p")] == ["One.", "Two."]
    assert tree.getnext() is None
