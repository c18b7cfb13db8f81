"""The newsroom's web server: on loopback, with a clock of its own."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

from monitor.model import Feed
from monitor.newsroom.content import FIRST_HOUR, Notice, Outlet, notices, outlets
from monitor.newsroom.documents import document, page

SHOWN = 15
"""Items in a feed; what scrolls off between two polls is lost, as in life."""

SLOW_SECONDS = 0.2


@dataclass
class Newsroom:
    """A running newsroom. Set ``now`` and its feeds show what was out by then."""

    address: str
    now: datetime = FIRST_HOUR
    closing: Event = field(default_factory=Event)

    def __post_init__(self) -> None:
        self._outlets = {outlet.slug: outlet for outlet in outlets()}
        self._notices: dict[str, list[Notice]] = {}
        for notice in reversed(notices()):
            self._notices.setdefault(notice.outlet, []).append(notice)

    def feeds(self) -> tuple[Feed, ...]:
        """Its outlets as feeds.yaml would state them."""
        return tuple(o.feed(self.address) for o in self._outlets.values())

    def answer(self, path: str) -> tuple[HTTPStatus, str, bytes]:
        """Status, content type and body for a path such as ``/diario-anahuac.xml``."""
        outlet = self._outlets.get(path.removeprefix("/").removesuffix(".xml"))
        if outlet is None:
            return HTTPStatus.NOT_FOUND, "text/plain", b"no such outlet\n"
        if "error-500" in outlet.quirks:
            return HTTPStatus.INTERNAL_SERVER_ERROR, "text/plain", b"out of order\n"
        if "html-page" in outlet.quirks:
            return HTTPStatus.OK, "text/html; charset=utf-8", page(outlet)
        if "slow" in outlet.quirks:
            self.closing.wait(SLOW_SECONDS)
        return HTTPStatus.OK, "application/xml", self._document(outlet)

    def _document(self, outlet: Outlet) -> bytes:
        out = [n for n in self._notices[outlet.outlet] if n.published <= self.now]
        return document(outlet, out[:SHOWN], self.now)


@contextmanager
def serve() -> Iterator[Newsroom]:
    """A newsroom on a free loopback port, closed at the end of the block."""
    server = _Server(("127.0.0.1", 0), _Answer)
    newsroom = server.newsroom = Newsroom(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield newsroom
    finally:
        newsroom.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    """One thread a request; a reader that hangs up is no news."""

    newsroom: Newsroom

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            raise


class _Answer(BaseHTTPRequestHandler):
    """One request, with a validator and the 304 it earns."""

    protocol_version = "HTTP/1.1"
    timeout = 5
    wbufsize = -1  # headers and body in one packet: two would wait for an ACK, 40 ms
    server: _Server

    def do_GET(self) -> None:
        newsroom = self.server.newsroom
        status, kind, body = newsroom.answer(self.path)
        etag = f'"{sha256(body).hexdigest()[:16]}"'
        if status == HTTPStatus.OK and self.headers.get("If-None-Match") == etag:
            status, body = HTTPStatus.NOT_MODIFIED, b""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(body)))
        if status in {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED}:
            self.send_header("ETag", etag)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """The monitor's own log says what matters."""
