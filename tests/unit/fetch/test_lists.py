import gzip

from services.contracts.sites import slot_of_host
from services.contracts.sources import Leg, SourceRecord, SourceState, Validators
from services.fetch.client import Fetcher
from services.fetch.lists import read_lists
from services.fetch.novelty import RECHECK_EVERY, Listed
from services.fetch.rounds import begun
from services.runtime.share import Share
from tests.support.site import Site, answer, dns, fetch_settings

RSS = b"<rss version='2.0'><channel><title>T</title><item><title>A</title><link>/a</link></item></channel></rss>"
INDEX = b"<sitemapindex><sitemap><loc>/good.xml.gz</loc></sitemap><sitemap><loc>/no.xml</loc></sitemap></sitemapindex>"
URLSET = b"<urlset><url><loc>/b</loc></url></urlset>"


def source(site: Site, *paths: str, **state: object) -> SourceRecord:
    feeds = tuple(site.url(path) for path in paths)
    return SourceRecord(id="s", name="S", feeds=feeds, delay_s=0, state=SourceState.model_validate(state))


async def read(source: SourceRecord, fetcher: Fetcher) -> list[Listed]:
    listed, left = await read_lists(source, begun(source).left, fetcher)
    assert left == []
    return listed


async def test_lists_are_read_and_asked_for_changes_only(site: Site, fetcher: Fetcher) -> None:
    site.routes = {"/feed": [answer(RSS, ETag='"1"'), answer(status=304)]}
    first = await read(source(site, "/feed"), fetcher)
    assert [item.url for item in first[0].feed.items if first[0].feed] == [site.url("/a")]  # type: ignore[union-attr]
    assert first[0].validators == Validators(url=site.url("/feed"), etag='"1"')
    second = await read(source(site, "/feed", validators=(first[0].validators,)), fetcher)
    assert (second[0].feed, second[0].error) == (None, None)
    assert site.seen[-1].headers["if-none-match"] == '"1"'


async def test_what_a_feed_asks_for_is_remembered_in_whatever_charset(site: Site, fetcher: Fetcher) -> None:
    asking = RSS.decode().replace("<title>T", "<ttl>90</ttl><skipHours><hour>3</hour></skipHours><title>T")
    site.routes = {"/feed": answer(asking.encode("utf-16"))}
    (found,) = await read(source(site, "/feed"), fetcher)
    assert found.validators == Validators(url=site.url("/feed"), ttl_s=5400, skip_hours=(3,))


async def test_now_and_then_a_list_is_asked_for_unconditionally(site: Site, fetcher: Fetcher) -> None:
    site.routes = {"/feed": answer(RSS, ETag='"1"')}
    known = ({"url": site.url("/feed"), "etag": '"1"'},)
    await read(source(site, "/feed", validators=known, polls=RECHECK_EVERY - 1), fetcher)
    assert "if-none-match" not in site.seen[-1].headers


async def test_failures_are_texts_and_spare_the_other_lists(site: Site, fetcher: Fetcher) -> None:
    site.routes = {"/feed": answer(RSS), "/page": answer(b"<html></html>")}
    gone, page, good = await read(source(site, "/gone", "/page", "/feed"), fetcher)
    assert "HTTP status 404" in str(gone.error)
    assert "is no feed" in str(page.error)
    assert good.error is None


async def test_a_list_says_that_it_moved_or_is_gone_and_how_long_it_is_fresh(site: Site, fetcher: Fetcher) -> None:
    site.routes = {
        "/old": answer(status=301, Location="/new"),
        "/for-now": answer(status=302, Location="/new"),
        "/new": answer(RSS, **{"Cache-Control": "max-age=900"}),
        "/gone": answer(status=410),
    }
    moved, lent, gone, missing = await read(source(site, "/old", "/for-now", "/gone", "/none"), fetcher)
    assert (moved.moved_to, moved.fresh_s, moved.is_gone) == (site.url("/new"), 900, False)
    assert lent.moved_to is None
    assert (gone.is_gone, missing.is_gone) == (True, False)


async def test_an_index_is_followed_and_a_broken_sitemap_in_it_spares_the_rest(site: Site, fetcher: Fetcher) -> None:
    site.routes = {"/index.xml": answer(INDEX, ETag='"1"'), "/good.xml.gz": answer(gzip.compress(URLSET))}
    (found,) = await read(source(site, "/index.xml"), fetcher)
    assert found.feed is not None
    assert [item.url for item in found.feed.items] == [site.url("/b")]
    assert "/no.xml" in str(found.warning)
    assert found.validators is not None
    assert found.validators.etag is None


OURS, THEIRS = "news.example", "cdn.example"


async def shared(site: Site, *hosts: str) -> Fetcher:
    """A worker that asks the sites of these hosts alone, of two partitions."""
    share = Share()
    await share.assigned({slot_of_host(host) % 2 for host in hosts}, 2)
    return Fetcher(fetch_settings(), resolve=dns({}), share=share)


async def test_what_is_on_others_sites_is_left_with_the_way_so_far(site: Site) -> None:
    assert slot_of_host(OURS) % 2 != slot_of_host(THEIRS) % 2
    there = site.url("/there", THEIRS)
    index = INDEX.replace(b"/no.xml", site.url("/part.xml", THEIRS).encode())
    site.routes = {
        "/feed": answer(RSS),
        "/lent": answer(status=302, Location="/moved"),
        "/moved": answer(status=301, Location=there),
        "/index.xml": answer(index),
        "/good.xml.gz": answer(gzip.compress(URLSET)),
        "/part.xml": answer(URLSET.replace(b"/b", b"/c")),
        "/there": answer(RSS),
    }
    lists = source(site, "/lent", "/moved", "/feed", "/index.xml")
    lists = lists.model_copy(update={"feeds": (site.url("/theirs", THEIRS), *lists.feeds)})
    async with await shared(site, OURS) as ours:
        listed, left = await read_lists(lists, begun(lists).left, ours)
    assert [entry.url for entry in listed] == [site.url("/feed"), site.url("/index.xml")]
    assert left == [
        Leg(url=site.url("/theirs", THEIRS)),
        Leg(url=site.url("/lent"), via=(site.url("/moved"), there), for_good=False),
        Leg(url=site.url("/moved"), via=(there,)),
        Leg(url=site.url("/part.xml", THEIRS), is_part=True),
    ]
    assert {request.host for request in site.seen} == {OURS}
    site.seen.clear()
    async with await shared(site, THEIRS) as theirs:
        (missing, lent, moved, part), nothing = await read_lists(lists, left, theirs)
    assert (nothing, {request.host for request in site.seen}) == ([], {THEIRS})
    assert "HTTP status 404" in str(missing.error)
    assert (lent.url, lent.moved_to, lent.error) == (site.url("/lent"), None, None)
    assert (moved.url, moved.moved_to) == (site.url("/moved"), there)
    assert part.feed is not None
    assert [item.url for item in part.feed.items] == [site.url("/c", THEIRS)]
    assert part.validators is None
