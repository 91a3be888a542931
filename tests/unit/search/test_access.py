"""Who may write, and from where."""

from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from starlette.requests import Request
from support.messages import settings_for_tests

from services.runtime.keys import Scope, new_key
from services.runtime.settings import SettingsError
from services.search.access import Access
from services.search.problems import Problem


def request(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": raw})


def access(**given: object) -> Access:
    return Access(settings_for_tests(**given))


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "[::1]:8000", "demo.localhost"])
def test_on_loopback_the_host_is_loopback(host: str) -> None:
    access().check_host(request(host=host))


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example:8000", "", "10.0.0.1", "[", "[::1", "a@localhost", "localhost:x"]
)
def test_a_rebound_name_is_refused(host: str) -> None:
    with pytest.raises(Problem) as raised:
        access().check_host(request(host=host))
    assert raised.value.status == 421


def test_any_host_when_listening_beyond_loopback_with_keys() -> None:
    access(http="0.0.0.0:8000", api_keys="k").check_host(request(host="news.example"))


def test_beyond_loopback_keys_are_demanded_unless_told_otherwise() -> None:
    with pytest.raises(SettingsError, match="NEWSLOOM_API_KEYS is empty"):
        access(http="0.0.0.0:8000")
    access(http="0.0.0.0:8000", allow_open=True)


def test_without_keys_writes_are_open_but_not_to_other_pages() -> None:
    access().check_write(request(host="127.0.0.1:8000"))
    access().check_write(request(host="127.0.0.1:8000", origin="http://127.0.0.1:8000"))
    for origin in ("http://evil.example", "null", "http://[", "http://", "127.0.0.1:8000"):
        with pytest.raises(Problem) as raised:
            access().check_write(request(host="127.0.0.1:8000", origin=origin))
        assert raised.value.status == 403


@pytest.mark.parametrize("headers", [{"authorization": "Bearer two"}, {"x_api_key": "one"}])
def test_a_key_opens(headers: dict[str, str]) -> None:
    access(api_keys="one, two").check_write(request(host="127.0.0.1", **headers))


@pytest.mark.parametrize(
    "headers", [{}, {"authorization": "Bearer three"}, {"authorization": "Basic one"}, {"x_api_key": ""}]
)
def test_anything_else_does_not(headers: dict[str, str]) -> None:
    with pytest.raises(Problem) as raised:
        access(api_keys="one,two").check_write(request(host="127.0.0.1", **headers))
    assert raised.value.status == 401
    assert raised.value.headers == {"WWW-Authenticate": "Bearer"}


def test_a_gateway_beyond_loopback_answers_to_its_own_names_where_they_are_set() -> None:
    gateway = access(http="0.0.0.0:8000", allow_open=True, hosts="search, News.example")
    for host in ("search:8000", "news.example", "127.0.0.1:8000", "localhost"):
        gateway.check_host(request(host=host))
    with pytest.raises(Problem) as raised:
        gateway.check_host(request(host="rebound.example:8000"))
    assert raised.value.status == 421


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "", None])
def test_a_form_of_another_page_is_refused(origin: str | None) -> None:
    headers = {"host": "127.0.0.1:8000", **({"origin": origin} if origin is not None else {})}
    with pytest.raises(Problem) as refused:
        Access(settings_for_tests()).check_form(request(**headers), "")
    assert refused.value.status == 403


def test_a_form_needs_the_key_where_there_are_keys() -> None:
    ours = request(host="127.0.0.1:8000", origin="http://127.0.0.1:8000")
    Access(settings_for_tests()).check_form(ours, "")
    keyed = Access(settings_for_tests(api_keys="secret"))
    keyed.check_form(ours, "secret")
    for wrong in ("", "Secret"):
        with pytest.raises(Problem) as refused:
            keyed.check_form(ours, wrong)
        assert refused.value.status == 401


def keyed(*scopes: Scope, revoked: bool = False, **given: object) -> tuple[Access, str]:
    """A gateway that knows one key of `newsloom keys`, and the key."""
    key, record = new_key("bot", scopes, datetime(2026, 11, 22, tzinfo=UTC))
    gateway = access(**given)
    gateway.learn([record.model_copy(update={"revoked_at": record.created_at if revoked else None})])
    return gateway, key


def status_of(check: Callable[[], None]) -> int:
    try:
        check()
    except Problem as refused:
        return refused.status
    return 200


@pytest.mark.parametrize(
    ("scopes", "needed", "status"),
    [
        (("ingest",), "ingest", 200),
        (("admin",), "ingest", 200),
        (("admin",), "admin", 200),
        (("read", "ingest"), "admin", 403),
        (("read",), "ingest", 403),
    ],
)
def test_a_key_may_what_its_scopes_say(scopes: tuple[Scope, ...], needed: Scope, status: int) -> None:
    gateway, key = keyed(*scopes)
    assert status_of(lambda: gateway.check_write(request(x_api_key=key), needed)) == status
    assert status_of(lambda: gateway.check_write(request(authorization=f"Bearer {key}"), needed)) == status
    assert status_of(lambda: gateway.check_write(request(x_api_key=key + "x"), needed)) == 401
    assert status_of(lambda: gateway.check_write(request(), needed)) == 401


def test_a_revoked_key_opens_nothing_and_does_not_open_the_gateway() -> None:
    gateway, key = keyed("admin", revoked=True)
    assert gateway.keyed
    for headers in ({}, {"x_api_key": key}):
        assert status_of(lambda headers=headers: gateway.check_write(request(**headers))) == 401  # type: ignore[misc]


def test_keys_of_the_settings_stay_beside_those_learnt() -> None:
    gateway, key = keyed("ingest", api_keys="own")
    assert status_of(lambda: gateway.check_write(request(x_api_key="own"))) == 200
    gateway.learn([])
    assert status_of(lambda: gateway.check_write(request(x_api_key=key))) == 401
    assert status_of(lambda: gateway.check_write(request(x_api_key="own"))) == 200


def reading(path: str = "/v1/search", **headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": raw, "scheme": "http"}
    return Request({**scope, "server": ("127.0.0.1", 8000)})


def test_reading_is_open_unless_closed() -> None:
    gateway, _ = keyed("read")
    assert status_of(lambda: gateway.check_read(reading())) == 200


def test_a_closed_gateway_reads_with_a_key_only() -> None:
    gateway, key = keyed("read", closed=True)
    basic = b64encode(f"anyone:{key}".encode()).decode()
    for headers in ({"x_api_key": key}, {"authorization": f"Bearer {key}"}, {"authorization": f"Basic {basic}"}):
        assert status_of(lambda headers=headers: gateway.check_read(reading(**headers))) == 200  # type: ignore[misc]
    for headers in ({}, {"authorization": "Basic ???"}, {"authorization": "Basic " + b64encode(b"x").decode()}):
        assert status_of(lambda headers=headers: gateway.check_read(reading(**headers))) == 401  # type: ignore[misc]
    for path in ("/healthz", "/readyz", "/metrics", "/static/style.css"):
        assert status_of(lambda path=path: gateway.check_read(reading(path))) == 200  # type: ignore[misc]
    ingest, key = keyed("ingest", closed=True)
    assert status_of(lambda: ingest.check_read(reading(x_api_key=key))) == 403


def test_basic_does_not_write() -> None:
    gateway, key = keyed("admin", closed=True)
    basic = b64encode(f":{key}".encode()).decode()
    assert status_of(lambda: gateway.check_write(request(authorization=f"Basic {basic}"))) == 401
