"""Lines of an export."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.search.export import AT_ONCE, Exports, Reading, build_batch, cell, columns, head, line
from services.search.params import ARTICLE_FIELDS, ExportParams

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def test_a_line_begins_with_its_id() -> None:
    assert columns(["title", "id", "title"]) == ["id", "title"]
    assert set(columns([])) == set(ARTICLE_FIELDS)


def test_it_goes_on_after_an_id_in_their_order() -> None:
    body = build_batch(ExportParams(q="a", after="0" * 64), NOW, (), ["id"])
    assert body["sort"] == [{"id": "asc"}]
    assert {"range": {"id": {"gt": "0" * 64}}} in body["query"]["bool"]["filter"]


def test_ndjson_has_articles_as_the_api_does() -> None:
    source = {"id": "1", "title": "a\nb", "entities": [{"id": "e", "name": "E"}]}
    assert json.loads(line("ndjson", source, ["id", "title", "entities"])) == {
        "id": "1",
        "title": "a\nb",
        "entities": [{"id": "e", "name": "E"}],
    }
    assert head("ndjson", ["id"]) == b""


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert cell(text) == cell([text]) == cell({"name": text}) == "'" + text


def test_cells_of_each_kind() -> None:
    assert [cell(v) for v in (None, True, 3, ["a", "b"], {"id": "x"}, [{"name": "N"}])] == [
        "",
        "true",
        "3",
        "a; b",
        "x",
        "N",
    ]


@given(st.lists(st.text(), min_size=1, max_size=5))
def test_csv_is_read_back_as_it_was_written(values: list[str]) -> None:
    names = [str(i) for i in range(len(values))]
    text = head("csv", names).decode()
    assert next(csv.reader(io.StringIO(text, newline=""))) == names
    source = dict(zip(names, values, strict=True))
    (row,) = csv.reader(io.StringIO(line("csv", source, names).decode("utf-8", "surrogatepass"), newline=""))
    assert row == [cell(value) for value in values]


def test_only_a_few_run_at_a_time() -> None:
    exports = Exports()
    readings = [Reading(None, {}, None) for _ in range(AT_ONCE + 1)]  # type: ignore[arg-type]
    assert [exports.take(one) for one in readings] == [True] * AT_ONCE + [False]
    exports.give_back(readings[0])
    assert exports.take(readings[-1])
