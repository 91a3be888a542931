"""Which encoding wins, and what is no text at all."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.clean.charset import binary_kind, decode
from services.clean.labels import codec_of

TEXT = "<p>Größe, café, naïve – „Überschrift“</p>"
LATIN = "<p>Größe, café, naïve: déjà vu à la fin.</p>"


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        (TEXT.encode(), None, TEXT),
        (TEXT.encode(), "text/html; charset=iso-8859-1", TEXT),  # a wrong header
        (codecs.BOM_UTF8 + TEXT.encode(), "text/html; charset=windows-1251", TEXT),
        (TEXT.encode("utf-16"), None, TEXT),
        (TEXT.encode("cp1252"), "text/html; charset=ISO-8859-1", TEXT),  # the web's latin-1 has typographic quotes
        (b'<meta charset="windows-1251">' + "Мост".encode("cp1251"), None, '<meta charset="windows-1251">Мост'),
        ("Мост открыт".encode("koi8-r"), "text/html; charset=KOI8-R", "Мост открыт"),
        ("橋が再開通した".encode("cp932"), "text/html; charset=Shift_JIS", "橋が再開通した"),
        ("橋が再開通した".encode("iso2022_jp"), "text/html; charset=iso-2022-jp", "橋が再開通した"),
        ("다리".encode("cp949"), "text/html; charset=euc-kr", "다리"),
        ("大桥重新开放".encode("gb18030"), "text/html; charset=gb2312", "大桥重新开放"),
        ("köprü açıldı".encode("cp1254"), "text/html; charset=iso-8859-9", "köprü açıldı"),
        (LATIN.encode("cp1252"), "text/html; charset=utf-8", LATIN),  # the header lies the other way round
        (LATIN.encode("cp1252"), "text/html; charset=nonsense", LATIN),
        ("<p>plain words</p>".encode("utf-16-le"), None, "<p>plain words</p>"),
    ],
)
def test_decode(body: bytes, content_type: str | None, expected: str) -> None:
    assert decode(body, content_type) == expected


@pytest.mark.parametrize(
    "label", ["idna", "undefined", "punycode", "utf-7", "unicode_escape", "rot13", "é", "x" * 9000]
)
def test_what_python_alone_calls_an_encoding_is_none_of_a_page(label: str) -> None:
    """Found by fuzzing: `undefined` raises whatever it is asked to do about errors, and `idna` knows no `replace`."""
    assert codec_of(label) is None
    assert decode(LATIN.encode("cp1252"), f"text/html; charset={label}") == LATIN


@pytest.mark.parametrize(("label", "codec"), [("Windows-31J", "cp932"), ("x-cp1251", "cp1251"), ("us-ascii", "cp1252")])
def test_labels_of_the_web(label: str, codec: str) -> None:
    assert codec_of(label) == codec


def test_utf8_cut_in_the_middle_of_a_character_stays_utf8() -> None:
    body = (TEXT * 20).encode()[:-8] + "é".encode()[:1]
    assert decode(body, "text/html; charset=utf-8").startswith(TEXT)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"%PDF-1.7 ...", None),
        (b"\x89PNG\r\n\x1a\n", "text/html"),
        (b"hello", "image/jpeg"),
        (bytes(range(32)) * 100, "text/html"),
    ],
)
def test_binary_is_told(body: bytes, content_type: str | None) -> None:
    assert binary_kind(body, content_type)


@pytest.mark.parametrize("body", [b"<p>x</p>", "<p>plain words</p>".encode("utf-16"), "文字".encode("cp932"), b""])
def test_text_is_not_binary(body: bytes) -> None:
    assert binary_kind(body, "text/html") is None


@given(st.binary(max_size=400), st.one_of(st.none(), st.text(max_size=40)))
def test_any_bytes_decode(body: bytes, content_type: str | None) -> None:
    assert isinstance(decode(body, content_type), str)
    binary_kind(body, content_type)


@given(st.text(min_size=1, alphabet=st.characters(exclude_categories=("Cs", "Cc"))))
def test_valid_utf8_round_trips(text: str) -> None:
    assert decode(text.encode(), "text/html; charset=latin-1") == text.removeprefix("\ufeff")
