"""
A web server that does wrong, in as many ways as feeds on the web have shown.

``serve()`` starts one on the loopback address and gives its base URL; ``base + mode``
is a feed with that fault, for every mode in MODES. A mode writes bytes to a socket, so
that it can say what no library would.
"""

import gzip
import re
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import cache, partial
from itertools import count
from socket import SHUT_WR, SO_LINGER, SOL_SOCKET, create_server, socket

import brotli
import trustme
from backports import zstd

FEED = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>Diario Anáhuac</title>
<link>https://diario.example/</link><description>Portada</description>
<item><title>México y EE.UU. acuerdan entregas de agua</title>
<link>https://diario.example/agua</link><guid>agua-1</guid>
<pubDate>Mon, 02 Mar 2026 12:00:00 GMT</pubDate></item>
</channel></rss>
""".encode()
EMPTY_FEED = b'<rss version="2.0"><channel><title>Quiet</title></channel></rss>'
PAGE = b"<!DOCTYPE html><html><head><title>Portada</title></head><body></body></html>"
ETAG = '"1"'
"""What the modes ``unchanged`` and ``etag-repeated`` answer 304 to."""

_BOMB_SIZE = 50_000_000  # bytes, of zeros
_RESET = b"\1\0\0\0\0\0\0\0"  # struct linger: on, 0 s
_TYPE = ("Content-Type: application/rss+xml",)


@dataclass
class Call:
    """One request to a fault."""

    line: socket
    rest: str
    """Path and query below the mode's name."""
    headers: str
    base: str
    secure: str
    """Base of the server whose certificate nobody trusts."""
    stop: threading.Event
    number: int
    """How many calls there were before."""

    def say(self, *lines: str, body: bytes = b"") -> None:
        head = "\r\n".join((*lines, "", "")).encode("latin-1")
        self.line.sendall(head + body)

    def answer(self, body: bytes, *headers: str, status: str = "200 OK") -> None:
        headers = (*headers, f"Content-Length: {len(body)}")
        self.say(f"HTTP/1.1 {status}", *headers, "Connection: close", body=body)

    def drip(self, drop: bytes) -> None:
        while not self.stop.wait(0.02):
            self.line.sendall(drop)


Mode = Callable[[Call], None]


def _says(body: bytes, *headers: str, status: str = "200 OK") -> Mode:
    return lambda call: call.answer(body, *headers, status=status)


def _status(status: str, *headers: str) -> Mode:
    return _says(b"<p>Not now.</p>", *headers, status=status)


def _bytes(sent: bytes) -> Mode:
    return lambda call: call.line.sendall(sent)


def _head(*headers: str) -> bytes:
    return "\r\n".join(("HTTP/1.1 200 OK", *headers, "", "")).encode("latin-1")


def _drips(first: bytes, drop: bytes) -> Mode:
    def mode(call: Call) -> None:
        call.line.sendall(first)
        call.drip(drop)

    return mode


def _resets(first: bytes) -> Mode:
    def mode(call: Call) -> None:
        call.line.sendall(first)
        time.sleep(0.02)  # what is sent arrives; then the line breaks
        call.line.setsockopt(SOL_SOCKET, SO_LINGER, _RESET)

    return mode


def _moves(to: str, status: str = "302 Found") -> Mode:
    """``{base}`` is this server, ``{secure}`` the one that nobody trusts."""

    def mode(call: Call) -> None:
        location = to.replace("{base}", call.base).replace("{secure}", call.secure)
        call.answer(b"", f"Location: {location}", status=status)

    return mode


def _chain(hops: int, call: Call) -> None:
    """/name -> /name/1 -> ... -> /name/hops, which is the feed."""
    hop = int(call.rest.strip("/") or 0)
    if hop == hops:
        return call.answer(FEED, *_TYPE)
    return _moves(f"{{base}}chain-{hops}/{hop + 1}", "301 Moved Permanently")(call)


def _refreshes(to: str, seconds: int = 0) -> Mode:
    refresh = f'<meta http-equiv="Refresh" content="{seconds}; URL={to}">'
    page = PAGE.replace(b"</title>", b"</title>" + refresh.encode())
    return _says(page, "Content-Type: text/html")


def _unchanged(call: Call) -> None:
    if f"if-none-match: {ETAG}" not in call.headers.lower():
        return call.answer(FEED, *_TYPE, f"ETag: {ETAG}")
    lines = (f"ETag: {ETAG}", "Cache-Control: max-age=1800", "Connection: close")
    return call.say("HTTP/1.1 304 Not Modified", *lines)


