import gzip
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import product

import brotli
import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.packing import (
    ACCEPTED,
    PackingError,
    TooLargeError,
    UnknownPackingError,
    unpack,
)

BODY = "¡México y EE.UU. acuerdan entregas de agua! ".encode() * 50
PACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstd.compress,
}
MANY = 10_000_000


def _chunks(body: bytes, size: int) -> Iterator[bytes]:
    return (body[at : at + size] for at in range(0, len(body), size))


def test_we_ask_for_the_packings_we_read() -> None:
    assert ACCEPTED.split(", ") == list(PACK)


@pytest.mark.parametrize("size", [1, 7, 65_536])
@pytest.mark.parametrize("name", PACK)
def test_a_packed_body_is_unpacked_however_it_comes(name: str, size: int) -> None:
    assert unpack(_chunks(PACK[name](BODY), size), name, MANY) == BODY


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("", BODY),
        ("identity", BODY),
        ("x-gzip", gzip.compress(BODY, mtime=0)),
        (" GZip ", gzip.compress(BODY, mtime=0)),
        ("gzip, identity,", gzip.compress(BODY, mtime=0)),
        ("gzip", gzip.compress(BODY[:9]) + gzip.compress(BODY[9:])),
        ("gzip", gzip.compress(BODY, mtime=0) + b"\0" * 99),
        ("gzip", gzip.compress(BODY, mtime=0) + b"<!-- served by cache -->"),
        ("zstd", zstd.compress(BODY[:9]) + zstd.compress(BODY[9:])),
        ("zstd", b"\x50\x2a\x4d\x18\x03\0\0\0abc" + zstd.compress(BODY)),
        ("deflate", zlib.compress(BODY)[2:-4]),
        ("deflate", zlib.compress(BODY) + b"rubbish"),
    ],
)
@pytest.mark.parametrize("size", [1, 65_536])
def test_what_servers_do_with_packings_is_understood(
    encoding: str, body: bytes, size: int
) -> None:
    assert unpack(_chunks(body, size), encoding, MANY) == BODY


@pytest.mark.parametrize("names", list(product(PACK, repeat=2)), ids=", ".join)
def test_a_body_packed_twice_is_unpacked_twice(names: tuple[str, str]) -> None:
    body = PACK[names[1]](PACK[names[0]](BODY))
    assert unpack(_chunks(body, 100), ", ".join(names), MANY) == BODY


@pytest.mark.parametrize("name", [*PACK, "gzip, br"])
def test_nothing_packed_is_nothing(name: str) -> None:
    assert unpack([], name, MANY) == b""


@pytest.mark.parametrize("name", PACK)
def test_an_empty_body_may_be_packed(name: str) -> None:
    assert unpack([PACK[name](b"")], name, MANY) == b""
    assert unpack([gzip.compress(b"")], f"{name}, gzip", MANY) == b""


@pytest.mark.parametrize("name", PACK)
def test_a_body_cut_anywhere_is_damaged(name: str) -> None:
    packed = PACK[name](BODY)
    for end in range(1, len(packed)):
        with pytest.raises(PackingError):
            unpack([packed[:end]], name, MANY)


@pytest.mark.parametrize("name", PACK)
def test_a_body_that_is_not_packed_is_damaged(name: str) -> None:
    with pytest.raises(PackingError):
        unpack([b"<?xml version='1.0'?><rss/>"], name, MANY)


def test_a_body_that_claims_too_much_memory_is_damaged() -> None:
    """RFC 9659: 8 MB are enough for the web; zstd itself would grant 128 MB."""
    for log, is_read in [(23, True), (24, False), (27, False)]:
        options = {zstd.CompressionParameter.window_log: log}
        engine = zstd.ZstdCompressor(options=options)
        packed = engine.compress(BODY) + engine.flush()
        if is_read:
            assert unpack([packed], "zstd", MANY) == BODY
        else:
            with pytest.raises(PackingError):
                unpack([packed], "zstd", MANY)


@pytest.mark.parametrize(
    "encoding", ["compress", "sdch", "gzip, compress", "utf-9", ", ".join(["br"] * 6)]
)
def test_a_packing_we_do_not_read_is_refused(encoding: str) -> None:
    with pytest.raises(UnknownPackingError):
        unpack([BODY], encoding, MANY)


@pytest.mark.parametrize("name", ["", *PACK])
def test_a_body_of_the_limit_is_read_and_one_byte_more_is_not(name: str) -> None:
    packed = PACK[name](BODY) if name else BODY
    assert len(unpack([packed], name, len(BODY))) == len(BODY)
    with pytest.raises(TooLargeError):
        unpack([packed], name, len(BODY) - 1)


def test_the_limit_holds_on_the_wire_as_well() -> None:
    """A packing that makes a body larger is a way to send without end."""
    empty = gzip.compress(b"")
    with pytest.raises(TooLargeError):
        unpack((empty for _ in range(10_000)), "gzip", 100_000)


def test_the_limit_holds_between_two_packings() -> None:
    """A gigabyte of empty members unpacks to nothing, for hours."""
    inner = gzip.compress(b"") * 100_000
    with pytest.raises(TooLargeError):
        unpack([gzip.compress(inner, mtime=0)], "gzip, gzip", 1_000_000)


BOMBS = """
import gzip, resource, sys, zlib
import brotli
from backports import zstd
from monitor.feeds.packing import TooLargeError, unpack

MB, LIMIT = bytes(1 << 20), 5_000_000

def deflated(bits):
    engine = zlib.compressobj(9, wbits=bits)
    first = engine.compress(MB) + engine.flush(zlib.Z_FULL_FLUSH)
    again = engine.compress(MB) + engine.flush(zlib.Z_FULL_FLUSH)
    return first + again * 1023

def streamed(engine, add):
    return b"".join(add(MB) for _ in range(1024)) + engine.flush()

br, zst = brotli.Compressor(quality=1), zstd.ZstdCompressor(level=1)
gz = deflated(31)
bombs = {
    "gzip": gz,
    "deflate": deflated(15),
    "br": streamed(br, br.process),
    "zstd": streamed(zst, zst.compress),
    "gzip, gzip": gzip.compress(gz, 1),
    "gzip, br": brotli.compress(gz, quality=1),
    "gzip, zstd": zstd.compress(gz),
}
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = peak()
for name, body in bombs.items():
    try:
        unpack((body[at : at + 65536] for at in range(0, len(body), 65536)), name, LIMIT)
    except TooLargeError:
        print(name, len(body), peak() - before, sep="\\t")
"""


def test_a_bomb_of_a_gigabyte_is_stopped_in_little_memory() -> None:
    """Peak growth in KiB; 5 MB of pieces, twice while joined, are the least."""
    told = subprocess.run(
        [sys.executable, "-c", BOMBS], capture_output=True, text=True, check=True
    ).stdout
    grown = {
        name: int(peak)
        for name, _, peak in (line.split("\t") for line in told.splitlines())
    }
    assert list(grown)[:4] == list(PACK)
    assert len(grown) == 7
    assert max(grown.values()) < 32_000


@given(st.binary(max_size=200), st.sampled_from([*PACK, "gzip, br", "zstd, deflate"]))
def test_rubbish_is_damaged_or_is_something_else(body: bytes, encoding: str) -> None:
    with suppress(PackingError, TooLargeError):
        assert len(unpack([body], encoding, 10_000)) <= 10_000
