import json

import pytest

from services.commands.enrich_lines import parse, run
from services.commands.entities_page import drawn
from services.contracts.messages import Enriched, Entity, Mention
from services.runtime.errors import UsageError

LINES = [
    {"id": "a", "title": "Talks in Oslo", "body": "Oslo & Bergen hosted the U.N. talks on Monday.", "language": "en"},
    {"id": 7, "body": "Die EU berät in Genf.", "language": "de"},
    {"id": "c", "title": None, "body": "Le premier ministre du Japon est arrivé hier à Paris pour des entretiens."},
]


def test_lines_in_the_same_order_with_errors_in_their_places(tmp_path, capfd):
    source, page = tmp_path / "in.ndjson", tmp_path / "out.html"
    lines = [json.dumps(line) for line in LINES]
    lines[1:1] = ["{broken", ""]
    source.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert run(str(source), 2, page) == 1
    a, broken, b, c = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert (a["id"], b["id"], c["id"]) == ("a", 7, "c")
    assert (broken["line"], broken["error"].startswith("not JSON")) == (2, True)
    oslo = next(e for e in a["entities"] if e["name"] == "Oslo")
    assert (oslo["type"], oslo["count"], oslo["mentions"]) == ("place", 2, [{"start": 0, "end": 4, "text": "Oslo"}])
    assert {e["name"] for e in b["entities"]} == {"European Union", "Geneva"}
    assert "Japan" in {e["name"] for e in c["entities"]}
    assert {"entities", "topics", "keyphrases"} <= a.keys()
    html = page.read_text(encoding="utf-8")
    assert "Oslo" in html
    assert html.endswith("</html>\n")


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (b"[1]", "expected an object"),
        (b'{"id": 1}', "body must be a string; found NoneType"),
        (b'{"id": 1, "body": 5}', "body must be a string; found int"),
        (b'{"id": 1, "body": "x", "language": 3}', "language must be a string; found int"),
        (b"\xff", "not JSON"),
    ],
)
def test_lines_that_are_no_articles_say_why(raw, error):
    line = parse(3, raw)
    assert line.article is None
    assert error in line.error


def test_the_language_is_found_when_it_is_not_given():
    assert parse(1, b'{"body": "Der Bundestag hat gestern ein neues Gesetz beschlossen."}').article.language == "de"
    assert parse(1, b'{"body": "?"}').article.language == "en"


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(UsageError, match="can not read"):
        run(str(tmp_path / "none"), 1, None)


def test_text_is_escaped_on_the_page():
    article = parse(1, b'{"body": "<b>Oslo</b>", "language": "en"}').article
    oslo = Entity(id="place:oslo", name="Oslo", type="place", count=1, mentions=(Mention(start=3, end=7, text="Oslo"),))
    html = drawn(Enriched(**dict(article), entities=(oslo,)))
    assert "<b>" not in html
    assert "&lt;b&gt;" in html
