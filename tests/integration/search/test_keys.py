"""Keys made on the command line open the gateway to what they may do, and no more once revoked."""

import json
from typing import Any

import pytest
from support.topics import create_topics
from typer.testing import CliRunner

from services.cli import application
from services.commands import keys
from services.runtime.errors import UsageError
from services.runtime.settings import Settings
from services.search import keyring
from services.standalone.ports import unused

pytestmark = pytest.mark.stack
PAGE = {"url": "https://news.example/a"}
SOURCE = {"url": "https://news.example/"}


@pytest.fixture
def newsloom(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`newsloom keys …` on the test's own servers; gives what it printed."""
    monkeypatch.setattr(keys, "load_settings", lambda: settings)
    monkeypatch.setattr(keyring, "FRESH_S", 0.0)

    def run(*words: str, code: int = 0) -> str:
        done = CliRunner().invoke(application("keys"), ["keys", *words])
        assert done.exit_code == code, done.output
        return done.stdout

    return run


async def test_a_key_opens_what_it_may_until_revoked(settings: Settings, serve: Any, newsloom: Any) -> None:
    create_topics(settings)
    async with serve(settings) as http:
        assert (await http.post("/v1/articles", json=PAGE)).status_code == 202
        made = json.loads(newsloom("create", "bot", "--json"))
        assert made["scopes"] == ["ingest"]
        key = {"X-API-Key": made["key"]}
        assert (await http.post("/v1/articles", json=PAGE)).status_code == 401
        assert (await http.post("/v1/articles", json=PAGE, headers=key)).status_code == 202
        refused = await http.post("/v1/sources", json=SOURCE, headers=key)
        assert (refused.status_code, "may ingest" in refused.json()["detail"]) == (403, True)
        admin = {"Authorization": f"Bearer {newsloom('create', 'me', '--scope', 'admin').strip()}"}
        assert (await http.post("/v1/sources", json=SOURCE, headers=admin)).status_code == 201
        assert 'name="key"' in (await http.get("/sources")).text
        assert made["key"] not in newsloom("list", "--json")
        newsloom("revoke", made["id"])
        assert (await http.post("/v1/articles", json=PAGE, headers=key)).status_code == 401
        listed = json.loads(newsloom("list", "--json"))
        assert [(k["name"], bool(k["revoked_at"])) for k in listed] == [("bot", True), ("me", False)]
        assert "bot" in newsloom("list")


async def test_a_closed_gateway(settings: Settings, serve: Any, newsloom: Any) -> None:
    key = newsloom("create", "reader", "--scope", "read").strip()
    async with serve(settings.model_copy(update={"closed": True})) as http:
        refused = await http.get("/v1/search")
        assert (refused.status_code, "Basic" in refused.headers["www-authenticate"]) == (401, True)
        assert (await http.get("/v1/search", auth=("reader", key))).status_code == 200
        assert (await http.get("/", auth=("reader", key))).status_code == 200
        assert (await http.get("/healthz")).status_code == 200


async def test_who_can_not_know_the_keys_lets_nobody_write(settings: Settings, serve: Any) -> None:
    away = settings.model_copy(update={"elasticsearch": f"http://127.0.0.1:{unused('127.0.0.1')}"})
    async with serve(away) as http:
        refused = await http.post("/v1/sources", json=SOURCE)
        assert (refused.status_code, refused.headers["content-type"]) == (503, "application/problem+json")


@pytest.mark.parametrize("words", [("create", "x", "--scope", "all"), ("revoke", "nonsense")])
def test_wrong_use_is_refused(settings: Settings, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]) -> None:
    monkeypatch.setattr(keys, "load_settings", lambda: settings)
    refused = CliRunner().invoke(application("keys"), ["keys", *words])
    assert isinstance(refused.exception, UsageError)


def test_a_key_that_is_not_there_can_not_be_revoked(newsloom: Any) -> None:
    newsloom("revoke", "0" * 8, code=1)
