"""`newsloom dead`: look at messages that could not be processed, and send them again once the cause is mended."""

import asyncio
from typing import Annotated

import typer
from rich.table import Table

from services.commands.output import complaints, console, print_json
from services.contracts.topics import DEAD, topic_named
from services.runtime.dead import replay_headers
from services.runtime.errors import UsageError
from services.runtime.letters import Letter, dead_topic, letters
from services.runtime.publisher import Publisher
from services.runtime.settings import Settings, load_settings

TopicOption = Annotated[str | None, typer.Option(help="only this topic, such as news.pages.v1")]
ReasonOption = Annotated[str | None, typer.Option(help="only this reason, such as time_limit")]
UrlOption = Annotated[str | None, typer.Option(help="only messages whose URL contains this")]
JsonOption = Annotated[bool, typer.Option("--json", help="print JSON")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    dead = typer.Typer(help="Messages that could not be processed: list, show, replay.", no_args_is_help=True)
    dead.command("list")(list_)
    dead.command("show")(show)
    dead.command("replay")(replay)
    app.add_typer(dead, name="dead")


def list_(
    topic: TopicOption = None, reason: ReasonOption = None, url: UrlOption = None, as_json: JsonOption = False
) -> None:
    """List dead messages with stage, reason and error."""
    found = [letter.summary() for letter in _select(load_settings(), topic, reason, url)]
    if as_json:
        print_json(found)
        return
    table = Table("message", "last at", "stage", "reason", "error", "url", box=None)
    for item in found:
        cells = (item.get(k) or "" for k in ("ref", "last-at", "stage", "reason", "error", "url"))
        table.add_row(*(str(cell)[:100] for cell in cells))
    console.print(table)
    console.print(f"{len(found)} dead messages")


def show(ref: Annotated[str, typer.Argument(help="as `newsloom dead list` names it: news.pages.v1.dead:12")]) -> None:
    """Show one dead message with its whole story."""
    letter = _one(load_settings(), ref)
    text = letter.value[:100_000].decode("utf-8", "backslashreplace")
    print_json({**letter.summary(), "message": text, "truncated": len(letter.value) > 100_000})


def replay(
    refs: Annotated[list[str] | None, typer.Argument(help="messages to send again; none: see --all")] = None,
    everything: Annotated[bool, typer.Option("--all", help="every message that the filters let through")] = False,
    topic: TopicOption = None,
    reason: ReasonOption = None,
    url: UrlOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say what would be sent")] = False,
) -> None:
    """Send dead messages to their topic again, as they were. Doing it twice changes nothing more than once."""
    if bool(refs) == everything:
        raise UsageError("name the messages to replay, or give --all (with --topic, --reason, --url to choose)")
    settings = load_settings()
    chosen = [_one(settings, ref) for ref in refs] if refs else _select(settings, topic, reason, url)
    sent = len(chosen) if dry_run else asyncio.run(_send(settings, chosen))
    console.print(f"{sent} messages {'would be ' if dry_run else ''}sent again")


def _select(settings: Settings, topic: str | None, reason: str | None, url: str | None) -> list[Letter]:
    found = letters(settings, (dead_topic(topic),) if topic else DEAD)
    kept = []
    for letter in found:
        summary = letter.summary()
        if reason in (None, summary.get("reason")) and (url is None or url in str(summary["url"] or "")):
            kept.append(letter)
    return kept


def _one(settings: Settings, ref: str) -> Letter:
    name, _, offset = ref.rpartition(":")
    for letter in letters(settings, (dead_topic(name),)):
        if str(letter.offset) == offset:
            return letter
    complaints.print(f"no dead message {ref}; see 'newsloom dead list'", markup=False)
    raise typer.Exit(1)


async def _send(settings: Settings, chosen: list[Letter]) -> int:
    async with Publisher(settings) as publisher:
        for letter in chosen:
            topic = topic_named(letter.topic.name.removesuffix(".dead"))
            headers = replay_headers(letter.headers)
            await publisher.send_raw(topic, letter.key, letter.value, headers, letter.timestamp_ms)
    return len(chosen)
