"""Data that frameworks write flat: devalue's lists of values, and React's rows."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.clean.flattened import flight_rows, is_devalue, unflattened
from services.clean.json_lines import lines_of
from services.clean.json_text import texts_in

PROSE = "The stone bridge over the river opened again on Monday, the county said in a long report on its repairs. " * 6


def test_values_name_each_other() -> None:
    values = [["ShallowReactive", 1], {"a": 2, "b": 3, "gone": -1}, "x", [2, 4], {"b": 3}]
    made = unflattened(values)[0]
    assert is_devalue(values)
    assert (made["a"], made["b"][0], made["gone"]) == ("x", "x", None)
    assert made["b"][1]["b"] is made["b"]


@pytest.mark.parametrize(
    "values", [[1, 2], ["a", "b"], [{"a": "b"}, 1], [{"a": 9}, 1], [], {}, [["Reactive", True], 1]]
)
def test_other_lists_stay_as_they_are(values: object) -> None:
    assert not is_devalue(values)


def test_what_holds_itself_is_read_once() -> None:
    made = unflattened([{"text": 1, "children": 2}, PROSE, [0, 0, 2]])
    (text,) = texts_in(made)
    assert lines_of(made, "text") == [text.root]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), max_size=8), st.integers(1, 30))
def test_rows_are_put_together_again(texts: list[str], size: int) -> None:
    """However they were cut; lengths are of bytes."""
    stream = "".join(f"{n:x}:T{len(text.encode()):x},{text}" for n, text in enumerate(texts))
    stream += "a:" + json.dumps({"texts": texts}) + '\nb:I["module"]\nc:"string"\n'
    chunks = [[1, stream[at : at + size]] for at in range(0, len(stream), size)]
    assert list(flight_rows([[0], *chunks, "x"])) == [*texts, {"texts": texts}]
