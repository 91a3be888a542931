"""`newsloom dead`: look at messages that could not be processed, send them again when that may help, or drop them."""

import asyncio
import re
import sys
from collections.abc import Awaitable, Callable, Iterator
from typing import Annotated, Any

import typer
from rich.table import Table

from services.commands import dead_work
from services.commands.dead_choice import Choice, time_option
from services.commands.dead_work import Marked, Sender, Tally
from services.commands.output import JsonOption, complaints, console, print_json
from services.commands.steps import Steps
from services.contracts.topics import Topic
from services.runtime.errors import UsageError
from services.runtime.letters import Letter, dead_topic, free, letter_at, letters, states
from services.runtime.markers import Marker, States
from services.runtime.publisher import Publisher
from services.runtime.settings import Settings, load_settings

SHOWN_BYTES = 100_000
EXAMPLES = 10
Refs = Annotated[list[str] | None, typer.Argument(help="as `newsloom dead list` names them: news.pages.v1.dead:12")]
Every = Annotated[bool, typer.Option("--all", help="every message that the options let through")]
TopicOption = Annotated[str | None, typer.Option(help="only this topic, such as news.pages.v1")]
StageOption = Annotated[str | None, typer.Option(help="only what died in this stage, such as clean")]
ReasonOption = Annotated[str | None, typer.Option(help="only this reason, such as time_limit")]
UrlOption = Annotated[str | None, typer.Option(help="only messages whose URL contains this")]
SourceOption = Annotated[str | None, typer.Option(help="only messages of the source with this id")]
SinceOption = Annotated[str | None, typer.Option(help="died at or after this: 2026-11-22, 2026-11, 7d or RFC 3339")]
UntilOption = Annotated[str | None, typer.Option(help="died before the end of this")]
ErrorOption = Annotated[str | None, typer.Option(help="only messages whose error contains this, in any case")]
StatesOption = Annotated[bool, typer.Option("--all-states", help="also what was replayed or dropped already")]
LimitOption = Annotated[int | None, typer.Option(help="at most so many, the oldest of each topic first", min=1)]
RateOption = Annotated[float | None, typer.Option(help="most messages a second", min=0.01)]
DryOption = Annotated[bool, typer.Option("--dry-run", help="only say what would be done")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    dead = typer.Typer(help="Messages that could not be processed: list, show, replay, drop.", no_args_is_help=True)
    for name, command in (("list", list_), ("show", show), ("replay", replay), ("drop", drop)):
        dead.command(name)(command)
    app.add_typer(dead, name="dead")


def list_(
    topic: TopicOption = None, stage: StageOption = None, reason: ReasonOption = None, url: UrlOption = None,
    source: SourceOption = None, since: SinceOption = None, until: UntilOption = None, error: ErrorOption = None,
    all_states: StatesOption = False, limit: LimitOption = None, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """List dead messages with stage, reason and error; what was replayed or dropped is left out."""
    settings = load_settings()
    choice = _choice(topic, stage, reason, url, source, since, until, error, all_states, limit)
    known = states(settings, choice.topics)
    chosen = choice.of(letters(settings, choice.topics), known)
    found = [{**letter.summary(), "state": str(known[letter.topic].of(letter.offset))} for letter in chosen]
    if as_json:
        print_json(found)
        return
    table = Table("message", "last at", "stage", "reason", "error", "url", box=None)
    for item in found:
        cells = (item.get(k) or "" for k in ("ref", "last-at", "stage", "reason", "error", "url"))
        table.add_row(*(str(cell)[:100] for cell in cells))
    console.print(table)
    console.print(f"{len(found)} dead messages")
    if not all_states and (handled := sum(state.handled for state in known.values())):
        console.print(f"{handled} more were replayed or dropped; --all-states lists them too")


def show(ref: Annotated[str, typer.Argument(help="as `newsloom dead list` names it: news.pages.v1.dead:12")]) -> None:
    """Show one dead message with its whole story."""
    letter = _one(load_settings(), ref)
    text = letter.value[:SHOWN_BYTES].decode("utf-8", "backslashreplace")
    print_json({**letter.summary(), "message": text, "truncated": len(letter.value) > SHOWN_BYTES})


def replay(
    refs: Refs = None, everything: Every = False,
    topic: TopicOption = None, stage: StageOption = None, reason: ReasonOption = None, url: UrlOption = None,
    source: SourceOption = None, since: SinceOption = None, until: UntilOption = None, error: ErrorOption = None,
    all_states: StatesOption = False, limit: LimitOption = None, rate: RateOption = None, dry_run: DryOption = False,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Send dead messages to their topic again, as they were. Broken off, it goes on when it is run again.

    What was sent again is marked and no more listed; doing it twice (--all-states) changes nothing more than once.
    """
    choice = _choice(topic, stage, reason, url, source, since, until, error, all_states, limit)
    _act(refs, everything, choice, dry_run, as_json, "sent again", lambda chosen, sender, marked: dead_work.replay(
        chosen, sender, rate, marked
    ))  # fmt: skip


def drop(
    refs: Refs = None, everything: Every = False,
    topic: TopicOption = None, stage: StageOption = None, reason: ReasonOption = None, url: UrlOption = None,
    source: SourceOption = None, since: SinceOption = None, until: UntilOption = None, error: ErrorOption = None,
    limit: LimitOption = None, dry_run: DryOption = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="do not ask")] = False, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Give dead messages up: they are no more listed nor replayed, and the page's journey still says that it died.

    When all up to some message of a topic was replayed or dropped, Kafka deletes that part.
    """
    if not (yes or dry_run):
        _confirm(refs)
    choice = _choice(topic, stage, reason, url, source, since, until, error, False, limit)
    _act(refs, everything, choice, dry_run, as_json, "dropped", dead_work.drop, tidy=True)


Work = Callable[[Iterator[Letter], Sender, Marked], Awaitable[Tally]]


def _act(
    refs: list[str] | None, everything: bool, choice: Choice, dry_run: bool, as_json: bool, done: str, work: Work,
    *, tidy: bool = False,
) -> None:  # fmt: skip
    """Do `work` on what is named or chosen, and say how many messages that were. Exit code 1 if any was refused."""
    if bool(refs) == everything:
        raise UsageError("name the messages, or give --all (with --topic, --reason, --url and so on to choose)")
    settings = load_settings()
    known = {} if refs else states(settings, choice.topics)
    chosen = iter([_one(settings, ref) for ref in refs]) if refs else choice.of(letters(settings, choice.topics), known)
    if dry_run:
        tally = Tally(done=sum(1 for _ in chosen))
    else:
        tally = asyncio.run(_work(settings, chosen, known, done, work))
        if tidy:
            _tidy(settings, states(settings, tuple(known) or choice.topics))
    if as_json:
        print_json({"messages": tally.done, "dry_run": dry_run, "refused": tally.refused})
    else:
        console.print(f"{tally.done} messages {'would be ' if dry_run else ''}{done}")
    for ref, why in tally.refused.items():
        complaints.print(f"{ref}: refused: {why}", markup=False, soft_wrap=True)
    if tally.refused:
        raise typer.Exit(1)


async def _work(
    settings: Settings, chosen: Iterator[Letter], known: dict[Topic, States], done: str, work: Work
) -> Tally:
    passed = 0
    with Steps() as steps:

        def marked(topic: Topic, marker: Marker) -> None:
            nonlocal passed
            passed += sum(last - first + 1 for first, last in marker.ranges)
            steps.report(done, passed, max(passed, sum(state.open for state in known.values())))

        async with Publisher(settings) as publisher:
            return await work(chosen, publisher, marked)


def _tidy(settings: Settings, known: dict[Topic, States]) -> None:
    """Have Kafka delete what is handled at the beginning of each topic."""
    for topic, state in known.items():
        if state.done_before > state.begin:
            free(settings, topic, state.done_before)


def _confirm(refs: list[str] | None) -> None:
    if not sys.stdin.isatty():
        raise UsageError("dropped messages do not come back; give --yes to do it, --dry-run to look")
    what = ", ".join((refs or ["all that the options let through"])[:EXAMPLES])
    if not typer.confirm(f"Drop {what}? They do not come back", err=True):
        raise typer.Exit(1)


def _choice(
    topic: str | None, stage: str | None, reason: str | None, url: str | None, source: str | None, since: str | None,
    until: str | None, error: str | None, all_states: bool, limit: int | None,
) -> Choice:  # fmt: skip
    times: dict[str, Any] = {
        "since": time_option("--since", end=False)(since),
        "until": time_option("--until", end=True)(until),
    }
    return Choice(topic, stage, reason, url, source, error=error, all_states=all_states, limit=limit, **times)


def _one(settings: Settings, ref: str) -> Letter:
    found = re.fullmatch("(.+):([0-9]{1,18})", ref)
    if not found:
        raise UsageError(
            f"{ref[:80]!r} names no message; `newsloom dead list` names them, such as news.pages.v1.dead:12"
        )
    letter = letter_at(settings, dead_topic(found[1]), int(found[2]))
    if letter is None:
        complaints.print(f"no dead message {ref}; see 'newsloom dead list'", markup=False)
        raise typer.Exit(1)
    return letter
