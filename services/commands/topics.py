"""`newsloom topics`: the map of the topics, and whether Kafka agrees with it."""

from typing import Annotated, Any

import typer
from kafka import KafkaAdminClient
from rich.table import Table

from services.commands.output import JsonOption, console, print_json
from services.commands.topics_train import train
from services.contracts.topics import TOPICS, Topic
from services.contracts.topics_page import kept, size
from services.runtime.admin import connect, differences, ensure_topics
from services.runtime.settings import Settings, load_settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    group = typer.Typer(
        help="Print the map of the topics; `train` makes subjects of articles out of rules and examples."
    )
    group.callback(invoke_without_command=True)(topics)
    group.command("train")(train)
    app.add_typer(group, name="topics")


def topics(
    context: typer.Context,
    check: Annotated[bool, typer.Option("--check", help="compare Kafka with the map; exit 1 when it differs")] = False,
    create: Annotated[bool, typer.Option("--create", help="create the topics that Kafka lacks")] = False,
    as_json: JsonOption = False,
) -> None:
    """Print the map of the topics: what is on them, who writes and who reads, how long and how large."""
    if context.invoked_subcommand:
        return
    settings = load_settings()
    if not (check or create):
        if as_json:
            print_json([described(topic, settings) for topic in TOPICS])
        else:
            console.print(_table(settings))
        return
    admin = connect(settings)
    try:
        created = ensure_topics(admin, settings) if create else []
        wrong = problems(admin, settings)
    finally:
        admin.close()
    if as_json:
        print_json({"created": created, "problems": wrong})
    else:
        _report(created, wrong)
    raise typer.Exit(1 if wrong else 0)


def described(topic: Topic, settings: Settings) -> dict[str, Any]:
    """A topic as JSON; its name with the namespace."""
    return {
        "name": settings.name(topic.name),
        "title": topic.title,
        "key": "article id",
        "model": topic.model.__name__ if topic.model else None,
        "writers": topic.writers,
        "readers": topic.readers,
        "partitions": topic.partitions,
        "retention_ms": topic.retention_ms,
        "max_bytes": topic.max_bytes,
    }


def problems(admin: KafkaAdminClient, settings: Settings) -> list[dict[str, str]]:
    """What Kafka lacks or has otherwise than the map says."""
    there = set(admin.list_topics())
    names = [settings.name(topic.name) for topic in TOPICS]
    missing = [
        {"topic": name, "problem": "missing; 'newsloom topics --create' creates it"}
        for name in names
        if name not in there
    ]
    return missing + [
        {"topic": d.topic, "problem": f"{d.setting} is {d.found}, the map says {d.expected}"}
        for d in differences(admin, settings)
    ]


def _table(settings: Settings) -> Table:
    table = Table(
        box=None, pad_edge=False, caption="The key of each message is the article's id.", caption_justify="left"
    )
    table.add_column("topic", no_wrap=True)
    table.add_column("what (model)")
    table.add_column("written by → read by")
    for name in ("parts", "kept", "largest"):
        table.add_column(name, no_wrap=True)
    for topic in TOPICS:
        what = f"{topic.title} ({topic.model.__name__})" if topic.model else topic.title
        who = f"{', '.join(topic.writers)} → {', '.join(topic.readers)}"
        table.add_row(settings.name(topic.name), what, who, str(topic.partitions), kept(topic), size(topic.max_bytes))
    return table


def _report(created: list[str], wrong: list[dict[str, str]]) -> None:
    for name in created:
        console.print(f"created {name}", markup=False, soft_wrap=True)
    for one in wrong:
        console.print(f"{one['topic']}: {one['problem']}", markup=False, soft_wrap=True)
    if not wrong:
        console.print(f"all {len(TOPICS)} topics are as the map says")
