import gzip
import inspect
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import brotli
import pytest
import trustme
from backports import zstd
from urllib3 import exceptions

from builders import NOW, feed
from monitor import __version__
from monitor.errors import FetchError
from monitor.feeds import fetch_call
from monitor.feeds.cadence import Haul, Pace
from monitor.feeds.fetch import MAX_REDIRECTS, PER_HOST, Fetcher
from monitor.feeds.fetch_call import Resolve
from monitor.feeds.fetch_call import lookup as system_lookup
from monitor.feeds.learn import learn_success
from monitor.model import Document, FeedState, Unchanged

BODY = "<rss version='2.0'><channel><title>Año</title></channel></rss>".encode()
LIMIT = 100_000

Route = Callable[[BaseHTTPRequestHandler], None]


def answer(body: bytes = BODY, status: int = 200, **headers: str) -> Route:
    """A route that always says this; ``etag="x"`` becomes the header ETag."""

    def route(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        with suppress(ConnectionError):  # the fetcher need not read it all
            request.wfile.write(body)

    return route


def redirect(to: str, status: int = 301) -> Route:
    return answer(b"", status, Location=to)


def drip(first: bytes, drop: bytes) -> Route:
    """A route that never ends, a drop every few milliseconds."""

    def route(request: BaseHTTPRequestHandler) -> None:
        with suppress(ConnectionError):
            request.wfile.write(first)
            while True:
                request.wfile.write(drop)
                time.sleep(0.01)

    return route


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing of connections that a test breaks off."""


class Site:
    """A real web server on the loopback address."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.routes: dict[str, Route] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                site.asked.append((self.path, headers))
                site.routes[self.path.split("?")[0]](self)
                self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._scheme = "https" if tls else "http"
        if tls:
            self._server.socket = tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        self._server.serve_forever(poll_interval=0.01)

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"{self._scheme}://{host}:{self.port}{path}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


@pytest.fixture(scope="module", autouse=True)
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[trustme.CA]:
    """The certificate authority that this module's fetchers trust."""
    authority = trustme.CA()
    path = tmp_path_factory.mktemp("tls") / "ca.pem"
    authority.cert_pem.write_to_path(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(path))
        yield authority


def _fetch(
    url: str,
    state: FeedState | None = None,
    *,
    local: bool = True,
    timeout_seconds: float = 5,
    resolve: Resolve = system_lookup,
) -> Document | Unchanged:
    with Fetcher(
        "https://desk.example/bot", timeout_seconds, LIMIT, 0, resolve
    ) as fetcher:
        return fetcher.fetch(feed(url=url, local=local), state or FeedState(url))


def _document(url: str, **of: Any) -> Document:
    document = _fetch(url, **of)
    assert isinstance(document, Document)
    return document


def _reason(url: str, **of: Any) -> str:
    with pytest.raises(FetchError) as caught:
        _fetch(url, **of)
    assert caught.value.url == url
    return caught.value.reason


# --- what a good answer gives


def test_a_document_has_body_headers_and_address(site: Site) -> None:
    site.routes["/rss"] = answer(ETag='"1"', Content_Type="text/xml; charset=utf-8")
    document = _document(site.url("/rss?a=1&b=%20"))
    assert document.url == site.url("/rss?a=1&b=%20")
    assert document.body == BODY
    assert document.headers["etag"] == '"1"'
    assert document.headers["content-type"] == "text/xml; charset=utf-8"
    assert document.moved_to is None


def test_we_say_who_we_are_and_where_to_complain(site: Site) -> None:
    site.routes["/rss"] = answer()
    _fetch(site.url("/rss"))
    [(_, headers)] = site.asked
    agent = f"BilingualCoverageMonitor/{__version__} (+https://desk.example/bot)"
    assert headers["user-agent"] == agent
    assert headers["host"] == f"127.0.0.1:{site.port}"


def test_we_ask_for_the_packings_we_read(site: Site) -> None:
    site.routes["/rss"] = answer()
    _fetch(site.url("/rss"))
    [(_, headers)] = site.asked
    assert headers["accept-encoding"] == "gzip, deflate, br, zstd"


def test_a_cookie_is_not_kept(site: Site) -> None:
    site.routes["/rss"] = answer(b"", 302, Location="/new", Set_Cookie="seen=1")
    site.routes["/new"] = answer(Set_Cookie="seen=2")
    _fetch(site.url("/rss"))
    assert [headers.get("cookie") for _, headers in site.asked] == [None, None]


def test_a_first_fetch_asks_without_conditions(site: Site) -> None:
    site.routes["/rss"] = answer()
    _fetch(site.url("/rss"))
    [(_, headers)] = site.asked
    assert not {"if-none-match", "if-modified-since"} & set(headers)


def test_an_unchanged_feed_gives_no_document(site: Site) -> None:
    def conditional(request: BaseHTTPRequestHandler) -> None:
        is_known = request.headers["If-None-Match"] == 'W/"ñ"'
        told = {"Cache_Control": "max-age=600", "cache_control": "public"}
        (answer(b"", 304, **told) if is_known else answer())(request)

    site.routes["/rss"] = conditional
    url = site.url("/rss")
    date = "Mon, 02 Mar 2026 10:00:00 GMT"
    state = FeedState(url, etag='W/"ñ"', last_modified=date)
    unchanged = _fetch(url, state)
    assert isinstance(unchanged, Unchanged)
    assert (unchanged.url, unchanged.moved_to) == (url, None)
    assert unchanged.headers["cache-control"] == "max-age=600, public"
    assert site.asked[0][1]["if-modified-since"] == date
    assert isinstance(_fetch(url, FeedState(url, etag='"other"')), Document)


def test_an_unasked_304_is_an_error(site: Site) -> None:
    site.routes["/rss"] = answer(b"", 304)
    assert _reason(site.url("/rss")) == "answered 304 Not Modified"


@pytest.mark.parametrize(
    ("packing", "body"),
    [
        ("gzip", gzip.compress(BODY)),
        ("x-gzip", gzip.compress(BODY[:9]) + gzip.compress(BODY[9:])),
        ("deflate", zlib.compress(BODY)),
        ("deflate", zlib.compress(BODY)[2:-4]),
        ("GZIP", gzip.compress(BODY)),
        ("deflate, gzip", gzip.compress(zlib.compress(BODY))),
        ("identity", BODY),
        ("utf-8", BODY),
        ("None", BODY),
        ("binary", BODY),
        ("gzip, UTF-8", gzip.compress(BODY)),
        ("br", brotli.compress(BODY)),
        ("zstd", zstd.compress(BODY)),
    ],
    ids=["gzip", "members", "zlib", "raw", "capitals", "twice", "none"]
    + ["charset", "said none", "binary", "gzip and charset", "br", "zstd"],
)
def test_packed_bodies_are_unpacked(site: Site, packing: str, body: bytes) -> None:
    site.routes["/rss"] = answer(body, Content_Encoding=packing)
    assert _document(site.url("/rss")).body == BODY


def test_two_lines_of_packings_are_one_list(site: Site) -> None:
    packed = gzip.compress(brotli.compress(BODY))
    told = {"Content_Encoding": "br", "content_encoding": "gzip"}
    site.routes["/rss"] = answer(packed, **told)
    assert _document(site.url("/rss")).body == BODY


def test_chunked_bodies_are_joined(site: Site) -> None:
    def chunked(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Transfer-Encoding", "chunked")
        request.end_headers()
        for start in range(0, len(BODY), 7):
            chunk = BODY[start : start + 7]
            request.wfile.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
        request.wfile.write(b"0\r\n\r\n")

    site.routes["/rss"] = chunked
    assert _document(site.url("/rss")).body == BODY


def test_a_body_without_a_length_ends_with_its_connection(site: Site) -> None:
    site.routes["/rss"] = lambda r: r.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n" + BODY)  # type: ignore[func-returns-value]
    assert _document(site.url("/rss")).body == BODY


def test_an_ipv6_address_can_be_a_host() -> None:
    reason = _reason("http://[::1]:9/rss")  # a machine without IPv6 cannot reach it
    assert reason.startswith(("refuses the connection", "cannot be reached"))


# --- redirects


@pytest.mark.parametrize(
    ("statuses", "is_moved"),
    [
        ([301], True),
        ([308, 301], True),
        ([302], False),
        ([303], False),
        ([307], False),
        ([301, 302], False),
        ([302, 301], False),
    ],
)
def test_a_feed_has_moved_only_if_every_redirect_is_permanent(
    site: Site, statuses: list[int], is_moved: bool
) -> None:
    for hop, status in enumerate(statuses):
        site.routes[f"/{hop}"] = redirect(f"/{hop + 1}", status)
    site.routes[f"/{len(statuses)}"] = answer()
    end = site.url(f"/{len(statuses)}")
    document = _document(site.url("/0"))
    assert (document.url, document.body) == (end, BODY)
    assert document.moved_to == (end if is_moved else None)


def test_conditions_go_along_with_redirects(site: Site) -> None:
    site.routes["/old"] = redirect("/new")
    site.routes["/new"] = answer(b"", 304)
    url = site.url("/old")
    state = FeedState(url, etag='"1"')
    assert isinstance(_fetch(url, state), Unchanged)
    assert site.asked[1][1]["if-none-match"] == '"1"'


def test_a_redirect_may_be_written_in_utf_8(site: Site) -> None:
    site.routes["/old"] = redirect("/méxico y más".encode().decode("latin-1"))
    site.routes["/m%C3%A9xico%20y%20m%C3%A1s"] = answer()
    assert _document(site.url("/old")).body == BODY


def test_as_many_redirects_as_allowed_are_followed_and_no_more(site: Site) -> None:
    for hop in range(MAX_REDIRECTS + 1):
        site.routes[f"/{hop}"] = redirect(f"/{hop + 1}")
    site.routes[f"/{MAX_REDIRECTS + 1}"] = answer()
    assert _reason(site.url("/0")) == f"redirects more than {MAX_REDIRECTS} times"
    assert _document(site.url("/1")).body == BODY


def test_a_redirect_loop_ends(site: Site) -> None:
    site.routes["/a"] = redirect("/b", 302)
    site.routes["/b"] = redirect("/a", 302)
    assert _reason(site.url("/a")) == "redirects in a circle"
    assert len(site.asked) == 2


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        (
            "file:///etc/hostname",
            "redirects to file:///etc/hostname, which is not an http or https address",
        ),
        (
            "ftp://diario.example/",
            "redirects to ftp://diario.example/, which is not an http or https address",
        ),
        ("http://[bad/", "redirects to http://[bad/, which is not an address"),
        (
            "http://diario.example:99999/",
            "redirects to http://diario.example:99999/, which is not an address",
        ),
    ],
)
def test_redirects_lead_to_http_only(site: Site, to: str, reason: str) -> None:
    site.routes["/a"] = redirect(to)
    assert _reason(site.url("/a")) == reason


