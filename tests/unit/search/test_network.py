"""The picture of what an entity appears with."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.search.pages.languages import language_name
from services.search.pages.network import HEIGHT, LONGEST, WIDTH, network

NAMES = st.text(min_size=1, max_size=60)


def entity(others: list[tuple[str, int]], among: list[dict[str, Any]]) -> dict[str, Any]:
    beside = [
        {"id": f"person:{i}", "name": name, "type": "person", "together": count}
        for i, (name, count) in enumerate(others)
    ]
    return {"id": "place:x", "name": "X", "type": "place", "appears_with": beside, "among": among}


@given(st.lists(st.tuples(NAMES, st.integers(1, 10_000)), max_size=30))
def test_all_stand_inside_and_nobody_on_another(others: list[tuple[str, int]]) -> None:
    picture = network(entity(others, []))
    if len(others) < 2:
        assert picture is None
        return
    assert picture is not None
    assert len(picture.nodes) == 1 + min(12, len(others))
    assert len({(node.x, node.y) for node in picture.nodes}) == len(picture.nodes)
    for node in picture.nodes:
        assert node.radius < node.x < WIDTH - node.radius
        assert node.radius < node.y < HEIGHT - node.radius
        assert len(node.label) <= LONGEST
    assert len(picture.lines) == len(picture.nodes) - 1


def test_more_together_is_thicker_and_strangers_have_no_line() -> None:
    pairs = [{"a": "person:0", "b": "person:1", "together": 8}, {"a": "person:0", "b": "person:99", "together": 9}]
    picture = network(entity([("Ada", 8), ("Bob", 2)], pairs))
    assert picture is not None
    ada, bob, between = picture.lines
    assert ada.width == between.width > bob.width
    assert (between.x1, between.y1) == (picture.nodes[1].x, picture.nodes[1].y)


def test_languages_have_their_names() -> None:
    assert [language_name(code) for code in ("de", "el", "xx")] == ["German", "Modern Greek", "xx"]
