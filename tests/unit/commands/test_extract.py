"""`newsloom extract`: what goes in, what comes out, in which order, and the exit code."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
import typer
from support.followed import ENDING, HOST, ordinary
from typer.testing import CliRunner, Result

from services.clean.limits import CleanLimits
from services.commands import extract as command
from services.commands.extract_run import AHEAD, records
from services.runtime.errors import UsageError
from services.runtime.settings import Settings

HTML = (
    "<html><head><title>Bridge reopens</title></head><body><h1>Bridge reopens</h1><article>"
    + "<p>The stone bridge over the river opened again on Monday after two years of repairs, the county said.</p>" * 4
    + "</article></body></html>"
)


def run(*arguments: str, given: str | bytes = "") -> Result:
    app = typer.Typer()
    app.callback()(lambda: None)
    command.register(app)
    return CliRunner().invoke(app, ["extract", *arguments], input=given)


def made(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def line(**fields: Any) -> str:
    return json.dumps(fields)


def test_an_html_file(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(HTML)
    result = run(str(file), "--url", "https://news.example/bridge")
    (article,) = made(result)
    assert result.exit_code == 0
    assert (article["url"], article["title"], article["language"]) == (
        "https://news.example/bridge",
        "Bridge reopens",
        "en",
    )
    assert "id" not in article


def test_html_on_standard_input_without_address() -> None:
    (article,) = made(run(given="\n\n" + HTML))
    assert (article["url"], article["title"]) == (None, "Bridge reopens")


def test_explain_says_why(tmp_path: Path) -> None:
    (article,) = made(run("--explain", given=HTML))
    assert article["blocks"][0] == {"text": "Bridge reopens", "kept": False, "reason": "before the text"}


def test_lines_keep_their_order_and_id() -> None:
    lines = [line(id=n, url=f"https://news.example/{n}", html=HTML.replace("Bridge", f"Bridge {n}")) for n in range(9)]
    result = run("--jobs", "2", given="\n".join(lines) + "\n\n")
    assert [(a["id"], a["title"]) for a in made(result)] == [(n, f"Bridge {n} reopens") for n in range(9)]
    assert result.exit_code == 0


def test_skipped_lines_have_their_reason_and_text() -> None:
    result = run("--jobs", "0", given=line(id="s", url="https://news.example/s", html="<h1>Hi</h1><p>Just this.</p>"))
    (skipped,) = made(result)
    assert (skipped["id"], skipped["skipped"], skipped["body"]) == ("s", "too_short", "Just this.")
    assert result.exit_code == 0


def test_a_skipped_page_was_published_when_an_article_would_have_been() -> None:
    hinted = line(url="https://news.example/s", html="<p>Just this.", hints={"published_at": "2026-05-14"})
    (skipped,) = made(run("--jobs", "0", given=hinted))
    assert (skipped["skipped"], skipped["published_at"]) == ("too_short", "2026-05-14T00:00:00Z")


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ('{"id": 1, "url": "https://a.example/x"}', "exactly one of html, text, body_base64"),
        ('{"id": 1, "url": "nowhere", "html": "<p>x"}', "not an absolute"),
        ("{broken", "line 1"),
        ("[1]", "must be a JSON object"),
    ],
)
def test_bad_lines_have_an_error_and_the_rest_goes_on(bad: str, says: str) -> None:
    good = line(id="g", url="https://news.example/g", html=HTML)
    result = run("--jobs", "0", given=f"{good}\n{bad}\n{good}\n")
    first, broken, last = made(result)
    assert result.exit_code == 1
    assert says in broken["error"]
    assert first == last


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(UsageError, match=r"can not read nowhere\.html"):
        command._open("nowhere.html")


def test_a_page_that_hangs_or_kills_its_worker_is_an_error_and_the_rest_goes_on() -> None:
    bad = [b"__import__('time').sleep(600)", b"__import__('os')._exit(9)", b"len(bytearray(8 << 30))"]
    good = [f"({{'id': {number}}}, '', None)".encode() for number in (1, 2, 3, 4)]
    lines = [good[0], bad[0], good[1], bad[1], good[2], bad[2], good[3]]
    limits = Settings(document_limit_s=3, worker_memory_mib=1024)
    # `eval` stands for a parser that obeys the page; a worker process can import it.
    found = list(records(lines, eval, 1, limits))
    assert [r.get("id") for r in found] == [1, None, 2, None, 3, None, 4]
    assert "limit of 3 s" in found[1]["error"]
    assert "worker process died" in found[3]["error"]
    assert "for want of memory (NEWSLOOM_WORKER_MEMORY_MIB)" in found[5]["error"]


def test_a_bug_is_told_in_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("title")

    monkeypatch.setattr(command, "record", broken)
    limits, now = CleanLimits(), datetime.now(UTC)
    given = b'{"id": 1, "url": "https://news.example/x", "html": "<p>x"}'
    made, *_ = command.of_line(given, {}, limits=limits, explain=False, now=now)
    assert made == {"id": 1, "error": "a bug in extraction: KeyError('title')"}


def test_it_is_a_filter_that_may_be_cut_off() -> None:
    lines = "\n".join(line(id=n, url="https://news.example/x", html=HTML) for n in range(3))
    code = (
        "import typer; from services.commands import extract; a = typer.Typer(); a.callback()(lambda: None);"
        " extract.register(a); a(['extract', '-', '--jobs', '0'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=lines.encode(), capture_output=True, timeout=120, check=True
    )
    assert [orjson.loads(x)["id"] for x in done.stdout.splitlines()] == [0, 1, 2]


def followed(count: int) -> str:
    """NDJSON lines of one host's articles, which all end alike."""
    return "\n".join(line(id=n, url=page.url, html=page.html) for n, page in enumerate(map(ordinary, range(count))))


def test_it_learns_from_the_lines_before_in_order() -> None:
    given = followed(7)
    result = run("--jobs", "0", "--explain", given=given)
    assert [ENDING in article["body"] for article in made(result)] == [True] * 4 + [False] * 3
    last = {"text": ENDING, "kept": False, "reason": f"recurs in 6 of 6 articles of {HOST}"}
    assert last in made(result)[6]["blocks"]
    off = run("--jobs", "0", "--no-learn", given=given)
    assert all(ENDING in article["body"] for article in made(off))


def test_with_worker_processes_the_same_lines_are_always_known() -> None:
    ahead = 2 * AHEAD
    result = run("--jobs", "2", given=followed(ahead + 7))
    assert [ENDING in article["body"] for article in made(result)] == [True] * (ahead + 4) + [False] * 3


def test_pages_without_address_are_of_no_host() -> None:
    given = "\n".join(line(html=page.html) for page in map(ordinary, range(7)))
    assert all(ENDING in article["body"] for article in made(run("--jobs", "0", given=given)))
