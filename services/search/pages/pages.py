"""Routes of the web page."""

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from pydantic import ValidationError

from services.contracts.urls import article_id
from services.runtime.errors import Unavailable
from services.search.discover import similar
from services.search.find import timeline
from services.search.hybrid import find_by_mode
from services.search.journeys import UNKNOWN, journey_of
from services.search.pages import bars, discovery, errors, links, marks, periods, saved, sources
from services.search.pages.openapi import endpoints
from services.search.pages.render import HERE, message, render
from services.search.params import SearchParams, TimelineParams
from services.search.qlang import QueryError
from services.search.query import ParameterError
from services.search.query_model import gathered, repeated
from services.search.results import article_of
from services.search.state import Newsloom, State
from services.search.stories import build_counts, build_headlines, counts_of, headlines_of

PAGE_SIZE = 20
SIMILAR = 6
MODES = {"keyword": "words", "hybrid": "words and meaning"}
# One article a story, unless the address says otherwise.
_FOLDED = {"collapse": "story"}
# Whatever the address says: the page shows what it shows, and needs the fields for it.
_ALWAYS = {"facets": ",".join(links.FACETS), "highlight": "true", "page_size": str(PAGE_SIZE), "fields": ""}
_LISTS = repeated(SearchParams)

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


def install(app: FastAPI) -> None:
    """Serve the pages with their styles and scripts."""
    for routes in (router, discovery.router, sources.router, saved.router):
        app.include_router(routes)
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    errors.install(app)


@router.get("/")
async def search(request: Request, state: Newsloom) -> HTMLResponse:
    """Search, facets, timeline, hits."""
    pairs = [(name, value) for name, value in request.query_params.multi_items() if value]
    try:
        params = SearchParams.model_validate(_model({**_unless_single(pairs), **gathered(pairs, _LISTS), **_ALWAYS}))
        now = datetime.now(UTC)
        answer = await find_by_mode(state.provider, state.embedder, params, pairs, now)
        counted = {n: getattr(params, n) for n in TimelineParams.model_fields if n in SearchParams.model_fields}
        counted["q"] = answer.get("did_you_mean", params.q)
        counts = await timeline(state.provider, TimelineParams.model_validate(counted), now)
        told = headlines_of(await state.provider.search(build_headlines(params.story))) if params.story else {}
        await state.keyring.fresh()
    except (QueryError, ParameterError, ValidationError) as error:
        return render("search.html", 422, **_form(pairs, state), error=_words(error), answer=None)
    except Unavailable as error:
        return render("search.html", 503, **_form(pairs, state), error=str(error), answer=None)
    found = _results(pairs, params, answer, counts, told, now)
    return render("search.html", **_form(pairs, state), error=None, answer=answer, keyed=state.access.keyed, **found)


@router.get("/articles/{identity}")
async def article(identity: str, state: Newsloom) -> HTMLResponse:
    """One article, its entities marked."""
    found = await state.provider.article(identity)
    if found is None:
        text = "There is no such article here. It may have been skipped; ask for its journey."
        return message(404, "No such article", text)
    document = article_of(found)
    whole = state.settings.full_text
    shown = document["body"] if whole else marks.beginning(document["body"])
    body = marks.paragraphs(shown, document.get("entities", []))
    journey = await state.provider.journey(identity)
    counts = counts_of(await state.provider.search(build_counts([document["story_id"] or identity])))
    return render(
        "article.html",
        told=sum(counts.values()),
        article=document,
        paragraphs=body,
        whole=whole,
        made={name: found.get(name) for name in ("revision", "models")},
        similar=await similar(state.provider, identity, SIMILAR) or [],
        journey=journey_of(journey) if journey else None,
    )


@router.get("/journey")
async def journey(state: Newsloom, url: str = "") -> HTMLResponse:
    """Where is my article?"""
    if not url.strip():
        return render("journey.html", url="", journey=None, unknown=None)
    found = await state.provider.journey(article_id(url))
    answer = journey_of(found) if found else None
    return render("journey.html", 200 if found else 404, url=url, journey=answer, unknown=None if found else UNKNOWN)


@router.get("/pipeline")
async def pipeline(state: Newsloom) -> HTMLResponse:
    """How the whole is: services, fates, dependencies."""
    answer = render("pipeline.html", whole=await state.pipeline.status())
    answer.headers["Cache-Control"] = "no-store"
    return answer


@router.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    """The API's endpoints and parameters, from its OpenAPI document."""
    return render("docs.html", endpoints=endpoints(request.app.openapi()))


def _unless_single(pairs: links.Pairs) -> dict[str, str]:
    """Whether each story is shown once: where that can be, and nobody asks for the articles of one."""
    single = ("mode", "hybrid") in pairs or {"story", "cursor"} & {name for name, _ in pairs}
    return {} if single else _FOLDED


def _model(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in ("", [])}


def _words(error: Exception) -> str:
    if isinstance(error, QueryError):
        return f"The search could not be understood: {error.message} (at character {error.position + 1})."
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, e['loc'])) or 'search'}: {e['msg']}" for e in error.errors())
    return str(error)


def _form(pairs: links.Pairs, state: State) -> dict[str, Any]:
    given = dict(pairs)
    kept = [(n, v) for n, v in pairs if n not in ("q", "sort", "mode", "page", "from", "to")]
    return {
        "q": given.get("q", ""),
        "sort": given.get("sort", "relevance"),
        "modes": MODES if state.embedder.on else {},
        "mode": given.get("mode", "keyword"),
        "since": given.get("from", ""),
        "until": given.get("to", ""),
        "kept": kept,
    }


def _results(
    pairs: links.Pairs,
    params: SearchParams,
    answer: dict[str, Any],
    counts: dict[str, Any],
    told: dict[str, str],
    now: datetime,
) -> dict[str, Any]:
    values = answer["facets"].values()
    labels = told | {v["value"]: v["label"] for facet in values for v in facet if v.get("label")}
    return {
        "chips": links.chips(pairs, labels),
        "facets": {n: found for n, v in answer["facets"].items() if (found := links.choices(pairs, n, v))},
        "chart": bars.chart(counts, pairs),
        "periods": periods.periods(pairs, now),
        "page": params.page,
        "folding": _folding(pairs, answer),
        "why": _why(pairs, params),
        "respelled": links.page([*links.without(pairs, "q"), ("q", answer.get("did_you_mean", ""))]),
        "export": links.export([*links.without(pairs, "q"), ("q", answer.get("did_you_mean", params.q))]),
        "saving": [(name, value) for name, value in pairs if name in saved.NAMES],
        "next": _turn(answer["next"]),
        "prev": _turn(answer["prev"]),
        "entity_link": lambda value: links.page([*links.without(pairs, "entity"), ("entity", value)]),
    }


def _folding(pairs: links.Pairs, answer: dict[str, Any]) -> str | None:
    """Address of the same with every article, or with each story once; None where that makes no difference."""
    if "stories" in answer:
        differs = answer["stories"] < answer["total"]["value"]
        return links.page([*links.without(pairs, "collapse"), ("collapse", "none")]) if differs else None
    return links.page(links.without(pairs, "collapse")) if ("collapse", "none") in pairs else None


def _why(pairs: links.Pairs, params: SearchParams) -> str | None:
    """Address of the same with what scores are made of; None where hits have none, or it is shown."""
    missing = params.q and params.scored and not params.explain
    return links.page([*pairs, ("explain", "true")]) if missing else None


def _turn(link: str | None) -> str | None:
    """The page's own address of an API link."""
    return link.replace("/v1/search", "/", 1) if link else None
