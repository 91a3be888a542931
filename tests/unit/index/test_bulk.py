"""What bulk writes send, and what the answers mean."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.index import bulk
from services.index.bulk import Write, _requests, judge
from services.runtime.errors import Unavailable


@given(st.lists(st.integers(0, 400), max_size=40), st.integers(50, 1000))
def test_requests_keep_order_lose_nothing_and_stay_under_the_bound(sizes: list[int], most: int) -> None:
    writes = [Write(str(i), i + 1, {"body": "x" * size}) for i, size in enumerate(sizes)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bulk, "MAX_REQUEST_BYTES", most)
        requests = list(_requests("articles", writes))
    lines = [orjson.loads(line) for request in requests for line in request]
    assert lines[::2] == [
        {"index": {"_index": "articles", "_id": w.id, "version": w.version, "version_type": "external"}} for w in writes
    ]
    assert lines[1::2] == [w.document for w in writes]
    assert all(len(request) == 2 or sum(map(len, request)) <= most for request in requests), "one alone may be larger"
    assert all(requests)


ERROR = {"type": "document_parsing_exception", "reason": "failed to parse field [at]"}
CAUSE = {"caused_by": {"type": "illegal_argument_exception", "reason": "no date"}}


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ({"status": 200}, None),
        ({"status": 201}, None),
        ({"status": 409, "error": {"type": "version_conflict_engine_exception"}}, None),
        ({"status": 400, "error": ERROR}, "document_parsing_exception: failed to parse field [at]"),
        (
            {"status": 400, "error": {**ERROR, **CAUSE}},
            "document_parsing_exception: failed to parse field [at] (no date)",
        ),
        ({"status": 400, "error": {**ERROR, "caused_by": {"type": "x"}}}, f"{ERROR['type']}: {ERROR['reason']} (x)"),
        ({"status": 413}, "error: no reason given"),
    ],
)
def test_an_items_answer_is_success_or_the_reason(item: dict[str, object], reason: str | None) -> None:
    assert judge(item) == reason


@pytest.mark.parametrize("status", [403, 404, 408, 429, 500, 502, 503, 504])
def test_what_may_pass_is_waited_for(status: int) -> None:
    error = {"type": "es_rejected_execution_exception", "reason": "queue full"}
    with pytest.raises(Unavailable, match=rf"\({status}\): es_rejected_execution_exception: queue full"):
        judge({"status": status, "error": error})
