import gzip
import zlib
from collections.abc import Callable

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from services.runtime.web.decode import STEP, Body
from services.runtime.web.errors import BrokenResponse, TooLarge

MIB = 1024 * 1024


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


PACKERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("x-gzip", gzip.compress),
    "zlib": ("deflate", zlib.compress),
    "raw": ("deflate", raw_deflate),
    "br": ("br", lambda data: brotli.compress(data, quality=1)),
    "zstd": ("zstd", zstandard.ZstdCompressor().compress),
}


def decoded(encoding: str, data: bytes, size: int = 1 << 30, limit: int = MIB) -> bytes:
    body = Body(encoding, 10 * MIB, limit, partial=True)
    for start in range(0, len(data), size):
        body.feed(data[start : start + size])
    return body.finish()


@pytest.mark.parametrize("name", PACKERS)
@given(data=st.binary(max_size=5000), size=st.integers(1, 50))
def test_comes_back_however_it_is_cut(name: str, data: bytes, size: int) -> None:
    encoding, pack = PACKERS[name]
    assert decoded(encoding, pack(data), size) == data


@pytest.mark.parametrize("name", PACKERS)
def test_bombs_stop_at_the_limit_even_as_one_chunk(name: str) -> None:
    encoding, pack = PACKERS[name]
    bomb = pack(bytes(64 * MIB))
    if name == "gzip":
        bomb *= 16  # members: 1 GiB nominal
    for size in (1 << 30, 1000):
        with pytest.raises(TooLarge, match=r"more than 1,048,576 bytes") as caught:
            decoded(encoding, bomb, size)
        assert MIB < len(caught.value.head) <= MIB + 2 * STEP


def test_the_head_is_kept_only_where_it_is_wanted() -> None:
    body = Body("", MIB, 10)
    with pytest.raises(TooLarge) as caught:
        body.feed(bytes(11))
    assert caught.value.head == b""


def test_a_bomb_inside_a_bomb_stops_too() -> None:
    inner = gzip.compress(bytes(32 * MIB)) * 50
    with pytest.raises(TooLarge):
        decoded("gzip, br", brotli.compress(inner, quality=1), limit=MIB // 2)


def test_a_zstd_window_that_wants_much_memory_is_refused() -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=27, write_content_size=False)
    bomb = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    with pytest.raises(BrokenResponse, match="zstd"):
        decoded("zstd", bomb.compress(bytes(MIB)) + bomb.flush())


def test_several_members_and_what_follows_them() -> None:
    assert decoded("gzip", gzip.compress(b"one ") + gzip.compress(b"two") + b"\0\0padding", 7) == b"one two"
    pack = zstandard.ZstdCompressor().compress
    assert decoded("zstd", pack(b"one ") + pack(b"two"), 5) == b"one two"


def test_encodings_are_undone_in_reverse() -> None:
    data = b"news " * 1000
    assert decoded("gzip, br", brotli.compress(gzip.compress(data)), 11) == data
    assert decoded("identity", data) == decoded("", data) == data


@pytest.mark.parametrize("name", ["gzip", "zlib", "raw", "br"])
def test_an_early_end_is_told(name: str) -> None:
    encoding, pack = PACKERS[name]
    with pytest.raises(BrokenResponse, match="ends early"):
        decoded(encoding, pack(b"news " * 1000)[:-5])


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_what_is_not_in_the_claimed_encoding(encoding: str) -> None:
    with pytest.raises(BrokenResponse, match=f"is not the {encoding}"):
        decoded(encoding, b"<html>plain</html>" * 50)


@pytest.mark.parametrize("encoding", ["compress", "gzip, gzip, gzip, gzip"])
def test_encodings_that_are_not_read(encoding: str) -> None:
    with pytest.raises(BrokenResponse, match="Content-Encoding"):
        Body(encoding, MIB, MIB)


def test_bytes_on_the_wire_have_a_limit_of_their_own() -> None:
    body = Body("gzip", 100, MIB)
    with pytest.raises(TooLarge, match="over the wire"):
        body.feed(bytes(101))