def test_a_redirect_to_nowhere_is_an_answer_like_others(site: Site) -> None:
    site.routes["/a"] = answer(b"", 302)
    assert _reason(site.url("/a")) == "answered 302 Found"


# --- an address remembered


def _remembering(site: Site, path: str) -> FeedState:
    return FeedState(site.url("/old"), etag='"1"', moved_to=site.url(path))


@pytest.mark.parametrize(
    ("routes", "asked", "moved_to"),
    [
        ({"/new": answer()}, ["/new"], "/new"),
        ({"/new": answer(b"", 304)}, ["/new"], "/new"),
        (
            {"/new": redirect("/newer"), "/newer": answer()},
            ["/new", "/newer"],
            "/newer",
        ),
        ({"/new": redirect("/now", 302), "/now": answer()}, ["/new", "/now"], None),
        ({"/new": redirect("/old"), "/old": answer()}, ["/new", "/old"], "/old"),
        ({"/new": answer(status=404), "/old": answer()}, ["/new", "/old"], "/old"),
        ({"/new": answer(status=410), "/old": answer()}, ["/new", "/old"], "/old"),
        (
            {"/new": redirect("/x", 302), "/x": answer(status=410), "/old": answer()},
            ["/new", "/x", "/old"],
            "/old",
        ),
        (
            {"/new": answer(status=404), "/old": redirect("/b", 302), "/b": answer()},
            ["/new", "/old", "/b"],
            "/old",
        ),
        (
            {"/new": answer(status=410), "/old": redirect("/b"), "/b": answer()},
            ["/new", "/old", "/b"],
            "/b",
        ),
    ],
)
def test_a_fetch_starts_at_the_address_remembered(
    site: Site, routes: dict[str, Route], asked: list[str], moved_to: str | None
) -> None:
    site.routes = routes
    outcome = _fetch(site.url("/old"), _remembering(site, "/new"))
    assert [path for path, _ in site.asked] == asked
    assert outcome.moved_to == (moved_to and site.url(moved_to))
    assert all(headers["if-none-match"] == '"1"' for _, headers in site.asked)


