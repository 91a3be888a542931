"""Links of the search page: everything is in the URL, so that each view can be kept, shared and gone back to. Pure."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from services.search.pages.languages import language_name
from services.search.params import FilterParams

Pairs = list[tuple[str, str]]
FACETS = ("language", "source", "entity", "topic", "author")
LONGEST_ENTITY = 480  # characters of an id; Elasticsearch's regular expressions end at 1,000, each escaped
_LABELS = {"from": "from", "to": "until"}


@dataclass(frozen=True)
class Chip:
    """A filter that is on, and the address without it."""

    name: str
    value: str
    href: str
    excluded: bool = False


@dataclass(frozen=True)
class Choice:
    """A facet's value: how often, whether it is on, and the address with it the other way."""

    label: str
    count: int
    on: bool
    href: str
    about: str | None = None


def entity_page(identity: str) -> str:
    """Address of an entity's page."""
    return "/entities/" + quote(identity, safe=":")


def page(pairs: Pairs) -> str:
    """Address of the search page for these parameters; empty ones and the page number are left out."""
    kept = [(name, value) for name, value in pairs if value and name not in ("page", "cursor")]
    return "/?" + urlencode(kept) if kept else "/"


def during(pairs: Pairs, times: Pairs) -> str:
    """Address of the search page with these `from` and `to` in place of those that are set."""
    return page([*without(without(pairs, "from"), "to"), *times])


def export(pairs: Pairs) -> dict[str, str]:
    """Addresses of the whole result, by format."""
    kept = [(name, value) for name, value in pairs if value and name in FilterParams.model_fields | {"from": None}]
    return {form: "/v1/export?" + urlencode([*kept, ("format", form)]) for form in ("csv", "ndjson")}


def without(pairs: Pairs, name: str, value: str | None = None) -> Pairs:
    """The parameters without `name` (with that value, if given)."""
    return [(n, v) for n, v in pairs if n != name or (value is not None and v != value)]


def chips(pairs: Pairs, labels: dict[str, str]) -> list[Chip]:
    """The filters that are on."""
    found = []
    for name, value in pairs:
        bare = name.removeprefix("exclude_")
        if value and (bare in (*FACETS, "domain", "story") or name in _LABELS):
            shown = language_name(value) if bare == "language" else labels.get(value, value)
            found.append(Chip(_LABELS.get(name, bare), shown, page(without(pairs, name, value)), bare != name))
    return found


def choices(pairs: Pairs, name: str, values: list[dict[str, object]]) -> list[Choice]:
    """A facet's values as links that add or remove them."""
    on = {value for n, value in pairs if n == name}
    return [
        Choice(
            label=language_name(str(item["value"])) if name == "language" else str(item.get("label") or item["value"]),
            count=int(str(item["count"])),
            on=(chosen := str(item["value"]) in on),
            href=page(without(pairs, name, str(item["value"])) if chosen else [*pairs, (name, str(item["value"]))]),
            about=entity_page(str(item["value"])) if name == "entity" else None,
        )
        for item in values
    ]
