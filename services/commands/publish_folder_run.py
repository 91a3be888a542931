"""Runs the publishing of a folder and tells how it goes: refusals at once, progress on the way, counts at the end."""

import asyncio
import signal
from contextlib import closing
from pathlib import Path
from typing import Any

from services.commands.output import complaints, console, print_json, say
from services.commands.patience import PATIENCE_S, patient
from services.commands.publish_folder import Folder, FolderTally
from services.commands.publish_page import Told
from services.commands.publish_state import Published
from services.commands.steps import Steps
from services.contracts.messages import Message
from services.contracts.topics import Topic
from services.runtime.publisher import Publisher
from services.runtime.settings import Settings

SHOWN = 50
"""Refusals that are told of one by one."""


def publish_folder(
    settings: Settings, folder: Path, told: Told, *, watch: bool, again: bool, as_json: bool
) -> FolderTally:
    """Publish what is in `folder` and print what became of it."""
    folder = folder.resolve()
    with closing(Published(settings, folder, told)) as published:
        if again:
            published.forget()
        tally = asyncio.run(_run(settings, folder, told, published, watch))
    if as_json:
        print_json(summary(folder, tally))
    else:
        _show(tally)
    return tally


async def _run(settings: Settings, folder: Path, told: Told, published: Published, watch: bool) -> FolderTally:
    with Steps() as steps:
        async with Publisher(settings) as publisher:
            # Who watches waits for Kafka as long as it takes.
            send_to = patient(
                publisher, "run it again once it does: it goes on where it was", None if watch else PATIENCE_S
            )

            async def send(topic: Topic, message: Message) -> None:
                await send_to(topic, message, None)

            told_of = 0

            def report() -> None:
                nonlocal told_of
                for where, why in work.tally.refusals[told_of:SHOWN]:
                    say(f"{where}: refused: {why}", complaints)
                told_of = len(work.tally.refusals)
                sent = work.tally.sent.total()
                steps.report(f"publishing {folder}", work.tally.looked_at, work.total, f"{sent:,} messages")

            work = Folder(folder, told, published, send, report)
            if watch:
                await work.watch(_told_to_stop())
            else:
                await work.once()
    return work.tally


def _told_to_stop() -> asyncio.Event:
    """Set by the first Ctrl-C or SIGTERM; a second one ends the process at once, as ever."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    signs = (signal.SIGINT, signal.SIGTERM)

    def told() -> None:
        stop.set()
        for sign in signs:
            loop.remove_signal_handler(sign)

    for sign in signs:
        loop.add_signal_handler(sign, told)
    complaints.print("watching; Ctrl-C ends it")
    return stop


def summary(folder: Path, tally: FolderTally) -> dict[str, Any]:
    """For scripts."""
    return {
        "folder": str(folder),
        "files": {"published": tally.files, "unchanged": tally.unchanged},
        "messages": dict(tally.sent),
        "passed_over": dict(tally.passed.most_common()),
        "refused": tally.refused,
        "refusals": [{"entry": where, "reason": why} for where, why in tally.refusals],
    }


def _show(tally: FolderTally) -> None:
    if tally.refused > SHOWN:
        complaints.print(f"… and {tally.refused - SHOWN:,} more refused; --json names {len(tally.refusals):,} of them")
    by_kind = ", ".join(f"{count:,} {kind}" for kind, count in tally.sent.items())
    of_kinds = f" ({by_kind})" if by_kind else ""
    console.print(f"{tally.sent.total():,} messages published{of_kinds} of {tally.files:,} files", markup=False)
    console.print(f"files published before: {tally.unchanged:,}; refused: {tally.refused:,}")
    for reason, count in tally.passed.most_common(20):
        console.print(f"{count:,} passed over: {reason}", markup=False)
