"""Forms as browsers send them, and as nobody should."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.search.pages.forms import read
from services.search.pages.saved import search_of
from services.search.pages.spark import HEIGHT, WIDTH, spark
from services.search.problems import Problem

MULTIPART = "multipart/form-data; boundary=xYz"
FILE = (
    b'--xYz\r\nContent-Disposition: form-data; name="key"\r\n\r\ns\xc3\xa9cret\r\n'
    b'--xYz\r\nContent-Disposition: form-data; name="file"; filename="a b.opml"\r\n'
    b"Content-Type: text/x-opml\r\n\r\n<opml>\xff\x00\r\n</opml>\r\n--xYz--\r\n"
)


def test_fields_of_an_ordinary_form() -> None:
    form = read("application/x-www-form-urlencoded; charset=utf-8", b"a=1&b=%C3%A9+x&a=2&empty=")
    assert form.pairs == [("a", "1"), ("b", "é x"), ("a", "2"), ("empty", "")]
    assert (form.get("a"), form.get("nothing")) == ("2", "")


def test_a_file_comes_as_its_bytes() -> None:
    form = read(MULTIPART, FILE)
    assert form.get("key") == "sécret"
    assert form.files == {"file": b"<opml>\xff\x00\r\n</opml>"}


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("text/plain", b"a=1", 415),
        ("", b"", 415),
        ("application/x-www-form-urlencoded", b"\xff", 400),
        ("application/x-www-form-urlencoded", b"a=1&" * 2000, 400),
    ],
)
def test_what_is_no_form_is_refused(kind: str, body: bytes, status: int) -> None:
    with pytest.raises(Problem) as refused:
        read(kind, body)
    assert refused.value.status == status


@given(st.binary(max_size=400), st.text(max_size=60))
def test_any_bytes_make_a_form_or_a_problem(body: bytes, boundary: str) -> None:
    for kind in (MULTIPART, f"multipart/form-data; boundary={boundary}", "application/x-www-form-urlencoded"):
        for content in (body, FILE[: len(body)] + body):
            try:
                read(kind, content)
            except Problem as refused:
                assert refused.status == 400


def test_the_search_of_a_form_leaves_the_forms_own_fields_out() -> None:
    body = b"name=Ports&key=s&q=harbour&language=en&language=de&from=7d&to=&do=x"
    search = search_of(read("application/x-www-form-urlencoded", body))
    assert (search.q, search.language, search.from_, search.to) == ("harbour", ["en", "de"], "7d", None)


def test_bars_of_a_sparkline_stay_in_the_picture() -> None:
    made = spark([{"day": f"2026-11-{i:02}", "count": count} for i, count in enumerate((0, 1, 50, 3), start=1)])
    assert len(made.bars) == 3
    assert all(x + width <= WIDTH and y + height <= HEIGHT and height >= 1 for x, y, width, height in made.bars)
    assert made.label == "13.5 a day in 4 days, most 50 on 2026-11-03"
    assert spark([{"day": "2026-11-01", "count": 0}]).bars == []
    assert spark([]).label == "none in 0 days"