def test_the_own_address_is_tried_when_the_one_remembered_has_no_host(
    site: Site,
) -> None:
    def resolve(host: str, port: int) -> list[str]:
        if host == "gone.example":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return system_lookup(host, port)

    site.routes["/old"] = answer()
    url = site.url("/old")
    state = FeedState(url, moved_to="http://gone.example/rss")
    assert _document(url, state=state, resolve=resolve).moved_to == url


def _learn(site: Site, state: FeedState) -> tuple[FeedState, list[str]]:
    """What a fetch teaches, and what it asked for."""
    site.asked.clear()
    answered = _fetch(state.url, state)
    after = learn_success(state, answered, Haul("hash", 1, 1), NOW, Pace(15, 240))
    return after, [path for path, _ in site.asked]


@pytest.mark.parametrize("dead", [answer(status=404), redirect("/old")])
def test_an_address_that_died_is_forgotten_when_the_own_one_serves(
    site: Site, dead: Route
) -> None:
    site.routes = {"/old": redirect("/new"), "/new": answer()}
    state, _ = _learn(site, FeedState(site.url("/old")))
    assert state.moved_to == site.url("/new")
    site.routes = {"/old": answer(), "/new": dead}
    state, asked = _learn(site, state)
    assert (state.moved_to, asked) == (None, ["/new", "/old"])
    state, asked = _learn(site, state)
    assert (state.moved_to, asked) == (None, ["/old"])