def _repeats(call: Call) -> None:
    """A new body each time, under one ETag; asked with it, it claims no change."""
    if f"if-none-match: {ETAG}" in call.headers.lower():
        return call.say("HTTP/1.1 304 Not Modified", f"ETag: {ETAG}")
    body = FEED.replace(b"agua-1", b"agua-%d" % call.number)
    return call.answer(body, *_TYPE, f"ETag: {ETAG}")


def _busy_until(server_clock: float, call: Call) -> None:
    """Come back in ten minutes, by a clock that may be off by some seconds."""
    now = time.time() + server_clock
    call.answer(
        b"",
        f"Date: {formatdate(now, usegmt=True)}",
        f"Retry-After: {formatdate(now + 600, usegmt=True)}",
        status="503 Service Unavailable",
    )


# --- packings

_PACK: Mapping[str, Callable[[bytes], bytes]] = {
    "gzip": partial(gzip.compress, compresslevel=1),
    "deflate": partial(zlib.compress, level=1),
    "br": partial(brotli.compress, quality=1),
    "zstd": zstd.compress,
}


@cache
def _bomb(names: str) -> bytes:
    body = bytes(_BOMB_SIZE)
    for name in names.split(", "):
        body = _PACK[name](body)
    return body


def _bombs(names: str) -> Mode:
    return lambda call: call.answer(_bomb(names), f"Content-Encoding: {names}")


def _packed(name: str, body: bytes) -> Mode:
    return _says(body, *_TYPE, f"Content-Encoding: {name}")


def _wide_zstd() -> bytes:
    options = {zstd.CompressionParameter.window_log: 27}  # claims 128 MiB
    engine = zstd.ZstdCompressor(options=options)
    return engine.compress(FEED) + engine.flush()


_GZIP = gzip.compress(FEED)
_SIX_TIMES = FEED
for _ in range(6):
    _SIX_TIMES = gzip.compress(_SIX_TIMES)

# --- the modes

_LENGTH = f"Content-Length: {len(FEED)}"
_CHUNKED = "Transfer-Encoding: chunked"
_CHUNKS = b"".join(b"%x\r\n%b\r\n" % (1, FEED[n : n + 1]) for n in range(len(FEED)))

