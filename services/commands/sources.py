"""`newsloom sources`: which sites are followed, and how polling them goes."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from services.commands.output import JsonOption, complaints, console, counted, print_json, say
from services.commands.sources_preview import previews, show_preview
from services.commands.sources_read import found_at, read_yaml
from services.commands.sources_show import show_plan, show_sources
from services.runtime.elastic import sync_client
from services.runtime.errors import UsageError
from services.runtime.settings import Settings, load_settings
from services.runtime.sources.index import SourceIndex
from services.runtime.sources.opml import read_opml, write_opml
from services.runtime.sources.plan import Wanted, plan

UrlArgument = Annotated[str, typer.Argument(help="a feed, a sitemap, or a page that names its feeds", metavar="URL")]
SEEDS = Path("seeds/sources.yaml")
MAX_LIST_BYTES = 64 * 1024 * 1024


def register(app: typer.Typer) -> None:
    """Add the commands."""
    sources = typer.Typer(
        help="The sites that are followed: add, list, remove, load, test, import, export.", no_args_is_help=True
    )
    sources.command("add")(add)
    sources.command("list")(list_)
    sources.command("remove")(remove)
    sources.command("load")(load)
    sources.command("test")(preview)
    sources.command("import")(import_)
    sources.command("export")(export)
    app.add_typer(sources, name="sources")


def add(
    url: UrlArgument,
    name: Annotated[str | None, typer.Option(help="what to call it; default: the feed's own title")] = None,
    interval: Annotated[float | None, typer.Option(help="seconds between two polls", min=1)] = None,
    delay: Annotated[float | None, typer.Option(help="least seconds between two requests to the site", min=0)] = None,
    full_text: Annotated[
        bool | None, typer.Option("--full-text/--no-full-text", help="its feeds carry whole articles: fetch no page")
    ] = None,
    retention_days: Annotated[int | None, typer.Option(help="days to keep its articles, 0 for ever", min=0)] = None,
    language: Annotated[str | None, typer.Option(help="ISO 639-1 code, where the pages do not say")] = None,
    country: Annotated[str | None, typer.Option(help="ISO 3166-1 alpha-2 code")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="repeatable")] = None,
    as_json: JsonOption = False,
) -> None:
    """Follow a site. What is at URL is read first, so that a wrong address shows at once."""
    settings = load_settings()
    found = asyncio.run(found_at(url, settings, delay))
    first = found[0]
    said = {"name": name, "interval_s": interval, "delay_s": delay, "language": language, "country": country}
    said |= {"full_text": full_text, "retention_days": retention_days}
    learnt = {"name": first.feed.title, "home": first.home, "language": first.feed.language}
    wanted = Wanted(
        url,
        feeds=tuple(f.url for f in found if not f.is_sitemap),
        sitemaps=tuple(f.url for f in found if f.is_sitemap),
        tags=tuple(tag or ()),
        given=learnt | {k: v for k, v in said.items() if v is not None},
    )
    _apply(settings, [wanted], as_json)


def list_(as_json: JsonOption = False) -> None:
    """List the sources with their health."""
    with sync_client(settings := load_settings()) as es:
        found = SourceIndex(es, settings).all(whole=False)
    if as_json:
        print_json(
            [{**s.config(), "state": s.state.model_dump(mode="json", exclude={"recent", "validators"})} for s in found]
        )
        return
    show_sources(found)


def remove(
    identities: Annotated[list[str], typer.Argument(help="as `newsloom sources list` shows it", metavar="ID…")],
) -> None:
    """Follow sources no more. Their articles stay; `newsloom forget --source ID` takes these out too.

    Exit code 1 when there was none of some id.
    """
    with sync_client(settings := load_settings()) as es:
        index = SourceIndex(es, settings)
        missing = [identity for identity in identities if not index.remove(identity)]
    console.print(f"{counted(len(identities) - len(missing), 'source')} removed")
    for identity in missing:
        say(f"there is no source {identity}; `newsloom sources list` shows them", complaints)
    if missing:
        raise typer.Exit(1)


def load(
    file: Annotated[Path, typer.Argument(help="YAML: a list of name, feed, home, language, country, tags")] = SEEDS,
    as_json: JsonOption = False,
) -> None:
    """Follow every source of a YAML file. What is there already is brought up to date."""
    wanted = read_yaml(_bytes(file), str(file))
    _apply(load_settings(), wanted, as_json, f"{len(wanted):,} sources in {file}")


def preview(url: UrlArgument, as_json: JsonOption = False) -> None:
    """Read what is at URL, as fetch would, and show what it brings; nothing is stored or published.

    Exit code 1 when there is no feed and no sitemap, with the reason.
    """
    found = asyncio.run(previews(url, load_settings()))
    if as_json:
        print_json([one.as_json() for one in found])
        return
    for one in found:
        show_preview(one)


def import_(
    file: Annotated[Path, typer.Argument(help="an OPML file, as feed readers export it", metavar="FILE.opml")],
    as_json: JsonOption = False,
) -> None:
    """Follow every feed of an OPML file; folders and categories become tags.

    A file that is no well-formed XML gives what can be read of it. Exit code 1 when entries were refused; the others
    are followed.
    """
    wanted = read_opml(_bytes(file))
    _apply(load_settings(), wanted, as_json, f"{len(wanted):,} feeds in {file}")


def export(
    file: Annotated[Path, typer.Argument(help="where to; - for standard output", metavar="FILE.opml")] = Path("-"),
) -> None:
    """Write all feeds as OPML."""
    with sync_client(settings := load_settings()) as es:
        found = SourceIndex(es, settings).all(whole=False)
    data = write_opml(found, datetime.now(UTC))
    if str(file) == "-":
        typer.echo(data, nl=False)
        return
    try:
        file.write_bytes(data)
    except OSError as error:
        raise UsageError(f"{file} can not be written: {error.strerror}") from None
    console.print(f"{sum(len(s.feeds) for s in found)} feeds written to {file}")


def _apply(settings: Settings, wanted: list[Wanted], as_json: bool, title: str | None = None) -> None:
    """Store what is wanted and tell what became of it; exit code 1 when something was refused."""
    with sync_client(settings) as es:
        index = SourceIndex(es, settings)
        made = plan(index.all(whole=False), wanted, datetime.now(UTC))
        index.apply(made)
    if as_json:
        print_json(made.summary())
    else:
        show_plan(made, title)
    if made.refused:
        raise typer.Exit(1)


def _bytes(file: Path) -> bytes:
    try:
        if file.stat().st_size > MAX_LIST_BYTES:
            raise UsageError(f"{file} has more than {MAX_LIST_BYTES:,} bytes; no list of sources is so large")
        return file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} can not be read: {error.strerror}") from None
