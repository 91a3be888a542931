"""Pages of what is found by other ways than a search: an entity, stories, what rises."""

from datetime import UTC, datetime

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from services.search.discover import entity, story, told, trending
from services.search.pages import bars, links
from services.search.pages.network import HEIGHT, WIDTH, network
from services.search.pages.render import message, render
from services.search.params import FilterParams
from services.search.routers.trending import TrendingParams
from services.search.state import Newsloom

ARTICLES, BESIDE = 10, 20
WINDOWS = {"24h": "day", "7d": "week", "30d": "month"}
LEAST, MOST = 3, 50
STORIES, TOLD, FIRST = 30, 2, 200
router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/entities/{identity:path}")
async def one(identity: str, state: Newsloom) -> HTMLResponse:
    """An entity: when it was written of, what it appears with, its newest articles."""
    known = len(identity) <= links.LONGEST_ENTITY
    found = await entity(state.provider, identity, ARTICLES, BESIDE, datetime.now(UTC)) if identity and known else None
    if found is None:
        return message(404, "No such entity", "No article here names it. Search for its name above.")
    pairs = [("entity", identity)]
    return render(
        "entity.html",
        entity=found,
        chart=bars.chart(found["timeline"], pairs),
        network=network(found),
        size=(WIDTH, HEIGHT),
        all=links.page([*pairs, ("sort", "newest")]),
    )


@router.get("/stories")
async def stories(state: Newsloom, window: str = "7d") -> HTMLResponse:
    """The largest stories of the last day, week or month."""
    if window not in WINDOWS:
        return message(422, "No such window", f"Windows are {', '.join(WINDOWS)}.")
    params = FilterParams.model_validate({"from": window})
    found = await told(state.provider, params, STORIES, TOLD, "size", datetime.now(UTC))
    return render("stories.html", stories=found, window=window, windows=WINDOWS)


@router.get("/stories/{identity}")
async def one_story(identity: str, state: Newsloom) -> HTMLResponse:
    """A story: how it spread over sources and time."""
    known = len(identity) <= links.LONGEST_ENTITY
    found = await story(state.provider, identity, FIRST, datetime.now(UTC)) if known else None
    if found is None:
        return message(404, "No such story", "No article here tells it. It may have been taken down.")
    pairs = [("story", found["id"])]
    chart = bars.chart(found["timeline"], pairs)
    return render("story.html", story=found, chart=chart, all=links.page([*pairs, ("sort", "oldest")]))


@router.get("/trending")
async def rising(state: Newsloom, window: str = "7d") -> HTMLResponse:
    """What rises in the last day, week or month."""
    if window not in WINDOWS:
        return message(422, "No such window", f"Windows are {', '.join(WINDOWS)}.")
    spans = TrendingParams(window=window).spans(datetime.now(UTC))
    found = await trending(state.provider, spans, {}, LEAST)
    shown = [{**one, "since": spans.start.date().isoformat()} for one in found["trending"][:MOST]]
    return render("trending.html", found=found, rows=shown, window=window, windows=WINDOWS, least=LEAST)