MODES: Mapping[str, Mode] = {
    # sound, if odd
    "feed": _says(FEED, *_TYPE),
    "empty-feed": _says(EMPTY_FEED, *_TYPE),
    "unchanged": _unchanged,
    "etag-repeated": _repeats,
    "no-length": _bytes(_head(*_TYPE, "Connection: close") + FEED),
    "http-1.0": _bytes(b"HTTP/1.0 200 OK\r\n\r\n" + FEED),
    "bare-line-feeds": _bytes(b"HTTP/1.1 200 OK\n\n" + FEED),
    "chunks-of-one": _bytes(_head(_CHUNKED) + _CHUNKS + b"0\r\n\r\n"),
    "continue-first": _bytes(b"HTTP/1.1 100 Continue\r\n\r\n" + _head(_LENGTH) + FEED),
    "byte-order-mark": _says(b"\xef\xbb\xbf" + FEED, *_TYPE),
    "utf-16": _says(FEED.decode().replace("UTF-8", "UTF-16").encode("utf-16"), *_TYPE),
    "wrong-charset": _says(FEED, "Content-Type: text/xml; charset=iso-8859-1"),
    "unknown-charset": _says(FEED, "Content-Type: text/xml; charset=no-such"),
    "octet-stream": _says(FEED, "Content-Type: application/octet-stream"),
    "cookies": _says(FEED, "Set-Cookie: a=b", "Set-Cookie: c=d"),
    # not a feed
    "page": _says(PAGE, "Content-Type: text/html"),
    "page-as-feed": _says(PAGE, *_TYPE),
    "empty-body": _says(b"", *_TYPE),
    "garbage": _says(bytes(range(256)) * 8, *_TYPE),
    "nul-bytes": _says(FEED.replace(b"<item>", b"\0\0<item>"), *_TYPE),
    "json-error": _says(b'{"error": "no"}', "Content-Type: application/json"),
    "cut-xml": _says(FEED[:300], *_TYPE),
    # statuses
    "accepted": _status("202 Accepted"),
    "no-content": _bytes(b"HTTP/1.1 204 No Content\r\n\r\n"),
    "partial": _says(FEED[:99], "Content-Range: bytes 0-98/999", status="206 Partial"),
    "not-modified-unasked": _bytes(b"HTTP/1.1 304 Not Modified\r\n\r\n"),
    "bad-request": _status("400 Bad Request"),
    "unauthorized": _status("401 Unauthorized", "WWW-Authenticate: Basic realm=x"),
    "forbidden": _status("403 Forbidden"),
    "not-found": _status("404 Not Found"),
    "request-timeout": _status("408 Request Timeout"),
    "gone": _status("410 Gone"),
    "too-early": _status("425 Too Early"),
    "too-many": _status("429 Too Many Requests"),
    "too-many-seconds": _status("429 Slow", "Retry-After: 120"),
    "too-many-week": _status("429 Slow", "Retry-After: 604800"),
    "too-many-negative": _status("429 Slow", "Retry-After: -5"),
    "too-many-soon": _status("429 Slow", "Retry-After: soon"),
    "forbidden-seconds": _status("403 Forbidden", "Retry-After: 30"),
    "legal": _status("451 Unavailable For Legal Reasons"),
    "server-error": _status("500 Internal Server Error"),
    "bad-gateway": _status("502 Bad Gateway"),
    "busy-until": partial(_busy_until, 0),
    "busy-until-clock-off": partial(_busy_until, -86_400 * 365),
    "busy-until-past": _status(
        "503 Busy", "Retry-After: Fri, 31 Dec 1999 23:59:59 GMT"
    ),
    "cdn-error": _status("520 Web Server Returned an Unknown Error"),
    "status-999": _status("999 Request denied"),
    # time
    "no-answer": lambda call: call.drip(b""),
    "slow-headers": _drips(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x"),
    "slow-body": _drips(_head("Content-Length: 9999"), b"<"),
    "slow-chunks": _drips(_head(_CHUNKED), b"1\r\n<\r\n"),
    "stalled-body": _drips(_head(_LENGTH) + FEED[:99], b""),
    "endless-continue": _drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    # broken lines
    "hang-up": lambda call: None,
    "reset": _resets(b""),
    "reset-in-body": _resets(_head(_LENGTH) + FEED[:99]),
    "length-too-long": _bytes(_head("Content-Length: 9999") + FEED),
    "length-too-short": _bytes(_head("Content-Length: 99") + FEED),
    "length-negative": _bytes(_head("Content-Length: -1") + FEED),
    "length-no-number": _bytes(_head("Content-Length: many") + FEED),
    "chunk-size-broken": _bytes(_head(_CHUNKED) + b"zz\r\n" + FEED),
    "chunk-cut": _bytes(_head(_CHUNKED) + b"fff\r\n" + FEED),
    "chunk-end-missing": _bytes(_head(_CHUNKED) + _CHUNKS),
    # not HTTP
    "mail-server": _bytes(b"220 mail.example ESMTP\r\n"),
    "bad-status": _bytes(b"HTTP/1.1 fine\r\n\r\n" + FEED),
    "http-0.9": _bytes(FEED),
    "long-header": _bytes(_head("X-Long: " + "x" * 70_000) + FEED),
    "many-headers": _bytes(_head(*(f"X-{n}: x" for n in range(150))) + FEED),
    # packings
    "gzip": _packed("gzip", _GZIP),
    "deflate": _packed("deflate", zlib.compress(FEED)),
    "deflate-raw": _packed("deflate", zlib.compress(FEED)[2:-4]),
    "br": _packed("br", brotli.compress(FEED)),
    "zstd": _packed("zstd", zstd.compress(FEED)),
    "gzip-of-br": _packed("br, gzip", gzip.compress(brotli.compress(FEED))),
    "gzip-then-rubbish": _packed("gzip", _GZIP + b"\0\0rubbish"),
    "gzip-of-nothing": _packed("gzip", b""),
    "gzip-undeclared": _says(_GZIP, *_TYPE),
    "gzip-not": _packed("gzip", FEED),
    "gzip-is-br": _packed("br", _GZIP),
    "gzip-cut": _packed("gzip", _GZIP[:-40]),
    "gzip-cut-at-sum": _packed("gzip", _GZIP[:-8]),
    "gzip-wrong-sum": _packed("gzip", _GZIP[:-8] + bytes(8)),
    "deflate-cut": _packed("deflate", zlib.compress(FEED)[:-40]),
    "br-cut": _packed("br", brotli.compress(FEED)[:-40]),
    "zstd-cut": _packed("zstd", zstd.compress(FEED)[:-40]),
    "zstd-wide": _packed("zstd", _wide_zstd()),
    "packed-unknown": _packed("compress", FEED),
    "packed-six-times": _packed(", ".join(["gzip"] * 6), _SIX_TIMES),
    # size
    "packed-escape": _packed("\x1b[2J\x9b", FEED),
    "huge-body": _says(bytes(1_000_000), *_TYPE),
    "huge-length": _bytes(_head("Content-Length: 99999999999") + bytes(1_000_000)),
    "huge-chunk": _bytes(_head(_CHUNKED) + b"fffffff\r\n" + bytes(1_000_000)),
    "bomb-gzip": _bombs("gzip"),
    "bomb-deflate": _bombs("deflate"),
    "bomb-br": _bombs("br"),
    "bomb-zstd": _bombs("zstd"),
    "bomb-gzip-twice": _bombs("gzip, gzip"),
    "bomb-br-in-zstd": _bombs("br, zstd"),
    # redirects
    "move-for-good": _moves("{base}feed", "301 Moved Permanently"),
    "move-for-now": _moves("{base}feed", "307 Temporary Redirect"),
    "move-relative": _moves("../feed?a=b c#d"),
    "move-to-page": _moves("{base}page", "301 Moved Permanently"),
    "move-to-gone": _moves("{base}gone"),
    "move-to-itself": _moves("{base}move-to-itself"),
    "move-in-circle": lambda call: _moves(f"{{base}}move-in-circle?{call.number % 2}")(
        call
    ),
    "chain-5": partial(_chain, 5),
    "chain-6": partial(_chain, 6),
    "move-nowhere": _status("302 Found"),
    "move-to-empty": _moves(""),
    "move-to-file": _moves("file:///etc/hostname"),
    "move-to-script": _moves("javascript:alert(1)"),
    "move-to-metadata": _moves("http://169.254.169.254/latest/meta-data/"),
    "move-with-password": _moves("http://user:secret@127.0.0.1/"),
    "move-to-port-0": _moves("http://127.0.0.1:0/"),
    "move-to-long": _moves("/" + "x" * 3000),
    "move-backslash": _moves("{base}\\feed"),
    "move-to-escape": _moves("/\x1b]0;owned\x07\x9b2J"),
    "choices": _status("300 Multiple Choices"),
    "refresh": _refreshes("/feed"),
    "refresh-itself": _refreshes("/refresh-itself"),
    "refresh-to-metadata": _refreshes("http://169.254.169.254/"),
    "refresh-later": _refreshes("/feed", 600),
    # TLS
    "tls-untrusted": _moves("{secure}feed"),
    "tls-none": lambda call: _moves(call.base.replace("http:", "https:") + "feed")(
        call
    ),
}


# --- the server


@dataclass
class _Server:
    listener: socket
    base: str
    secure: str
    tls: ssl.SSLContext | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)

    def run(self) -> None:
        while not self.stop.is_set():
            with suppress(TimeoutError):
                line, _ = self.listener.accept()
                thread = threading.Thread(target=self._meet, args=(line,))
                self.threads.append(thread)
                thread.start()

    def _meet(self, line: socket) -> None:
        with line, suppress(OSError):  # the client may hang up whenever it likes
            line.settimeout(5)
            if not self.tls:
                return self._answer(line)
            with self.tls.wrap_socket(line, server_side=True) as secured:
                self._answer(secured)

    def _answer(self, line: socket) -> None:
        asked = b""
        while b"\r\n\r\n" not in asked:
            if not (some := line.recv(65_536)):
                return
            if some.startswith(b"\x16"):  # TLS, where none is spoken
                return line.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            asked += some
        start, _, headers = asked.decode("latin-1").partition("\r\n")
        path = start.split(" ")[1].removeprefix("/")
        mode = re.split("[/?]", path)[0]
        rest = path.removeprefix(mode)
        MODES[mode](
            Call(
                line,
                rest,
                headers,
                self.base,
                self.secure,
                self.stop,
                next(self.numbers),
            )
        )
        with suppress(OSError):
            line.shutdown(SHUT_WR)
            line.settimeout(0.5)
            while line.recv(65_536):  # closing on unread bytes would reset the line
                pass


@contextmanager
def serve() -> Iterator[str]:
    """Run the server; the value is its base URL, with a slash at the end."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(tls)
    with (
        create_server(("127.0.0.1", 0), backlog=128) as plain,
        create_server(("127.0.0.1", 0), backlog=128) as secure,
    ):
        bases = [
            f"http://127.0.0.1:{plain.getsockname()[1]}/",
            f"https://127.0.0.1:{secure.getsockname()[1]}/",
        ]
        servers = [_Server(plain, *bases), _Server(secure, *bases, tls)]
        threads = [threading.Thread(target=server.run) for server in servers]
        for thread, server in zip(threads, servers, strict=True):
            server.listener.settimeout(0.05)
            thread.start()
        try:
            yield bases[0]
        finally:
            for thread, server in zip(threads, servers, strict=True):
                server.stop.set()
                thread.join()
                for one in server.threads:
                    one.join()
