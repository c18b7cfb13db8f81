"""
The API and the dashboard's addresses: whatever is asked, the answer is no error of ours,
and a refusal by the API is a problem in JSON that repeats no token.

An input is a line with method and address, then the body.
"""

import asyncio
import json
import re
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from builders import NOW, assignment, feed, item, show, watchlist
from fuzz.driver import bounded
from monitor.coverage.marks import Marker
from monitor.coverage.themes import lexicon
from monitor.outlining import outline_due
from monitor.pipeline import Desk
from monitor.store.database import Store
from monitor.web.app import create_app
from monitor.web.reach import Reach
from monitor.web.site import Site

MAX_LENGTH = 2_048
TOKEN = "t" * 40
_NOT_SEEN = re.compile(rb"[^\x21-\x7e]")
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")
WORDS = (
    *("GET /api/v1/", "POST /api/v1/corrections\n", "/preview", "stories", "items"),
    *("/search?q=", "?after=", "&limit=", "?since=", "2026-03-02", "?order=", "&side="),
    *("?theme=", "?watchlist=", "?outlet=", "?language=", "lags", "blindspots", "s1"),
    *(
        "editions",
        "outlets",
        "/coverage",
        "feeds/health",
        "%00",
        "%ff",
        "%2e%2e/",
        "\0",
    ),
    *(
        '{"verb": "merge", "together": ["',
        '"story": "',
        '"reason": "',
        "\\ud83d",
        "9" * 40,
    ),
    *("GET /story/", "GET /search?q=", "GET /day/", "GET /export/", "GET /static/../"),
    *("1e999", "-1", "null", "true", "[" * 50, "9999-12-31", "0001-01-01", "+99:99"),
)


def seeds() -> list[bytes]:
    """Requests that go well."""
    said = (
        "GET /api/v1/stories?limit=2&side=MX&since=2026-03-01",
        "GET /api/v1/stories/s1/coverage",
        "GET /api/v1/items?language=es&limit=1",
        "GET /api/v1/search?q=agua%20-presa&by=story",
        "GET /api/v1/lags", "GET /api/v1/blindspots?after=W10", "GET /api/v1/editions",
        'POST /api/v1/corrections/preview\n{"verb": "merge", "stories": ["s1", "s2"], "reason": "x"}',
        'POST /api/v1/corrections\n{"verb": "split", "stories": ["s1"], "items": ["a"], "reason": "x"}',
        "GET /story/s1", "GET /search?q=agua", "GET /stories?side=US", "GET /?day=2026-03-02",
        "GET /framing", "GET /outlets", "GET /exports/stories.csv", "GET /feed.atom",
    )  # fmt: skip
    return [text.encode() for text in said]


@cache
def _app() -> Any:
    """A dashboard over a few items; it lasts as long as the process."""
    path = Path(tempfile.mkdtemp(prefix="fuzz-api-"), "monitor.db")
    feeds = (feed("Ledger", "US"), feed("Anáhuac", "MX"))
    desk = Desk(
        feeds,
        {f.outlet: f.owner for f in feeds},
        (watchlist("Water"),),
        "auto",
        themes=lexicon(),
    )
    with Store(path) as store:
        shown = [item("Agua", "MX", id="a"), item("Water", "US", id="b", minutes=5)]
        show(store, shown, NOW)
        store.stories.assign(assignment(one, "s1") for one in shown)
        marker = Marker(desk.themes, desk.watchlists)
        list(outline_due(store, marker, desk.owners))
    return create_app(
        Site(lambda: Store(path), lambda: desk, lambda: NOW, Reach(token=TOKEN))
    )


@cache
def _loop() -> asyncio.AbstractEventLoop:
    return asyncio.new_event_loop()


def check(data: bytes, allowance: float = 1.0) -> int:
    """The status of the answer; AssertionError if a promise is broken."""
    head, _, body = data.partition(b"\n")
    # h11 lets no other bytes through.
    sent = _NOT_SEEN.sub(lambda byte: b"%%%02X" % byte[0][0], head).decode("ascii")
    method, _, target = sent.replace("%20", " ", 1).partition(" ")
    method = method if method in METHODS else "GET"
    path, _, query = target.partition("?")
    raw = (path if path.startswith("/") else "/" + path).encode("latin-1")
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(raw.decode("latin-1")),
        "raw_path": raw,
        "root_path": "",
        "query_string": query.encode("latin-1"),
        "client": ("127.0.0.1", 9),
        "server": ("127.0.0.1", 80),
        "asgi": {"version": "3.0"},
        "headers": [
            (b"host", b"127.0.0.1"),
            (b"authorization", f"Bearer {TOKEN}".encode()),
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
        ],
    }
    with bounded(data, 5 * allowance):
        status, headers, told = _loop().run_until_complete(_ask(scope, body))
    assert status < 500, f"{status}: {told[:300]!r}"
    assert TOKEN.encode() not in told, "tells the token"
    if status >= 400 and scope["path"].startswith("/api/v1") and method != "HEAD":
        kind = headers.get(b"content-type", b"")
        assert kind == b"application/problem+json", f"{status}: {kind!r} {told[:200]!r}"
        assert json.loads(told)["status"] == status
    if headers.get(b"content-type", b"").startswith(b"text/html"):
        assert b"content-security-policy" in headers
    return int(status)


async def _ask(scope: Any, body: bytes) -> tuple[int, dict[bytes, bytes], bytes]:
    sent = []
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Any:
        if messages:
            return messages.pop()
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    with suppress(ConnectionError):
        await _app()(scope, receive, send)
    told = b"".join(
        m.get("body", b"") for m in sent if m["type"] == "http.response.body"
    )
    return sent[0]["status"], dict(sent[0]["headers"]), told
