"""Sports results: a town that stands there is its team, and who scored, batted or won is a person.

    Leeds 1 (Sharpe 58) Wimbledon 0 · Miami 14 4 .778 - · BOSTON AT TORONTO
    Saeed Anwar c Croft b Cork 176 · Lewis 23-3-112-0 · Jiri Novak (Czech Republic) beat Byron Black (Zimbabwe) 7-5

A country stays a place: its team has no other name.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from services.contracts.messages import EntityType
from services.enrich.geography import countries
from services.enrich.ordered import Ordered
from services.enrich.slugs import entity_id
from services.enrich.spans import Span, trim

Told = tuple[int, int, EntityType]

_CAPITAL = r"[^\W\d_a-zß-öø-ÿ][\w.'’&-]*"
_WORDS = rf"(?<![\w.'’&-]){_CAPITAL}(?: (?:(?:de|la|van|der|el|al) ){{0,2}}{_CAPITAL})"
_NAME, _FULL = rf"{_WORDS}{{0,3}}", rf"{_WORDS}{{1,3}}"
_COUNTRY = rf" ?\( ?{_NAME} ?\)"
_GOALS = r" \d{1,3}(?: ?\((?P<scorers%s>[^()\n]*)\))?"
_MATCHES = (
    re.compile(rf"^(?P<team1>{_NAME}){_GOALS % 1},? (?P<team2>{_NAME}){_GOALS % 2}(?![\w-])", re.MULTILINE),
    re.compile(rf"^(?P<team1>{_NAME}) AT (?P<team2>{_NAME})$", re.MULTILINE),
)
_STANDING = re.compile(rf"^(?:\d+\.? )?(?P<team>{_NAME})(?! \d{{4}} ?-)(?: (?:[\d.]+|-|\d+/\d+)){{3,}}$", re.MULTILINE)
_SCORER = re.compile(rf"(?:(?<=\()|[,;])\s*({_NAME}) \d")
_OUT = rf"(?:c (?P<player2>{_NAME}) b|st (?P<player3>{_NAME}) b|lbw b|b) (?P<player4>{_NAME}) \d"
_PLAYERS = (
    re.compile(rf"^(?P<player1>{_NAME}) {_OUT}", re.MULTILINE),
    re.compile(rf"(?P<player>{_NAME}) \d+(?:\.\d)?-\d+-\d+-\d+"),
    re.compile(rf"(?P<player1>{_FULL}){_COUNTRY} beat (?:\d+ ?- ?)?(?P<player2>{_FULL}){_COUNTRY} \d"),
    re.compile(rf"^\d+\.? (?P<player>{_FULL}){_COUNTRY} ", re.MULTILINE),
)
_HOME_NATIONS = ("England", "Scotland", "Wales", "Northern Ireland")


def with_results(text: str, spans: Sequence[Span]) -> list[Span]:
    """`spans` with the teams and players of the lines of results in `text`."""
    known, new, gone = Ordered(spans), list[Span](), set[Span]()
    reached = 0
    for start, end, type_ in sorted((*_teams(text, known), *_players(text))):
        inside = known.over(start, end)
        edges = trim(text, start, end)
        if edges and start >= reached and not any(s.known in _countries() for s in inside):
            new.append(Span(*edges, type_, told=True))
            gone.update(inside)
            reached = end
    return sorted([*(s for s in spans if s not in gone), *new], key=lambda s: s.start)


def _teams(text: str, known: Ordered) -> Iterator[Told]:
    matches = [line for kind in _MATCHES for line in kind.finditer(text)]
    standings = list(_STANDING.finditer(text))
    # Else they may be anything: "Article 1 Section 8", "Revenue 14 15 17".
    matches = matches if len(matches) > 1 or _named(matches, known) else []
    standings = standings if matches or 2 * _named(standings, known) >= len(standings) else []
    for line in matches + standings:
        yield from _groups(line, "team", "organisation")
        for start, end, _ in _groups(line, "scorers", "person"):
            yield from ((*who.span(1), "person") for who in _SCORER.finditer(text, start, end))


def _named(lines: Sequence[re.Match[str]], known: Ordered) -> int:
    """How many of `lines` name a place or organisation that is no country."""
    spans = (known.over(*line.span()) for line in lines)
    return sum(any(s.type in ("place", "organisation") and s.known not in _countries() for s in own) for own in spans)


def _players(text: str) -> Iterator[Told]:
    for kind in _PLAYERS:
        for line in kind.finditer(text):
            yield from _groups(line, "player", "person")


def _groups(match: re.Match[str], prefix: str, type_: EntityType) -> Iterator[Told]:
    """The groups of that name and a number, where they matched."""
    for name in match.re.groupindex:
        if name.startswith(prefix) and match[name]:
            yield *match.span(name), type_


@cache
def _countries() -> frozenset[str]:
    return frozenset(entity_id("place", name) for name in (*countries(), *_HOME_NATIONS))
