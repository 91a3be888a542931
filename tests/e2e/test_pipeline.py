"""The whole pipeline: the real services as child processes, from a page on a topic to a search hit and a journey."""

import asyncio
import json
import secrets
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from support.cleaning import clean_up
from support.pages import Case, seeds, varied
from support.processes import Child, eventually, free_ports, pipeline, running
from support.topics import produce

from services.contracts.topics import PAGES
from services.contracts.urls import article_id
from services.runtime.publisher import Publisher
from services.runtime.settings import STAGES, Settings

pytestmark = [pytest.mark.stack, pytest.mark.timeout(900)]
URL = "https://bad.example/"
WORDS = "Forty plain words about the harbour and its new crane stand here so that the page is long enough. " * 4
FATES = {"indexed", "skipped", "dead"}


@dataclass(frozen=True)
class Pipeline:
    """The running services."""

    settings: Settings
    children: dict[str, Child]

    def get(self, path: str, **params: Any) -> tuple[int, dict[str, Any]]:
        """Status and JSON of the gateway's answer."""
        host, port = self.settings.gateway
        url = f"http://{host}:{port}{path}?{urlencode(params, doseq=True)}"
        answer = httpx.get(url, timeout=60, trust_env=False)
        return answer.status_code, answer.json()

    def journey(self, **params: str) -> dict[str, Any]:
        """The journey once it has a final fate."""

        def final() -> dict[str, Any] | None:
            status, found = self.get("/v1/journey", **params)
            return found if status == 200 and found["fate"] in FATES else None

        found = eventually(final, f"a final fate of {params}")
        assert found is not None
        return found


