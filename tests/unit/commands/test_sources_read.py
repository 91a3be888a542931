import pytest

from services.commands.sources_read import found_at, read_yaml
from services.runtime.errors import NewsloomError, UsageError
from tests.support.site import Site, answer, fetch_settings, serving


def test_yaml() -> None:
    data = b"- {name: Coast, feed: 'https://a.example/', country: GB, tags: [x, y]}\n- sitemaps: [a, b]\n- 17\n"
    first, second, third = read_yaml(data, "f")
    assert (first.where, first.feeds, first.tags) == ("entry 1: Coast", ("https://a.example/",), ("x", "y"))
    assert first.given["country"] == "GB"
    assert (second.feeds, second.sitemaps) == ((), ("a", "b"))
    assert (third.where, third.feeds) == ("entry 3: 17", ())


@pytest.mark.parametrize(
    ("data", "about"), [(b"a: [", "no YAML"), (b"\xff\xfe\x00", "no YAML"), (b"a: 1", "no list of sources")]
)
def test_what_is_no_list_of_sources(data: bytes, about: str) -> None:
    with pytest.raises(UsageError, match=f"file.yaml .*{about}"):
        read_yaml(data, "file.yaml")


async def test_what_can_not_be_found_says_what_to_do() -> None:
    async with serving(Site(routes={"/": answer(b"<html></html>")})) as site:
        with pytest.raises(NewsloomError, match="it names no feed"):
            await found_at(site.url("/", "localhost"), fetch_settings(), None)
        with pytest.raises(NewsloomError, match="set NEWSLOOM_FETCH_ALLOW"):
            await found_at(site.url("/", "127.0.0.1"), fetch_settings(fetch_allow=""), None)
    with pytest.raises(NewsloomError, match="only http and https"):
        await found_at("ftp://news.example/", fetch_settings(), None)
