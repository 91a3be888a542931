"""A source of an address alone, and what is found there."""

from services.contracts.sources import SourceRecord
from services.fetch.adopt import with_lists
from services.fetch.discover import Found
from services.fetch.listing import Feed

HOME = "https://a.example/"
FEED = Found("https://a.example/feed", Feed("The A", (), language="de-AT"), HOME)
SITEMAP = Found("https://a.example/sitemap.xml", Feed(None, ()), HOME, is_sitemap=True)


def test_lists_name_and_language_are_learnt() -> None:
    source = SourceRecord(id="a-example-12345678", name="a-example", home=HOME + "news")
    made = with_lists(source, [FEED, SITEMAP])
    assert made.lists == (FEED.url, SITEMAP.url)
    assert (made.feeds, made.sitemaps) == ((FEED.url,), (SITEMAP.url,))
    assert (made.name, made.language, made.home) == ("The A", "de", HOME)


def test_what_people_said_stays() -> None:
    source = SourceRecord(id="a-example-12345678", name="Mine", home=HOME, language="fr")
    made = with_lists(source, [FEED])
    assert (made.name, made.language) == ("Mine", "fr")


def test_a_feed_without_title_leaves_the_name() -> None:
    source = SourceRecord(id="a-example-12345678", name="a-example", home=HOME)
    assert with_lists(source, [SITEMAP]).name == "a-example"
