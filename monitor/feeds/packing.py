"""
Bodies as packed for the wire, unpacked a piece at a time.

Strangers choose what they pack: every piece is small, whatever it is unpacked from,
and every layer of packing may give only so much. urllib3 could unpack as well, but
takes a gzip or deflate body that is cut short for whole, and lets a zstd body claim
128 MiB before its first byte.
"""

import sys
import zlib
from collections.abc import Callable, Iterable, Iterator

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ACCEPTED = "gzip, deflate, br, zstd"
"""The header Accept-Encoding, for what we read."""

PIECE = 65_536
"""Bytes; about the most that a layer hands on at once."""

_MAX_LAYERS = 5  # as urllib3 has it; one is what we see
_WINDOW_LOG = 23  # RFC 9659: a zstd body on the web needs at most 8 MB of memory
_PLAIN = {"", "identity", "none", "binary", "utf-8", "utf8"}  # the last by mistake

Pieces = Iterator[bytes]


class PackingError(ValueError):
    """A body cannot be unpacked: it is not what its packing says, or is cut short."""


class UnknownPackingError(ValueError):
    """A body is packed in a way that we do not read."""


class TooLargeError(ValueError):
    """A body grows beyond its limit."""


def unpack(chunks: Iterable[bytes], encoding: str, max_bytes: int) -> bytes:
    """A body as it was before it was packed.

    ``encoding`` is the header Content-Encoding; ``max_bytes`` bounds the body, and what
    lies between two packings. Raises PackingError, UnknownPackingError, TooLargeError.
    """
    pieces = _limited(chunks, max_bytes)
    for layer in reversed(_layers(encoding)):
        pieces = _limited(layer(pieces), max_bytes)
    try:
        return b"".join(pieces)
    except (zlib.error, brotli.error, zstd.ZstdError) as exc:
        raise PackingError(str(exc)) from exc


def _layers(encoding: str) -> list[Callable[[Pieces], Pieces]]:
    names = [name.strip().lower() for name in encoding.split(",")]
    names = [name for name in names if name not in _PLAIN]
    if len(names) > _MAX_LAYERS or not set(names) <= _LAYERS.keys():
        raise UnknownPackingError(encoding)
    return [_LAYERS[name] for name in names]


def _limited(pieces: Iterable[bytes], max_bytes: int) -> Pieces:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > max_bytes:
            raise TooLargeError(f"{size:,} bytes")
        if piece:
            yield piece


def _gunzip(chunks: Pieces) -> Pieces:
    """Members of a gzip file, one after another (RFC 1952)."""
    engine, is_whole = zlib.decompressobj(16 + zlib.MAX_WBITS), True
    for chunk in chunks:
        while chunk:
            if engine.eof:
                if not _GZIP.startswith(chunk[:2]):
                    return  # what some servers leave behind the end
                engine = zlib.decompressobj(16 + zlib.MAX_WBITS)
            yield engine.decompress(chunk, PIECE)
            is_whole = engine.eof
            chunk = engine.unused_data if engine.eof else engine.unconsumed_tail
    if not is_whole:
        raise PackingError("cut short")


def _inflate(chunks: Pieces) -> Pieces:
    """A deflated body: with the wrapping of zlib, or without, as many servers send."""
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head) > 1:
            break
    if len(head) < 2:
        if head:
            raise PackingError("cut short")
        return
    has_wrapping = head[0] & 15 == zlib.DEFLATED and not (head[0] << 8 | head[1]) % 31
    engine = zlib.decompressobj(zlib.MAX_WBITS if has_wrapping else -zlib.MAX_WBITS)
    for chunk in _chain(head, chunks):
        rest = chunk
        while rest and not engine.eof:
            yield engine.decompress(rest, PIECE)
            rest = engine.unconsumed_tail
    if not engine.eof:
        raise PackingError("cut short")


def _unbrotli(chunks: Pieces) -> Pieces:
    engine, has_begun = brotli.Decompressor(), False
    for chunk in chunks:
        has_begun = True
        yield engine.process(chunk, output_buffer_limit=PIECE)
        while not engine.can_accept_more_data():
            yield engine.process(b"", output_buffer_limit=PIECE)
    if has_begun and not engine.is_finished():
        raise PackingError("cut short")


def _unzstd(chunks: Pieces) -> Pieces:
    """Frames of zstd, one after another (RFC 8878)."""
    options = {int(zstd.DecompressionParameter.window_log_max): _WINDOW_LOG}
    engine = None
    for chunk in chunks:
        rest = chunk
        while rest or (engine and not engine.eof and not engine.needs_input):
            if engine is None or engine.eof:
                engine = zstd.ZstdDecompressor(options=options)
            yield engine.decompress(rest, max_length=PIECE)
            rest = engine.unused_data if engine.eof else b""
    if engine and not engine.eof:
        raise PackingError("cut short")


def _chain(first: bytes, rest: Pieces) -> Pieces:
    yield first
    yield from rest


_GZIP = b"\x1f\x8b"
_LAYERS: dict[str, Callable[[Pieces], Pieces]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,  # RFC 9110, 8.4.1.3: the same
    "deflate": _inflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}
