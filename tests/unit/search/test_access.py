"""Who may write, and from where."""

import pytest
from starlette.requests import Request
from support.messages import settings_for_tests

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
