from datetime import UTC, datetime

import pytest

from services.contracts.sources import SourceRecord
from services.runtime.errors import UsageError
from services.runtime.sources.opml import read_opml, write_opml
from services.runtime.sources.plan import Wanted, plan

NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
OPML = b"""<?xml version="1.0" encoding="utf-8"?><opml version="2.0"><head><title>x</title></head><body>
<outline text="Coast"><outline title="Towns">
<outline type="rss" text="Quay &amp; Co" title="Quay" xmlUrl=" https://quay.example/feed " htmlUrl="https://quay.example/"/>
</outline></outline>
<outline text="Lower case" xmlurl="https://lower.example/feed" language="en"/>
<outline text="A link" type="link" url="https://news.example/"/>
<outline text="Empty folder's feed" xmlUrl=""/>
<!-- a comment --></body></opml>"""


def test_feeds_folders_and_what_has_no_address() -> None:
    quay, lower, link, empty = read_opml(OPML)
    assert quay == Wanted(
        "line 3: https://quay.example/feed",
        feeds=("https://quay.example/feed",),
        tags=("coast", "towns"),
        given={"name": "Quay", "home": "https://quay.example/", "language": None},
    )
    assert (lower.feeds, lower.given["name"], lower.given["language"]) == (
        ("https://lower.example/feed",),
        "Lower case",
        "en",
    )
    assert (link.where, link.feeds) == ("line 6: A link", ())
    assert empty.feeds == ()


def test_a_thousand_feeds_with_duplicates_and_broken_lines() -> None:
    lines = [f'<outline text="{n}" xmlUrl="https://news{n % 900}.example/feed"/>' for n in range(1000)]
    lines[10] = '<outline text="Broken" xmlUrl="not a url"/>'
    lines[20] = '<outline text=unquoted & broken xmlUrl="https://broken.example/feed">'
    lines[30] = '<outline text="nothing"/>'
    wanted = read_opml(f"<opml><body>{''.join(lines)}</body></opml>".encode())
    made = plan([], wanted, NOW)
    assert len(made.added) + len(made.duplicates) + len(made.refused) == len(wanted)
    assert len(made.duplicates) >= 90
    assert len(made.added) >= 890
    assert {why.partition(":")[0] for _, why in made.refused} >= {"it names no feed and no sitemap"}


@pytest.mark.parametrize(
    ("data", "about"),
    [
        (b"", "no OPML"),
        (b"<html/>", "first element is not <opml>"),
        (b"plain", "no OPML"),
        (b'<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/passwd">]><opml>&x;</opml>', "declares entities"),
        ('<!DOCTYPE opml [<!ENTITY x "y">]><opml/>'.encode("utf-16"), "declares entities"),
    ],
)
def test_what_is_no_opml_says_so(data: bytes, about: str) -> None:
    with pytest.raises(UsageError, match=about):
        read_opml(data)


def test_what_is_written_can_be_read() -> None:
    sources = [
        SourceRecord(
            id="a", name="A & B", feeds=("https://a.example/1", "https://a.example/2"), tags=("x", "y"), language="en"
        ),
        SourceRecord(id="c", name="C", feeds=("https://c.example/",), home="https://c.example/"),
    ]
    wanted = read_opml(write_opml(sources, NOW))
    assert [(w.feeds, w.given["name"], w.tags) for w in wanted] == [
        (("https://a.example/1",), "A & B", ("x",)),
        (("https://a.example/2",), "A & B", ("x",)),
        (("https://c.example/",), "C", ()),
    ]
