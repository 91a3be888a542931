import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.sources import Validators
from services.fetch.channel import Wishes
from services.fetch.feeds import parse_feed

URL = "https://news.example/feed"
ASKING = """<rss><channel><ttl>90</ttl><skipHours><hour>24</hour><hour> 3 </hour><hour>25</hour></skipHours>
<skipDays><day>Sunday</day><day>Blursday</day></skipDays>
<item><link>/a</link><ttl>5</ttl><hour>7</hour></item></channel></rss>"""
ASKED: Wishes = {"ttl_s": 5400.0, "skip_hours": (0, 3), "skip_days": (6,)}
NOTHING: Wishes = {"ttl_s": None, "skip_hours": (), "skip_days": ()}


def asked(body: bytes) -> Wishes:
    feed = parse_feed(body, None, URL)
    return {"ttl_s": feed.ttl_s, "skip_hours": feed.skip_hours, "skip_days": feed.skip_days}


@pytest.mark.parametrize(
    "body",
    [
        *map(ASKING.encode, ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"]),
        gzip.compress(ASKING.encode()),
        ASKING.replace("<rss>", "<rss xmlns='http://backend.userland.com/rss2'>").encode(),
        ASKING.replace("90", "<!-- minutes --><![CDATA[90]]>").replace("ttl>", "TTL>").encode(),
        ASKING.replace("<ttl>90", "<ttl>soon</ttl><ttl>90").encode(),
        ASKING.replace("</link>", "</link><title>A & B</title>").encode(),
    ],
)
def test_a_channel_says_what_it_asks_for_and_its_items_do_not(body: bytes) -> None:
    assert asked(body) == ASKED


@pytest.mark.parametrize(
    "body",
    [
        b"<feed><entry><ttl>5</ttl></entry></feed>",
        b"<rss><channel><!-- <ttl>5</ttl> --><ttl/><ttl>-1</ttl><hour>3</hour><skipHours/></channel></rss>",
        b'{"version": "https://jsonfeed.org/version/1.1", "items": []}',
    ],
)
def test_most_ask_for_nothing(body: bytes) -> None:
    assert asked(body) == NOTHING


@given(st.text(st.characters(codec="utf-8", exclude_characters="<&", exclude_categories=("Cc", "Cs"))))
def test_any_texts_are_valid_fields(text: str) -> None:
    inside = f"<ttl>{text}</ttl><skipHours><hour>{text}</hour></skipHours><skipDays><day>{text}</day></skipDays>"
    found = asked(f"<rss><channel>{inside}</channel></rss>".encode())
    assert Validators(url=URL, **found).ttl_s == found["ttl_s"]
    assert all(0 <= hour < 24 for hour in found["skip_hours"])