@pytest.fixture(scope="module")
def flow(servers: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    """All services on a namespace and ports of their own."""
    prefix = f"t{secrets.token_hex(4)}-"
    settings = Settings(
        _env_file=None,
        kafka=servers.kafka,
        elasticsearch=servers.elasticsearch,
        namespace=prefix,
        home=tmp_path_factory.mktemp("flow"),
        http=f"127.0.0.1:{free_ports()}",
    )
    children = pipeline(settings, NEWSLOOM_DOCUMENT_LIMIT_S="60")
    try:
        with running(*children.values()):
            yield Pipeline(settings, children)
            names = (*STAGES, "search")
            assert {name: children[name].stop() for name in names} == dict.fromkeys(names, 0)
    finally:
        clean_up(settings, prefix)


@pytest.fixture(scope="module")
def published(flow: Pipeline) -> Pipeline:
    """The same with every seed page published."""

    async def publish() -> None:
        async with Publisher(flow.settings) as publisher:
            await publisher.send_all(PAGES, [case.message() for case in seeds()])

    asyncio.run(publish())
    return flow


@pytest.mark.parametrize("case", seeds(), ids=lambda case: case.name)
def test_every_seed_page_gets_the_fate_that_its_case_expects(published: Pipeline, case: Case) -> None:
    expected = case.about["expected"]
    journey = published.journey(url=case.url)
    assert journey["fate"] == expected["fate"], journey
    assert journey["id"] == article_id(case.url)
    stages = [step["stage"] for step in journey["trail"]]
    status, article = published.get(f"/v1/articles/{journey['id']}")
    if case.fate == "indexed":
        assert stages == ["clean", "enrich", "index"]
        assert (status, article["url"], article["language"]) == (200, case.url, expected["language"])
    else:
        assert journey["reason"] == expected["reason"]
        assert journey["detail"]
        assert stages == ["clean"]
        assert status == 404


def test_articles_are_found_by_their_words(published: Pipeline) -> None:
    wanted = [case for case in seeds() if case.fate == "indexed"]
    for case in wanted:
        published.journey(url=case.url)
    status, answer = published.get("/v1/search", q="vaccine", highlight="true", facets="source,language")
    assert status == 200
    assert {a["url"] for a in answer["articles"]} >= {c.url for c in wanted if c.name.startswith("en-wire-copy")}
    assert any("<mark>" in str(a["highlights"]) for a in answer["articles"])
    _, everything = published.get("/v1/search", page_size=100)
    assert {a["url"] for a in everything["articles"]} >= {c.url for c in wanted}
    assert everything["total"]["exact"]


def newsloom(flow: Pipeline, *arguments: str, given: bytes = b"") -> tuple[int, str, str]:
    """Exit code, standard output and error of the command line."""
    command = [sys.executable, "-P", "-m", "services", *arguments]
    environment, folder = flow.children["search"].environment(), flow.settings.home_dir
    done = subprocess.run(
        command, env=environment, cwd=folder, input=given, capture_output=True, timeout=240, check=False
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_the_command_line_publishes_follows_and_finds(flow: Pipeline) -> None:
    text = flow.settings.home_dir / "story.txt"
    text.write_text(f"The heron of Lake Quillby\n\n{WORDS}\n\nA heron was seen at Lake Quillby by many. {WORDS}")
    url = "https://told.example/heron"
    code, out, error = newsloom(flow, "publish", str(text), "--url", url, "--title", "The heron of Lake Quillby")
    assert (code, error) == (0, "")
    assert article_id(url) in out
    code, out, _ = newsloom(flow, "journey", url, "--wait", "200", "--json")
    assert (code, json.loads(out)["fate"]) == (0, "indexed")
    code, out, _ = newsloom(flow, "journey", url)
    assert (code, out.split()[0]) == (0, "indexed")
    for step in ("clean", "enrich", "index", url):
        assert step in out
    code, out, _ = newsloom(flow, "search", "quillby")
    assert code == 0
    assert "The heron of Lake Quillby" in out
    assert json.loads(newsloom(flow, "search", "quillby", "--json")[1])["total"]["value"] == 1


def test_the_command_line_says_no_with_its_exit_code(flow: Pipeline) -> None:
    lines = b'nonsense\n{"url": "https://told.example/b", "text": "short"}\n'
    code, out, error = newsloom(flow, "publish", "-", "--json", given=lines)
    assert code == 1
    assert "line 1: refused: not UTF-8 JSON" in error
    assert json.loads(out)["id"] == article_id("https://told.example/b")
    assert newsloom(flow, "search", "xyzzyplugh")[0] == 1
    code, _, error = newsloom(flow, "journey", "https://told.example/never")
    assert code == 1
    assert "never published here" in " ".join(error.split())
    assert newsloom(flow, "run", "nothing")[0] == 2
    assert newsloom(flow, "dead", "show", "news.pages.v1.dead:999999")[0] == 1
    assert newsloom(flow, "dead", "replay")[0] == 2


def page(name: str, **fields: Any) -> bytes:
    """A page message of bad.example."""
    return json.dumps({"url": URL + name, **fields}).encode()


def html(body: str) -> str:
    """A small page."""
    return f"<html><head><title>A page</title></head><body><article><h1>A page</h1>{body}</article></body></html>"


BAD: dict[str, tuple[bytes, set[str], str]] = {
    # name: message, fates allowed, what the reason or detail says
    "broken-json": (b'{"url": "https://bad.example/broken-json", ', {"dead"}, "not UTF-8 JSON"),
    "schema": (page("schema", schema=99, html=html("x")), {"dead"}, "schema 99 is unknown"),
    "no-url": (b'{"html": "<p>no address</p>"}', {"dead"}, "url: Field required"),
    "no-such-url": (json.dumps({"url": "not a url", "html": html("x")}).encode(), {"dead"}, "URL"),
    "large": (page("large", html=html(f"<p>{WORDS}</p>" * (20_000_000 // 400))), {"skipped"}, "too_large"),
    "empty": (page("empty", html=""), {"skipped"}, "empty"),
    "binary": (
        page("binary", body_base64="iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ", content_type="text/html"),
        {"skipped"},
        "not_text",
    ),
    "utf8": (b'{"url": "https://bad.example/utf8", "html": "\xff\xfe\x80"}', {"dead"}, "not UTF-8 JSON"),
    "year": (page("year", html=html(WORDS), published_at="99999-01-01T00:00:00Z"), {"dead"}, "published_at"),
    "nested": (
        page("nested", html=html("<div>" * 10_000 + WORDS + "</div>" * 10_000)),
        {"skipped", "dead", "indexed"},
        "",
    ),
    "year-inside": (
        page("year-inside", html=html(f'<time datetime="99999-01-01T00:00:00Z">then</time><p>{WORDS}</p>')),
        {"indexed", "skipped"},
        "",
    ),
}


@pytest.fixture(scope="module")
def after_bad_input(flow: Pipeline) -> Pipeline:
    """All bad messages on every partition's way, then good pages."""
    flow.children["clean"].wait_ready()
    for name, (message, _, _) in BAD.items():
        produce(flow.settings, PAGES, [message], key=identity(name, message).encode())

    async def publish() -> None:
        async with Publisher(flow.settings) as publisher:
            await publisher.send_all(PAGES, [good.message() for good in varied(24)])

    asyncio.run(publish())
    return flow


def identity(name: str, message: bytes) -> str:
    """The id under which a bad message can be looked up: of its URL, else the key it was sent with."""
    try:
        url = json.loads(message).get("url")
    except ValueError:
        url = None
    return article_id(url or f"{URL}{name}")


@pytest.mark.parametrize("name", BAD)
def test_bad_input_ends_with_a_reason_that_a_person_understands(after_bad_input: Pipeline, name: str) -> None:
    message, allowed, says = BAD[name]
    journey = after_bad_input.journey(id=identity(name, message))
    assert journey["fate"] in allowed, journey
    if journey["fate"] != "indexed":
        assert says in f"{journey['reason']}: {journey['detail']}"
        assert len(journey["detail"]) > 10


def test_good_pages_after_bad_ones_are_indexed(after_bad_input: Pipeline) -> None:
    for good in varied(24):
        assert after_bad_input.journey(url=good.url)["fate"] == "indexed"


def test_nothing_died_that_should_not_and_no_service_was_restarted(after_bad_input: Pipeline) -> None:
    for name in BAD:
        after_bad_input.journey(id=identity(name, BAD[name][0]))
    for child in after_bad_input.children.values():
        assert child.process is not None
        assert child.process.poll() is None, child.tail()
    deaths = (after_bad_input.children["clean"].get("/status") or {})["dead"]
    dead = [n for n in BAD if after_bad_input.journey(id=identity(n, BAD[n][0]))["fate"] == "dead"]
    assert deaths == len(dead)


def test_an_unknown_page_is_a_problem_that_says_so(flow: Pipeline) -> None:
    status, problem = flow.get("/v1/journey", url="https://never.example/sent")
    assert status == 404
    assert problem["status"] == 404
    assert Path(flow.settings.home_dir).exists()


def test_the_stack_is_measured_by_command(flow: Pipeline) -> None:
    code, out, error = newsloom(flow, "bench", "--pages", "5", "--single", "2", "--json")
    assert code == 0, error
    measured = json.loads(out)
    assert (measured["burst"]["pages"], measured["idle"]["pages"]) == (5, 2)
    assert measured["burst"]["rate"] > 0 < measured["idle"]["median"] <= measured["idle"]["most"]
    _, answer = flow.get("/v1/search", source=measured["source"])
    assert answer["total"] == {"value": 1 + 5 + 2, "exact": True}
