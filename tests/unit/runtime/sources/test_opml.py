from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.lists import EXPECTED, a_thousand

from services.contracts.sources import SourceRecord, source_id
from services.runtime.errors import UsageError
from services.runtime.sources.opml import read_opml, write_opml
from services.runtime.sources.opml_tags import decoded, tags
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
    made = plan([], read_opml(a_thousand()), NOW)
    assert len(made.added) == EXPECTED["added"]
    assert len(made.duplicates) == EXPECTED["duplicates"]
    assert {entry.partition(":")[0]: why for entry, why in made.refused} == {
        "line 4": "it names no feed and no sitemap",
        "line 11": "not an absolute http or https URL: 'ftp://files.example/feed'",
        "line 21": "not an absolute http or https URL: 'feed://old.example/rss'",
        "line 31": "the URL has 5021 characters; at most 4096 are allowed",
        "line 41": "it names no feed and no sitemap",
        "line 51": "the URL names no host",
    }
    assert all(len(entry) < 300 for entry, _ in made.refused)
    by_feed = {feed: source for source in made.added.values() for feed in source.feeds}
    assert by_feed["https://amp.example/feed?a=1&b=2&copy=3"].name == "Bread & Butter"
    assert by_feed["https://open.example/feed"].tags == ("coast", "towns")
    assert by_feed["https://after.example/feed"].tags == ("coast", "towns")
    assert by_feed["https://latin.example/feed"].name == "Café Zürich"
    assert 490 < len(by_feed["https://long.example/feed"].name) <= 500
    assert by_feed["https://home.example/feed"].home is None
    assert by_feed["https://number.example/feed"].name == "Brücke \N{EN DASH} Süd"


