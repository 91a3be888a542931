"""Articles for the web page in a browser: ordinary ones, right-to-left ones, and ones that attack the reader."""

from datetime import datetime, timedelta

from services.contracts.messages import Enriched, Entity, Mention, Source, Step, Tag
from support.messages import AT, enriched

CANARY = "__xss"
"""What each attack sets on `window` if it gets to run."""
ATTACKS = (
    f"<script>window.{CANARY}=1</script>",
    f'"><script>window.{CANARY}=1</script>',
    f"'><img src=x onerror=window.{CANARY}=1>",
    f"<img src=x onerror=window.{CANARY}=1>",
    f"<svg onload=window.{CANARY}=1>",
    f"<svg><script>window.{CANARY}=1</script></svg>",
    f'" autofocus onfocus="window.{CANARY}=1',
    f"' autofocus onfocus='window.{CANARY}=1",
    f"javascript:window.{CANARY}=1",
    f"</title><script>window.{CANARY}=1</script>",
    f"</textarea><script>window.{CANARY}=1</script>",
    f"</mark><script>window.{CANARY}=1</script><mark>",
    f"<mark onclick=window.{CANARY}=1 autofocus tabindex=0 onfocus=window.{CANARY}=1>x</mark>",
    f"&lt;script&gt;window.{CANARY}=1&lt;/script&gt;",
    f"&amp;lt;script&amp;gt;window.{CANARY}=1&amp;lt;/script&amp;gt;",
    f"<iframe srcdoc='<script>parent.{CANARY}=1</script>'></iframe>",
    f"<details open ontoggle=window.{CANARY}=1>",
    f"<meta http-equiv=refresh content='0;url=javascript:window.{CANARY}=1'>",
    f"<base href=//evil.example/><script>window.{CANARY}=1</script>",
    f"<a href=javascript:window.{CANARY}=1>x</a><form action=//evil.example/><input type=submit>",
    "{{ 7*7 }}{% raw %}${7*7}<!--",
    "\u202egnp.exe\u2066<link rel=stylesheet href=//evil.example/x.css>",
)
ARABIC = "افتتاح الميناء الجديد في بيروت"
HEBREW = "הנמל החדש בחיפה נפתח"


def ordinary() -> list[Enriched]:
    """24 articles of four sources and two languages, one every ten days, which name Lisbon at a known place."""
    return [_report(i) for i in range(24)]


def one_story() -> list[Enriched]:
    """Three articles that tell the same story and name the same, of three sources; no other article has their words."""
    first = enriched("ferry-0").id
    names = {"place": ("Paros", "Athens"), "organisation": ("Hellenic Coast Guard",), "person": (ATTACKS[0],)}
    entities = tuple(
        Entity(id=f"{kind}:{name.lower()}", name=name, type=kind, count=1) for kind in names for name in names[kind]
    )
    return [
        enriched(
            f"ferry-{i}",
            title=f"Ferry aground {i}",
            body="It sits on a sandbank off Paros.",
            source=Source(id=f"coast-{i}", name=f"Coast {i}", domain=f"coast{i}.example"),
            story_id=first,
            entities=entities,
            published_at=AT - timedelta(hours=i),
        )
        for i in range(3)
    ]


def _report(i: int) -> Enriched:
    name = ("Alpha", "Beta", "Gamma", "Delta")[i % 4]
    lisbon = Mention(start=15, end=21, text="Lisbon")
    return enriched(
        f"report-{i}",
        title=f"Harbour report {i}",
        body=f"The harbour of Lisbon received {i} crates of weapons.\n\nFerries went on as planned.",
        description="A report.",
        language="de" if i % 3 == 0 else "en",
        source=Source(id=name.lower(), name=name, domain=f"{name.lower()}.example"),
        authors=(f"Author {i % 5}",),
        entities=(Entity(id="place:lisbon", name="Lisbon", type="place", count=1, mentions=(lisbon,)),),
        topics=(Tag(id="transport", name="Transport", score=0.9),),
        published_at=AT - timedelta(days=10 * i),
        trail=(Step(stage="fetch", at=AT), Step(stage="clean", at=AT), Step(stage="enrich", at=AT)),
    )


def last_month(now: datetime) -> datetime:
    """The first day of the last whole month."""
    return (now.replace(day=1, hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)).replace(day=1)


def last_months(now: datetime) -> list[Enriched]:
    """A German and an English article on the harbour for each of 80 days up to now, and in the last whole month five
    more German ones on the 17th, and seven more English ones on the 9th."""
    month = last_month(now)
    days = [("de", now - timedelta(days=n, minutes=1)) for n in range(80)]
    days += [("en", at) for _, at in days]
    days += [("de", month + timedelta(days=16, hours=n)) for n in range(5)]
    days += [("en", month + timedelta(days=8, hours=n)) for n in range(7)]
    return [_of_the_day(number, language, at) for number, (language, at) in enumerate(days)]


def _of_the_day(number: int, language: str, at: datetime) -> Enriched:
    words = {"de": "Im Hafen von Lissabon wird wieder gearbeitet", "en": "Work has resumed in the harbour of Lissabon"}
    name = {"de": ("Abendblatt", "Morgenpost"), "en": ("Courier", "Herald")}[language][number % 2]
    return enriched(
        f"day-{number}",
        title=f"{words[language]} ({number})",
        body=f"{words[language]}. " * 8,
        language=language,
        source=Source(id=name.lower(), name=name, domain=f"{name.lower()}.example"),
        published_at=at,
    )


def right_to_left() -> list[Enriched]:
    """One in Arabic, one in Hebrew."""
    texts = {"ar": ARABIC, "he": HEBREW}
    return [
        enriched(f"rtl-{code}", title=text, body=f"{text}. " * 5, language=code, published_at=AT)
        for code, text in texts.items()
    ]


def attacking() -> list[Enriched]:
    """An article for each attack, with it wherever an article has room for text."""
    return [_attack(i, text) for i, text in enumerate(ATTACKS)]


def _attack(i: int, text: str) -> Enriched:
    start = len("hostile ")
    mention = Mention(start=start, end=start + len(text), text=text)
    return enriched(
        f"attack-{i}?x='%22%3E%3Cscript%3E",
        title=f"hostile {text}",
        description=f"hostile {text}",
        body=f"hostile {text} hostile.\n\n{text}",
        authors=(text,),
        section=text,
        tags=(text,),
        keyphrases=(text,),
        source=Source(id=text, name=text, domain="evil.example"),
        entities=(Entity(id=f"person:{text}", name=text, type="person", count=2, mentions=(mention,)),),
        topics=(Tag(id=text, name=text, score=0.5),),
        image_url="https://evil.example/x.png",
        published_at=AT - timedelta(days=i),
        trail=(Step(stage=text, at=AT),),
    )
