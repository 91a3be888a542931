"""Spellings of a line."""

import unicodedata

from services.clean.words import bare, squeeze


def test_only_so_many_marks_are_put_in_order_as_a_text_has() -> None:
    endless = "e" + "\u0316\u0301" * 100_000
    assert len(squeeze(endless)) <= 31
    assert bare(endless) == "é"


def test_other_marks_stay() -> None:
    text = "—" * 100 + "e\u0316\u0301 “…”"
    assert squeeze(text) == unicodedata.normalize("NFC", text)
