"""How `newsloom sources` shows things to people: a table of sources, and what became of a list of them."""

from collections.abc import Sequence
from datetime import datetime

from rich.table import Table

from services.commands.output import complaints, console, counted, say
from services.contracts.sources import SourceRecord
from services.runtime.sources.plan import Plan

SHOWN = 10
"""Entries of a kind that are named one by one; --json has all."""
SHOWN_REFUSED = 50
_MEANINGS = {
    "added": "now followed",
    "merged": "followed already; what the list says of them is taken over",
    "unchanged": "followed already, as the list says",
    "duplicates": "named again in the same list",
    "refused": "not followed",
}


def show_sources(sources: Sequence[SourceRecord]) -> None:
    """A table with how polling goes."""
    table = Table("id", "name", "on", "language", "last success", "next poll", "news", "error", "lists", box=None)
    for s in sources:
        times = (when(s.state.last_success), when(s.state.next_poll))
        error = f"{s.state.failures}x {s.state.last_error}" if s.state.last_error else s.state.notice or ""
        row = (s.id, s.name, "yes" if s.enabled else "no", s.language or "", *times, str(s.state.found), error[:120])
        table.add_row(*row, " ".join(s.lists), style="red" if s.state.failures else None)
    console.print(table)
    console.print(counted(len(sources), "source"))


def show_plan(made: Plan, title: str | None) -> None:
    """What was written, the refusals with their reasons (on standard error), and the counts at the end."""
    for change, sources in (("added", made.added), ("merged", made.merged)):
        for source in list(sources.values())[:SHOWN]:
            say(f"{change} {source.id}  {source.name[:60]}  {' '.join(source.lists)}")
        _and_more(len(sources), change)
    for where, first in made.duplicates[:SHOWN]:
        say(f"duplicate {where}, the same as {first}")
    _and_more(len(made.duplicates), "duplicates")
    for where, why in made.refused[:SHOWN_REFUSED]:
        say(f"refused {where}: {why}", complaints)
    if len(made.refused) > SHOWN_REFUSED:
        complaints.print(f"refused and {len(made.refused) - SHOWN_REFUSED:,} more; --json names them all")
    counts = made.counts()
    if title is None:
        console.print(", ".join(f"{count} {what}" for what, count in counts.items()))
        return
    say(f"{title}:")
    for what, count in counts.items():
        console.print(f"{count:8,} {what:11} {_MEANINGS[what] if count else ''}".rstrip(), markup=False)


def when(time: datetime | None) -> str:
    """To the minute, UTC."""
    return time.strftime("%Y-%m-%d %H:%M") if time else ""


def _and_more(count: int, what: str) -> None:
    if count > SHOWN:
        console.print(f"{what} and {count - SHOWN:,} more; --json names them all")