def test_an_address_that_died_is_exchanged_for_where_the_feed_moves_next(
    site: Site,
) -> None:
    site.routes = {"/old": redirect("/b"), "/b": answer(), "/new": answer(status=410)}
    state, _ = _learn(site, _remembering(site, "/new"))
    assert state.moved_to == site.url("/b")


@pytest.mark.parametrize(
    ("status", "kind"), [(301, "gone"), (308, "gone"), (302, "hard"), (307, "hard")]
)
def test_only_where_a_feed_lives_can_it_have_ended(
    site: Site, status: int, kind: str
) -> None:
    site.routes = {"/rss": redirect("/x", status), "/x": answer(b"", 410)}
    url = site.url("/rss")
    with pytest.raises(FetchError, match="answered 410 Gone") as caught:
        _fetch(url)
    assert caught.value.kind == kind


@pytest.mark.parametrize(
    ("new", "old", "reason"),
    [(410, 404, "answered 404 Not Found"), (404, 410, "answered 410 Gone")],
)
def test_if_both_addresses_fail_the_own_one_says_why(
    site: Site, new: int, old: int, reason: str
) -> None:
    site.routes = {"/new": answer(status=new), "/old": answer(status=old)}
    assert _reason(site.url("/old"), state=_remembering(site, "/new")) == reason


@pytest.mark.parametrize("status", [403, 429, 500])
def test_other_troubles_at_the_address_remembered_are_the_feeds(
    site: Site, status: int
) -> None:
    site.routes = {"/new": answer(status=status), "/old": answer()}
    reason = _reason(site.url("/old"), state=_remembering(site, "/new"))
    assert reason.startswith(f"answered {status}")


def test_a_slow_look_up_takes_no_longer_than_a_request_may(site: Site) -> None:
    free = threading.Event()

    def resolve(host: str, port: int) -> list[str]:
        free.wait(10)
        return ["127.0.0.1"]

    started = time.monotonic()
    reason = _reason(site.url("/rss"), timeout_seconds=0.3, resolve=resolve)
    assert time.monotonic() - started < 5
    free.set()
    assert reason == "timed out (limit 0.3 s)"
    assert site.asked == []


def test_closing_ends_a_slow_look_up() -> None:
    looking, free = threading.Event(), threading.Event()

    def resolve(host: str, port: int) -> list[str]:
        looking.set()
        free.wait(10)
        return []

    fetcher = Fetcher("x", 60, LIMIT, 0, resolve)
    url = "http://diario.example/"
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(fetcher.fetch, feed(url=url), FeedState(url))
        assert looking.wait(5)
        fetcher.close()
        with pytest.raises(FetchError, match="polling has been stopped"):
            future.result(timeout=5)
        free.set()