@pytest.mark.parametrize(
    ("data", "about"),
    [
        (b"", "no OPML"),
        (b"<html/>", "first element is not <opml>"),
        (b"plain", "no OPML"),
        (b"\xff\xfe\x00", "no OPML"),
        (b"<!-- <opml>", "no XML"),
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
        (("https://a.example/1",), "A & B", ("x", "y")),
        (("https://a.example/2",), "A & B", ("x", "y")),
        (("https://c.example/",), "C", ()),
    ]


@pytest.mark.parametrize(
    ("line", "feeds", "name"),
    [
        ('<outline text="a" xmlUrl="https://a.example/?a=1&b=2&copy=3&amp;d=4"/>',
         ["https://a.example/?a=1&b=2&copy=3&d=4"], "a"),
        ("<outline text='a \"b\"' xmlUrl='https://a.example/'/>", ["https://a.example/"], 'a "b"'),
        ("<OUTLINE TEXT=a XMLURL=https://a.example/ >", ["https://a.example/"], "a"),
        ('<outline text="a > b" xmlUrl="https://a.example/"/> text xmlUrl="https://no.example/"',
         ["https://a.example/"], "a > b"),
        ('<outline text="a" xmlUrl="https://a.example/', [], "a"),
        ('<outline text="a xmlUrl="https://a.example/"/>', [], "a xmlUrl="),
        ('<outline text="a&nbsp;b &#x41; &unknown; &#0;" xmlUrl="https://a.example/"/>',
         ["https://a.example/"], "a\xa0b A &unknown; \ufffd"),
        ('<outline\n text="a"\n xmlUrl="https://a.example/"\n/>', ["https://a.example/"], "a"),
        ('<!-- <outline xmlUrl="https://no.example/"/> --><![CDATA[<outline xmlUrl="b"/>]]>', None, None),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_tag_hurts_no_other(line: str, feeds: list[str] | None, name: str | None) -> None:
    found = read_opml(f'<opml><body>{line}<outline text="z" xmlUrl="https://z.example/"/></body>'.encode())
    assert found[-1].feeds == ("https://z.example/",)
    assert found[-1].tags == ()
    if feeds is not None:
        assert (list(found[0].feeds), found[0].given["name"]) == (feeds, name)
        assert found[0].where.endswith(" (the tag is broken)") == (not feeds)
    else:
        assert len(found) == 1


@pytest.mark.parametrize(
    ("declared", "charset"),
    [
        ("utf-8", "utf-8"),
        ("utf-8", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16", "utf-8"),  # .NET's writer declares what the string was, not what the file is
        ("iso-8859-15", "iso-8859-15"),
        ("utf-8", "cp1252"),
        ("nonsense", "utf-8"),
        ("punycode", "utf-8"),
        ("windows-1251", "windows-1251"),
    ],
)
def test_charsets(declared: str, charset: str) -> None:
    name = "Мост" if "1251" in charset else "Café"
    text = (
        f'<?xml version="1.0" encoding="{declared}"?><opml><body><outline text="{name}" xmlUrl="https://a.example/"/>'
    )
    assert read_opml(text.encode(charset))[0].given["name"] == name


def test_open_feeds_leave_their_folder_closed_where_it_is_closed() -> None:
    feed = '<outline xmlUrl="https://{}.example/">'
    folders = (
        f'<outline text="A">{feed.format(1)}{feed.format(2)}{feed.format(3)}</outline></outline><outline text="B">'
    )
    found = read_opml(f"<opml>{folders}{feed.format(4)}</outline></outline></opml>".encode())
    assert [want.tags for want in found] == [("a",), ("a",), ("a",), ("b",)]


def test_a_feed_may_have_feeds_below_it() -> None:
    inner = '<outline xmlUrl="https://b.example/"/>'
    nested = (
        f'<outline text="A"><outline text="F" xmlUrl="https://a.example/">{inner}</outline>{inner}</outline>{inner}'
    )
    assert [want.tags for want in read_opml(f"<opml>{nested}</opml>".encode())] == [("a",), ("a",), ("a",), ()]


@given(st.binary(max_size=300) | st.text(alphabet="<>/=\"'& -![]?outlinexmlUrl\n", max_size=300).map(str.encode))
def test_nothing_breaks_the_reading(data: bytes) -> None:
    for tag in tags(decoded(data)):
        assert 1 <= tag.line <= data.count(b"\n") + data.count(b"\r") + 1
    try:
        found = read_opml(b"<opml>" + data)
    except UsageError as error:
        assert "entities" in str(error)
    else:
        assert plan([], found, NOW).counts()


@pytest.mark.parametrize("piece", ["<!--", "<outline ", 'a="', "a" * 100, "&", "<![CDATA[", "a=", " ", "<", "a='"])
def test_hostile_repetition_takes_no_longer_than_its_length(piece: str) -> None:
    text = piece * (300_000 // len(piece))
    assert isinstance(list(tags("<outline " + text)), list)


NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)
TAGS = st.text(st.characters(codec="utf-8", exclude_characters=",/"), min_size=1, max_size=20)


def _kept(text: str) -> str:
    """Text as XML can hold it: without control characters, white space at its ends and as anything but spaces."""
    return "".join(c if c in "\t\n\r" or 0x20 <= ord(c) <= 0xFFFD or ord(c) > 0xFFFF else " " for c in text).strip()


RECORDS = st.builds(
    lambda number, name, more, labels, language, home: SourceRecord(
        id=source_id(f"https://{number}.example/0?a=1&b=2"),
        name=name,
        feeds=tuple(f"https://{number}.example/{n}?a=1&b=2" for n in range(1 + more)),
        tags=tuple({label.casefold(): label for label in labels}.values()),
        language=language,
        home=f"https://{number}.example/" if home else None,
    ),
    st.integers(0, 10_000), NAMES.map(_kept).filter(bool), st.integers(0, 2),
    st.lists(TAGS.map(_kept).filter(bool), max_size=4),
    st.sampled_from(["en", "de", None]), st.booleans(),
)  # fmt: skip


@given(st.lists(RECORDS, max_size=8, unique_by=lambda source: source.id))
def test_what_is_exported_is_imported_as_it_was(sources: list[SourceRecord]) -> None:
    wanted = read_opml(write_opml(sources, NOW))
    same = plan(sources, wanted, NOW)
    assert (same.added, same.merged, same.refused) == ({}, {}, [])
    anew = plan([], wanted, NOW)
    found = {feed: s for s in anew.added.values() for feed in s.feeds}
    assert set(found) == {feed for source in sources for feed in source.feeds}
    for source in sources:
        for feed in source.feeds:
            there = found[feed]
            assert (there.name, there.home, there.language) == (source.name, source.home, source.language)
            assert {t.casefold() for t in there.tags} == {t.casefold() for t in source.tags}
