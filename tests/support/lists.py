"""A list of a thousand feeds as people have them after ten years of readers: copies, leftovers, damage."""

EXPECTED = {"added": 894, "duplicates": 100, "refused": 6}


def a_thousand() -> bytes:
    """An OPML file of a thousand outlines that should name a feed, a line each from the third on, and two folders."""
    lines = [_plain(n) for n in range(1002)]
    lines[:8] = [
        '<outline text="Coast"><outline text="Towns">',
        '<outline text="No feed" type="link" url="https://news.example/"/>',
        '<outline text="Bread & Butter" xmlUrl="https://amp.example/feed?a=1&b=2&copy=3"/>',
        '<outline text="Left open" xmlUrl="https://open.example/feed">',
        '<outline text="After it" xmlUrl="https://after.example/feed"/>',
        "</outline></outline>",
        f'<outline text="{"long " * 40_000}" xmlUrl="https://long.example/feed"/>',
        '<outline text="Home" xmlUrl="https://home.example/feed" htmlUrl="javascript:alert(1)"/>',
    ]
    lines[8] = '<outline text="ftp" xmlUrl="ftp://files.example/feed"/>'
    lines[18] = '<outline text="scheme" xmlUrl="feed://old.example/rss"/>'
    lines[28] = f'<outline text="long" xmlUrl="https://long.example/{"x" * 5000}"/>'
    lines[38] = '<outline text="quotes xmlUrl="https://quotes.example/feed"/>'
    lines[48] = '<outline text="no host" xmlUrl="https:///feed"/>'
    lines[58] = '<outline text="Café Zürich" xmlUrl="https://latin.example/feed"/>'
    lines[68] = '<outline text="Br&uuml;cke &#8211; S&#xfc;d" xmlUrl="https://number.example/feed"/>'
    text = "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', "<opml><body>", *lines, "</body></opml>"])
    return text.encode("cp1252")  # and not what it says


def _plain(number: int) -> str:
    """The last hundred are the first ones again: as they are, with tracking, in other letters, or with a port."""
    if number < 902:
        return f'<outline text="News {number}" type="rss" xmlUrl="https://news{number}.example/feed"/>'
    host = f"news{number - 802}.example"
    again = (
        f"https://{host}/feed",
        f"https://{host}/feed?utm_source=reader&amp;utm_medium=rss",
        f"HTTPS://{host.upper()}/feed",
        f"https://{host}:443/feed#latest",
    )
    return f'<outline text="News {number - 802}" type="rss" xmlUrl="{again[number % 4]}"/>'