def test_an_address_remembered_that_is_none_is_named(site: Site) -> None:
    state = FeedState(site.url("/old"), moved_to="ftp://new.example/")
    reason = _reason(site.url("/old"), state=state)
    assert reason == (
        "has moved to ftp://new.example/, which is not an http or https address"
    )


# --- what goes wrong


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (500, "answered 500 Internal Server Error"),
        (404, "answered 404 Not Found"),
        (410, "answered 410 Gone"),
        (429, "answered 429 Too Many Requests"),
        (204, "answered 204 No Content"),
        (520, "answered 520"),
    ],
)
def test_any_answer_but_200_is_an_error(site: Site, status: int, reason: str) -> None:
    site.routes["/rss"] = answer(b"", status)
    assert _reason(site.url("/rss")) == reason


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://diario.example/rss", "is not an http or https address"),
        ("file:///etc/hostname", "is not an http or https address"),
        ("diario.example/rss", "is not an http or https address"),
        ("http:///rss", "is not an http or https address"),
        ("http://diario.example:99999/rss", "is not an address"),
        ("http://diario.invalid/rss", "its host name cannot be found"),
        (f"http://{'a' * 64}.example/rss", "its host name cannot be found"),
    ],
)
def test_an_address_that_leads_nowhere_is_named(url: str, reason: str) -> None:
    def resolve(host: str, port: int) -> list[str]:
        if host == "diario.invalid":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return system_lookup(host, port)

    with pytest.raises(FetchError) as caught:
        _fetch(url, resolve=resolve)
    is_name = "name cannot be found" in reason
    assert caught.value.reason == reason
    assert caught.value.kind == ("dns" if is_name else "hard")


def test_a_refused_connection_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert _reason(f"http://127.0.0.1:{port}/") == "refuses the connection"


def test_the_next_address_is_tried_when_one_refuses(site: Site) -> None:
    site.routes["/rss"] = answer()
    url = site.url("/rss", host="diario.example")
    assert _document(url, resolve=lambda *_: ["::1", "127.0.0.1"]).body == BODY


def test_the_next_address_gets_its_share_of_the_time(site: Site) -> None:
    site.routes["/rss"] = answer()
    url = site.url("/rss", host="diario.example")
    with ExitStack() as stack:
        full = stack.enter_context(
            socket.create_server(("127.0.0.2", site.port), backlog=0)
        )
        for _ in range(2):  # it takes no third: connecting to it hangs
            client = stack.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(full.getsockname())
        document = _document(
            url, timeout_seconds=0.6, resolve=lambda *_: ["127.0.0.2", "127.0.0.1"]
        )
    assert document.body == BODY


def test_a_host_without_an_address_is_named() -> None:
    reason = _reason("http://diario.example/", resolve=lambda *_: [])
    assert reason == "its host name cannot be found"


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n<rss",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n63\r\n<rss",
    ],
    ids=["at-once", "in-the-body", "in-a-chunk"],
)
def test_a_connection_that_breaks_off_is_named(site: Site, sent: bytes) -> None:
    site.routes["/rss"] = lambda r: r.wfile.write(sent)  # type: ignore[func-returns-value]
    assert _reason(site.url("/rss")) == "broke off the connection"


@pytest.mark.parametrize(
    "sent",
    [b"220 mail.example SMTP\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n"],
    ids=["mail", "no-status"],
)
def test_what_is_not_http_is_named(site: Site, sent: bytes) -> None:
    site.routes["/rss"] = lambda r: r.wfile.write(sent)  # type: ignore[func-returns-value]
    assert _reason(site.url("/rss")) == "does not answer in proper HTTP"


def test_a_damaged_body_is_named(site: Site) -> None:
    site.routes["/rss"] = answer(b"no gzip", Content_Encoding="gzip")
    assert _reason(site.url("/rss")) == "is damaged and cannot be unpacked"


def test_a_packing_we_did_not_ask_for_is_named(site: Site) -> None:
    site.routes["/rss"] = answer(BODY, Content_Encoding="compress")
    assert _reason(site.url("/rss")) == "is packed as compress, which we do not read"


