"""Damage of every kind costs the damaged record, and no other."""

import gzip
import zlib
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.messages import AT, page

from services.archive.members import Member, members
from services.archive.record import to_warc, warcinfo


def one(name: str) -> bytes:
    return to_warc(page(name).model_copy(update={"fetched_at": AT}))


def plain(data: bytes) -> bytes:
    """The same records in an uncompressed file."""
    return gzip.decompress(data)


FILE = warcinfo("x.warc.gz", {"software": "Newsloom"}) + b"".join(one(f"p{i}") for i in range(4))
WHOLE = list(members(BytesIO(FILE)))
PLAIN = plain(FILE)


def read(data: bytes, **given: int) -> list[Member]:
    return list(members(BytesIO(data), **given))


def contents(found: list[Member]) -> list[bytes]:
    return [member.data.rstrip(b"\r\n") for member in found if not member.error]


def test_a_compressed_and_a_plain_file_hold_the_same() -> None:
    assert [m.error for m in WHOLE] == [None] * 9
    assert contents(read(PLAIN)) == contents(WHOLE)
    assert WHOLE[-1].end == len(FILE)
    assert all(FILE[m.at : m.at + 2] == b"\x1f\x8b" for m in WHOLE)


@given(st.integers(1, len(FILE) - 1))
def test_a_torn_end_costs_the_last_record_alone(length: int) -> None:
    found = read(FILE[:length])
    assert contents(found) == contents([m for m in WHOLE if m.end <= length])
    assert sum(m.error is not None for m in found) == (0 if length in [m.end for m in WHOLE] else 1)


@given(st.integers(0, len(FILE) - 1), st.integers(1, 255))
def test_a_damaged_byte_costs_its_record_alone(at: int, change: int) -> None:
    damaged = bytearray(FILE)
    damaged[at] ^= change
    found = contents(read(bytes(damaged)))
    others = contents([m for m in WHOLE if not m.at <= at < m.end])
    assert [data for data in found if data in others] == others


@pytest.mark.parametrize("junk", [b"\0" * 5000, b"junk", b"\x1f\x8b\x08" * 3000, b"WARC/1.1 x\r\n" * 9, b"\x1f"])
@pytest.mark.parametrize("file", [FILE, PLAIN], ids=["gzip", "plain"])
def test_junk_between_records_is_named_and_passed(file: bytes, junk: bytes) -> None:
    half = WHOLE[4].end if file is FILE else PLAIN.index(b"WARC/1.1", len(PLAIN) // 2)
    found = read(file[:half] + junk + file[half:])
    assert contents(found) == contents(WHOLE)
    assert any(member.error and half <= member.at <= half + len(junk) for member in found)


def test_too_large_a_record_is_named_and_passed() -> None:
    bomb = gzip.compress(b"WARC/1.1\r\n" + bytes(10_000_000))
    found = read(one("a") + bomb + one("b"), most=100_000)
    assert [m.error for m in found if m.error] == ["a record of more than 100,000 bytes"]
    assert len(contents(found)) == 4
    long = b"WARC/1.1\r\nContent-Length: 999999\r\n\r\n" + bytes(999_999) + b"\r\n\r\n"
    found = read(plain(one("a")) + long + plain(one("b")), most=100_000)
    assert [m.error for m in found if m.error] == ["a record of more than 100,000 bytes"]
    assert len(contents(found)) == 4


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"\r\n", None),
        (b"WARC/1.1\r\nWARC-Type: x\r\n\r\n", "a record without Content-Length"),
        (b"WARC/1.1\r\nContent-Length: -3\r\n\r\n", "a record without Content-Length"),
        (b"WARC/1.1\r\nContent-Length: 30\r\n\r\nabc", "the file ends inside a record"),
        (b"WARC/1.1\r\nWARC-", "no WARC record"),
        (b"PK\x03\x04", "no WARC record"),
        (FILE[:10], "the file ends inside a record"),
    ],
)
def test_what_is_no_record_is_said_so(data: bytes, error: str | None) -> None:
    assert [member.error for member in read(data)] == ([error] if error else [])


@given(st.binary(max_size=2000))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    for member in read(data):
        assert 0 <= member.at <= member.end <= len(data)


def test_a_gzip_member_with_several_records_is_one_member() -> None:
    (member,) = read(gzip.compress(PLAIN))
    assert member.data == PLAIN
    assert zlib.crc32(member.data) == zlib.crc32(PLAIN)
