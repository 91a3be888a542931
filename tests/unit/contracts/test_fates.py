"""Fates: the reasons are documented, and their errors speak for themselves."""

import pickle

import pytest

from services.contracts.export import ROOT
from services.contracts.fates import BadInput, DeadReason, Skip, SkipReason


@pytest.mark.parametrize("reason", [*SkipReason, *DeadReason])
def test_every_reason_is_explained_to_operators(reason: str) -> None:
    assert f"| `{reason}` |" in (ROOT / "docs/operations.md").read_text()


def test_reasons_are_distinct() -> None:
    assert not {str(r) for r in SkipReason} & {str(r) for r in DeadReason}


def test_bad_input_says_its_detail_and_crosses_processes() -> None:
    error = pickle.loads(pickle.dumps(BadInput(DeadReason.INVALID_URL, "the URL names no host")))
    assert str(error) == error.detail == "the URL names no host"
    assert error.reason is DeadReason.INVALID_URL


def test_skip_is_a_value() -> None:
    assert Skip(SkipReason.EMPTY, "no text") == Skip(SkipReason.EMPTY, "no text")