def test_a_body_of_the_limit_is_read_and_one_byte_more_is_not(site: Site) -> None:
    site.routes["/most"] = answer(b"x" * LIMIT)
    site.routes["/more"] = answer(b"x" * (LIMIT + 1))
    assert len(_document(site.url("/most")).body) == LIMIT
    assert _reason(site.url("/more")) == "is larger than 100,000 bytes"


# --- time


@pytest.mark.parametrize(
    ("first", "drop"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"),
        (b"HTTP/1.0 200 OK\r\n\r\n", b"x"),
        (b"HTTP/1.0 200 OK\r\nContent-Encoding: gzip\r\n\r\n", gzip.compress(b"")),
        (b"HTTP/1.1 200 OK\r\nX-Endless: ", b"x"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["body", "chunks", "chunk-size", "no-length", "gzip", "header", "continue"],
)
def test_a_feed_that_drips_is_cut_off_at_the_limit(
    site: Site, first: bytes, drop: bytes
) -> None:
    site.routes["/rss"] = drip(first, drop)
    started = time.monotonic()
    reason = _reason(site.url("/rss"), timeout_seconds=0.2)
    assert reason == "timed out (limit 0.2 s)"
    assert 0.2 <= time.monotonic() - started < 2


def test_a_server_that_says_nothing_is_cut_off_at_the_limit() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        for scheme in ("http", "https"):
            url = f"{scheme}://127.0.0.1:{server.getsockname()[1]}/"
            assert _reason(url, timeout_seconds=0.1) == "timed out (limit 0.1 s)"


def test_a_handshake_that_drips_is_cut_off_at_the_limit() -> None:
    def tease(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection, suppress(ConnectionError):
            connection.sendall(b"\x16\x03\x03\x3f\xff")  # a long record begins
            while True:
                connection.sendall(b"\0")
                time.sleep(0.01)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=tease, args=(server,))
        thread.start()
        url = f"https://127.0.0.1:{server.getsockname()[1]}/"
        assert _reason(url, timeout_seconds=0.2) == "timed out (limit 0.2 s)"
        thread.join()


def test_a_look_up_that_takes_too_long_counts_as_time(site: Site) -> None:
    def resolve(host: str, port: int) -> list[str]:
        time.sleep(0.15)
        return ["127.0.0.1"]

    reason = _reason(site.url("/rss"), timeout_seconds=0.1, resolve=resolve)
    assert reason == "timed out (limit 0.1 s)"
    assert site.asked == []


# --- many at once


@contextmanager
def _counted(site: Site) -> Iterator[list[int]]:
    """Route /rss; the list holds how many requests were there at once, each time."""
    lock, counts, here = threading.Lock(), [], 0

    def route(request: BaseHTTPRequestHandler) -> None:
        nonlocal here
        with lock:
            here += 1
            counts.append(here)
        time.sleep(0.02)
        with lock:
            here -= 1
        answer()(request)

    site.routes["/rss"] = route
    yield counts


def test_one_host_gets_two_requests_at_once_and_the_others_wait(site: Site) -> None:
    def fetch(number: int) -> Document | Unchanged:
        url = site.url(f"/rss?{number}")
        return fetcher.fetch(feed(f"{number}", url=url, local=True), FeedState(url))

    with (
        _counted(site) as counts,
        Fetcher("x", 5, LIMIT, 0) as fetcher,
        ThreadPoolExecutor(8) as pool,
    ):
        documents = list(pool.map(fetch, range(12)))
    assert [d.url for d in documents if d] == [site.url(f"/rss?{n}") for n in range(12)]
    assert max(counts) == PER_HOST


def test_waiting_for_ones_turn_is_not_timing_out(site: Site) -> None:
    def fetch(number: int) -> Document | Unchanged:
        url = site.url(f"/rss?{number}")
        return fetcher.fetch(feed(f"{number}", url=url, local=True), FeedState(url))

    with (
        _counted(site),
        Fetcher("x", 0.5, LIMIT, 0) as fetcher,
        ThreadPoolExecutor(60) as pool,
    ):
        assert all(pool.map(fetch, range(60)))  # 30 turns of 0.02 s


def test_one_outlet_gets_two_requests_at_once_wherever_they_go(site: Site) -> None:
    def fetch(number: int) -> Document | Unchanged:
        url = site.url("/rss", host=f"n{number}.example")
        return fetcher.fetch(feed("One", url=url, local=True), FeedState(url))

    with (
        _counted(site) as counts,
        Fetcher("x", 5, LIMIT, 0, lambda *_: ["127.0.0.1"]) as fetcher,
        ThreadPoolExecutor(8) as pool,
    ):
        assert all(pool.map(fetch, range(12)))
    assert max(counts) == PER_HOST


@pytest.mark.parametrize(
    ("places", "gaps"),
    [
        ([("a", "One"), ("a", "Two"), ("a", "Three")], 2),
        ([("a", "One"), ("b", "One")], 1),
        ([("a", "One"), ("A.", "Two")], 1),
        ([("a", "One"), ("b", "Two")], 0),
    ],
    ids=["host", "outlet", "spelling", "neither"],
)
def test_a_gap_lies_between_two_starts_at_one_host_or_outlet(
    site: Site, places: list[tuple[str, str]], gaps: int
) -> None:
    site.routes["/rss"] = answer()
    started = time.monotonic()
    with Fetcher("x", 0.25, LIMIT, 0.3, lambda *_: ["127.0.0.1"]) as fetcher:
        for host, outlet in places:
            url = site.url("/rss", host=host)
            fetcher.fetch(feed(outlet, url=url, local=True), FeedState(url))
    assert gaps * 0.3 <= time.monotonic() - started < (gaps + 1) * 0.3


def test_a_redirect_on_the_same_host_waits_for_no_gap(site: Site) -> None:
    site.routes = {"/a": redirect("/b"), "/b": redirect("/c"), "/c": answer()}
    url = site.url("/a")
    started = time.monotonic()
    with Fetcher("x", 5, LIMIT, 5) as fetcher:
        fetcher.fetch(feed(url=url, local=True), FeedState(url))
    assert time.monotonic() - started < 1


def test_closing_ends_the_wait_for_ones_turn(site: Site) -> None:
    site.routes["/rss"] = answer()
    url = site.url("/rss")
    fetcher = Fetcher("x", 60, LIMIT, 60)
    fetcher.fetch(feed(url=url, local=True), FeedState(url))
    with ThreadPoolExecutor(4) as pool:
        futures = [
            pool.submit(fetcher.fetch, feed(url=url, local=True), FeedState(url))
            for _ in range(4)
        ]
        time.sleep(0.05)
        fetcher.close()
        for future in futures:
            with pytest.raises(FetchError, match="was not asked: polling has been"):
                future.result(timeout=5)
    assert len(site.asked) == 1


def test_a_request_costs_no_thread_of_its_own(site: Site) -> None:
    site.routes["/rss"] = answer()
    url = site.url("/rss")
    with Fetcher("x", 5, LIMIT, 0) as fetcher:
        names: set[str] = set()
        for _ in range(5):
            fetcher.fetch(feed(url=url, local=True), FeedState(url))
            names |= {t.name for t in threading.enumerate() if "_run" in t.name}
        assert len(names) == 1
    assert not names & {t.name for t in threading.enumerate()}


def test_closing_ends_a_request_under_way(site: Site) -> None:
    site.routes["/rss"] = drip(b"HTTP/1.1 200 OK\r\n\r\n", b"x")
    url = site.url("/rss")
    fetcher = Fetcher("x", 60, LIMIT, 0)
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(fetcher.fetch, feed(url=url, local=True), FeedState(url))
        while not site.asked:
            time.sleep(0.01)
        fetcher.close()
        with pytest.raises(FetchError, match="polling has been stopped") as caught:
            future.result(timeout=5)
    assert (caught.value.reason[:11], caught.value.kind) == ("was cut off", "soft")
    with pytest.raises(FetchError, match="was not asked"):
        fetcher.fetch(feed(url=url, local=True), FeedState(url))


# --- what may be reached


REFUSED = (
    "leads to {}, which is not a public address (local: true in feeds.yaml allows it)"
)


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f.1", "127.1"])
def test_a_feed_that_is_not_local_stays_outside(site: Site, host: str) -> None:
    reason = _reason(site.url("/rss", host=host), local=False)
    assert reason == REFUSED.format("127.0.0.1")
    assert site.asked == []


@pytest.fixture
def one_public_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let 127.0.0.1 pass for public: no test can have an address that is."""
    monkeypatch.setattr(fetch_call, "is_public", lambda address: address == "127.0.0.1")


@pytest.mark.usefixtures("one_public_address")
@pytest.mark.parametrize("status", [301, 302, 307])
def test_a_redirect_inside_is_refused(site: Site, status: int) -> None:
    addresses = {"diario.example": "127.0.0.1", "inside.example": "10.0.0.1"}
    site.routes["/a"] = redirect(site.url("/b", host="inside.example"), status)
    reason = _reason(
        site.url("/a", host="diario.example"),
        local=False,
        resolve=lambda host, port: [addresses[host]],
    )
    assert reason == REFUSED.format("10.0.0.1")
    assert [path for path, _ in site.asked] == ["/a"]


@pytest.mark.usefixtures("one_public_address")
def test_a_name_that_changes_its_address_is_checked_every_time(site: Site) -> None:
    """DNS rebinding: the address checked is the one connected to, on every hop."""
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    site.routes["/a"] = redirect("/b")
    reason = _reason(
        site.url("/a", host="rebind.example"),
        local=False,
        resolve=lambda host, port: next(answers),
    )
    assert reason == REFUSED.format("10.0.0.1")
    assert site.asked[0][1]["host"] == f"rebind.example:{site.port}"


@pytest.mark.usefixtures("one_public_address")
def test_of_addresses_inside_and_outside_only_the_latter_are_tried(site: Site) -> None:
    site.routes["/rss"] = answer()
    with socket.create_server(("127.0.0.2", site.port)) as inside:
        inside.setblocking(False)
        url = site.url("/rss", host="mixed.example")
        document = _document(
            url, local=False, resolve=lambda *_: ["127.0.0.2", "127.0.0.1"]
        )
        with pytest.raises(BlockingIOError):
            inside.accept()
    assert document.body == BODY


# --- TLS


@contextmanager
def _secure_site(authority: trustme.CA, *names: str) -> Iterator[Site]:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(tls)
    site = Site(tls)
    site.routes["/rss"] = answer()
    try:
        yield site
    finally:
        site.close()


def test_a_trusted_certificate_is_accepted(authority: trustme.CA) -> None:
    with _secure_site(authority, "diario.example") as site:
        url = site.url("/rss", host="diario.example")
        assert _document(url, resolve=lambda *_: ["127.0.0.1"]).body == BODY


def test_a_certificate_of_an_unknown_authority_is_named(authority: trustme.CA) -> None:
    with _secure_site(trustme.CA(), "127.0.0.1") as site:
        reason = _reason(site.url("/rss"))
    assert reason.startswith("its TLS certificate is not trusted: ")
    assert "unable to get local issuer certificate" in reason


def test_a_certificate_for_another_name_is_named(authority: trustme.CA) -> None:
    with _secure_site(authority, "gaceta.example") as site:
        url = site.url("/rss", host="diario.example")
        reason = _reason(url, resolve=lambda *_: ["127.0.0.1"])
    assert reason.startswith("its TLS certificate is not trusted: ")
    assert "diario.example" in reason
    assert site.asked == []


def test_a_server_that_speaks_no_tls_is_named(site: Site) -> None:
    reason = _reason(site.url("/rss").replace("http:", "https:"))
    assert reason.startswith("TLS failed: ")


def test_a_handshake_that_breaks_off_may_go_well_next_time() -> None:
    def hang_up() -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(65_536)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=hang_up)
        thread.start()
        url = f"https://127.0.0.1:{server.getsockname()[1]}/"
        with pytest.raises(FetchError, match="broke off the connection") as caught:
            _fetch(url)
        thread.join()
    assert caught.value.kind == "soft"


# --- nothing foreign gets out

_LIBRARY = [
    kind
    for _, kind in inspect.getmembers(exceptions, inspect.isclass)
    if issubclass(kind, Exception) and not issubclass(kind, Warning)
]


@pytest.mark.parametrize("kind", _LIBRARY, ids=lambda kind: kind.__name__)
def test_no_exception_of_the_library_gets_out(kind: type[Exception]) -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise kind.__new__(kind)

    with pytest.raises(FetchError) as caught:
        _fetch("http://diario.example/", resolve=resolve)
    assert isinstance(caught.value.__cause__, kind)
    assert "\n" not in caught.value.reason


def test_a_bug_is_not_taken_for_a_failing_feed() -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise KeyError("a bug")

    with pytest.raises(KeyError):
        _fetch("http://diario.example/", resolve=resolve)
