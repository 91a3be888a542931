"""What bulk actions say, and what the answers mean."""

import orjson
import pytest

from services.index.bulk import STALE, WRITTEN, Kind, Route, Write, judge

ERROR = {"type": "document_parsing_exception", "reason": "failed to parse field [at]"}
CAUSE = {"caused_by": {"type": "illegal_argument_exception", "reason": "no date"}}


def test_an_alias_must_be_there_and_a_generation_is_named_itself() -> None:
    write = Write("articles", "a", 7, {})
    about = {"_index": "articles", "_id": "a", "version": 7, "version_type": "external"}
    assert orjson.loads(write.action("articles")) == {"index": {**about, "require_alias": True}}
    home = Write("articles", "a", 7, {}, Route.HOME, same=True)
    to = {**about, "_index": "articles-000002", "version_type": "external_gte"}
    assert orjson.loads(home.action("articles-000002")) == {"index": to}


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ({"status": 400, "error": ERROR}, "document_parsing_exception: failed to parse field [at]"),
        (
            {"status": 400, "error": {**ERROR, **CAUSE}},
            "document_parsing_exception: failed to parse field [at] (no date)",
        ),
        ({"status": 400, "error": {**ERROR, "caused_by": {"type": "x"}}}, f"{ERROR['type']}: {ERROR['reason']} (x)"),
        ({"status": 413}, "error: no reason given"),
    ],
)
def test_a_document_that_is_no_good_is_refused_with_the_reason(item: dict[str, object], reason: str) -> None:
    answer = judge(item)
    assert (answer.kind, answer.reason) == (Kind.REFUSED, reason)


def test_a_stale_version_is_told_from_a_written_one() -> None:
    assert judge({"status": 200}) == judge({"status": 201}) == WRITTEN
    assert judge({"status": 409, "error": {"type": "version_conflict_engine_exception"}}) == STALE


@pytest.mark.parametrize("status", [403, 404, 408, 429, 500, 502, 503, 504])
def test_what_may_pass_comes_later_and_its_home_is_asked_for_again_when_it_may_have_moved(status: int) -> None:
    answer = judge({"status": status, "error": {"type": "es_rejected_execution_exception", "reason": "queue full"}})
    assert answer.kind is Kind.LATER
    assert f"({status}): es_rejected_execution_exception: queue full" in answer.reason
    assert answer.moved is (status in (403, 404))
