"""Whatever is sent to the gateway's newer endpoints, it answers, and never with an error of its own."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

pytestmark = pytest.mark.stack
MANY = hypothesis_settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
VALUES: Any = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
URLS = st.text(max_size=60) | st.sampled_from(
    ["https://a.example/", "http://[::1]/", "https://é.example/ü", "//x", "a:b"]
)
SOURCE = st.fixed_dictionaries(
    {},
    optional={
        "url": URLS | VALUES,
        "feeds": st.lists(URLS, max_size=3) | VALUES,
        "name": VALUES,
        "tags": VALUES,
        "language": VALUES,
        "interval_s": VALUES,
        "enabled": VALUES,
        "home": URLS | VALUES,
    },
)
SEARCH = st.dictionaries(st.sampled_from(["q", "from", "to", "language", "source", "x"]), VALUES, max_size=4)
OK = (200, 201, 202, 204, 404, 409, 422)


@given(SOURCE, SOURCE)
@MANY
async def test_sources(http: Any, body: dict[str, Any], change: dict[str, Any]) -> None:
    made = await http.post("/v1/sources", json=body)
    assert made.status_code in OK, made.text
    if made.status_code == 201:
        where = made.headers["location"]
        for answer in (
            await http.patch(where, json={k: v for k, v in change.items() if k != "url"}),
            await http.get(where),
            await http.get("/sources"),
            await http.delete(where),
        ):
            assert answer.status_code in OK, answer.text


@given(VALUES, SEARCH | VALUES)
@MANY
async def test_saved_searches(http: Any, name: Any, search: Any) -> None:
    made = await http.post("/v1/saved-searches", json={"name": name, "search": search})
    assert made.status_code in OK, made.text
    if made.status_code == 201:
        for address in (*made.json()["feeds"].values(), made.json()["hits"], made.json()["page"], "/saved"):
            assert (await http.get(address)).status_code in OK, address
        assert (await http.delete(made.headers["location"])).status_code == 204


@given(st.text(max_size=40), st.text(max_size=40).filter(lambda text: text.isprintable()))
@MANY
async def test_streams_that_can_not_be(http: Any, field: str, last: str) -> None:
    params = {field or "x": "1"}
    answer = await http.head("/v1/stream", params=params, headers={"Last-Event-ID": last.encode("utf-8")})
    assert answer.status_code in (200, 422, 503), answer.text


@given(st.binary(max_size=200), st.sampled_from(["/sources", "/sources/opml", "/sources/a-1", "/saved", "/saved/x"]))
@MANY
async def test_forms(http: Any, body: bytes, path: str) -> None:
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"):
        headers = {"Origin": "http://127.0.0.1:8000", "Content-Type": kind}
        answer = await http.post(path, content=b"--x\r\n" + body, headers=headers)
        assert 200 <= answer.status_code < 500, answer.text


@given(st.binary(max_size=400))
@MANY
async def test_opml(http: Any, body: bytes) -> None:
    for content in (body, b"<opml><body>" + body + b"</body></opml>"):
        answer = await http.post("/v1/sources.opml", content=content)
        assert answer.status_code in OK, answer.text


@pytest.mark.parametrize("identity", ["x" * 600, "%00", "..", "A", "%2e%2e%2f"])
async def test_odd_ids(http: Any, identity: str) -> None:
    ours = {"Origin": "http://127.0.0.1:8000"}
    for method, path in (
        ("GET", "/v1/sources"),
        ("DELETE", "/v1/saved-searches"),
        ("POST", "/sources"),
        ("POST", "/saved"),
    ):
        answer = await http.request(
            method, f"{path}/{identity}", headers=ours, **({"data": {"do": "delete"}} if method == "POST" else {})
        )
        assert 200 <= answer.status_code < 500, answer.text
