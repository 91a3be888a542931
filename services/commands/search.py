"""`newsloom search`: a search through the gateway, for the terminal."""

import html
import re
from typing import Annotated, Any

import typer
from rich.text import Text

from services.commands.output import console, counted, print_json
from services.runtime.gateway import ask
from services.runtime.settings import load_settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("search")(search)


def search(
    query: Annotated[str, typer.Argument(help='words, "phrases", +must, -not, OR, field:value')] = "",
    language: Annotated[list[str] | None, typer.Option(help="ISO 639-1 code; repeat for several")] = None,
    source: Annotated[list[str] | None, typer.Option(help="source id; repeat for several")] = None,
    entity: Annotated[list[str] | None, typer.Option(help="entity id or name; repeat for several")] = None,
    since: Annotated[str | None, typer.Option("--from", help="earliest time of publication")] = None,
    until: Annotated[str | None, typer.Option("--to", help="latest time of publication")] = None,
    sort: Annotated[str, typer.Option(help="relevance, newest or oldest")] = "relevance",
    mode: Annotated[str, typer.Option(help="keyword, or hybrid where the gateway has a model for it")] = "keyword",
    number: Annotated[int, typer.Option("-n", help="how many hits", min=1, max=100)] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="print the gateway's answer as JSON")] = False,
) -> None:
    """Search the archive. Exit code 1 when nothing was found."""
    given = {"q": query, "language": language, "source": source, "entity": entity, "from": since, "to": until}
    params: dict[str, Any] = {name: value for name, value in given.items() if value}
    extra = {"sort": sort, "mode": mode, "page_size": number, "highlight": "true", "facets": "entity,source,language"}
    answer = ask(load_settings(), "GET", "/v1/search", params={**params, **extra})
    if as_json:
        print_json(answer)
    else:
        show(answer)
    raise typer.Exit(0 if answer["articles"] else 1)


def show(answer: dict[str, Any], most: int = 100) -> None:
    """Print hits with their highlights, then the facets."""
    total = answer["total"]
    about = "" if total["exact"] else "more than "
    console.print(f"[bold]{about}{counted(total['value'], 'article')}[/] in {answer['took_ms']} ms")
    for article in answer["articles"][:most]:
        when = (article.get("published_at") or article["fetched_at"])[:10]
        console.print()
        console.print(marked(_first(article, "title") or html.escape(article["title"])), style="bold")
        about = f"  {when}  {article['language']}  {article['source']['name']}  {article['url']}"
        console.print(about, markup=False, soft_wrap=True)
        if snippet := _first(article, "body") or _first(article, "description"):
            console.print(Text("  ").append_text(marked(snippet)))
        names = ", ".join(f"{e['name']} ({e['type']})" for e in article.get("entities", [])[:8])
        if names:
            console.print(f"  {names}", style="dim", markup=False)
    facets = {name: values for name, values in answer.get("facets", {}).items() if values}
    if facets:
        console.print()
    for name, values in facets.items():
        counts = ", ".join(f"{v.get('label') or v['value']} {v['count']}" for v in values[:8])
        console.print(f"[bold]{name}[/] ", Text(counts), sep="")


def marked(snippet: str) -> Text:
    """HTML with <mark> (all else escaped, as the gateway gives it) as styled text."""
    text = Text()
    for part in re.split(r"(<mark>.*?</mark>)", snippet, flags=re.S):
        bare = html.unescape(re.sub(r"</?mark>", "", part))
        text.append(
            " ".join(bare.split()) if part.startswith("<mark>") else re.sub(r"\s+", " ", bare),
            style="bold yellow" if part.startswith("<mark>") else "",
        )
    return text


def _first(article: dict[str, Any], field: str) -> str | None:
    found = article.get("highlights", {}).get(field)
    return (found[0] if isinstance(found, list) else found) if found else None
