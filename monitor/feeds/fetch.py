"""
Feeds over HTTP. The only module that knows urllib3.

Feeds are addresses that strangers write, and so are their redirects: every connection
is made by ``Fetcher._dial``, which looks a name up once and checks the addresses it
then connects to, so that no answer of a name server and no redirect leads inside.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from time import monotonic
from typing import Self
from urllib.parse import urljoin

from urllib3 import exceptions
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.response import HTTPResponse
from urllib3.util import Url, parse_url

from monitor import __version__
from monitor.errors import FetchError
from monitor.model import Document, Feed, FeedState

MAX_REDIRECTS = 5
PER_HOST = 2  # requests at once; what Media Cloud allows itself

Resolve = Callable[[str, int], Sequence[str]]
"""Host name and port to IP addresses, the preferred first. Raises OSError."""

_MOVES = {301, 302, 303, 307, 308}
_FOR_GOOD = {301, 308}
_CHUNK = 65_536  # bytes unpacked at a time
_PORTS = {"http": 80, "https": 443}
_PACKINGS = {"", "identity", "gzip", "x-gzip", "deflate"}
_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/rdf+xml;q=0.9,"
    " application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)
_INSIDE = (  # what Python 3.11 takes for public
    ipaddress.ip_network("168.63.129.16/32"),  # Azure's metadata
    ipaddress.ip_network("192.0.0.0/24"),  # RFC 6890, and Oracle's metadata
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: IPv4 in the last 32 bits


def lookup(host: str, port: int) -> list[str]:
    """The addresses of a host by the system's resolver. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the open Internet, and so does any IPv4 in it.

    Not so the private, loopback, link-local, shared, multicast and reserved ones, the
    clouds' metadata services, and IPv4 mapped into IPv6.
    """
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped or ip.is_site_local:  # whatever is mapped, in any Python
            return False
        last_bits = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        wrapped = last_bits if ip in _NAT64 else ip.sixtofour
        if wrapped:
            return is_public(str(wrapped))
    is_special = ip.is_multicast or ip.is_reserved or any(ip in net for net in _INSIDE)
    return ip.is_global and not is_special


class _Call:
    """One request under way, and its deadline, which nothing it waits for outlasts."""

    def __init__(self, timeout_seconds: float) -> None:
        self._deadline = monotonic() + timeout_seconds
        self._line: socket.socket | None = None
        self._lock = threading.Lock()

    def remaining(self) -> float:
        """Seconds left. Raises TimeoutError if there are none."""
        if self.is_over():
            raise TimeoutError
        return max(self._deadline - monotonic(), 0.001)

    def is_over(self) -> bool:
        return monotonic() >= self._deadline

    def hold(self, sock: socket.socket) -> None:
        """Keep a second handle of a new connection to cut it by.

        Raises TimeoutError if it comes too late.
        """
        with self._lock:
            self.remaining()
            self._line = sock.dup()

    def drop(self) -> None:
        with self._lock:
            if self._line:
                self._line.close()
            self._line = None

    def cut(self) -> None:
        """End it whatever it waits for: handshake, headers or body, a drop at a time.

        A socket's own timeout starts anew with every byte; hence this, from a timer.
        """
        with self._lock:
            self._deadline = min(self._deadline, monotonic())
            if self._line:
                with suppress(OSError):  # the other side was faster
                    self._line.shutdown(socket.SHUT_RDWR)


class _Dialled:
    """A connection whose socket we make."""

    dial: Callable[[], socket.socket]

    def _new_conn(self) -> socket.socket:
        return self.dial()


class _PlainConnection(_Dialled, HTTPConnection):
    pass


class _SecureConnection(_Dialled, HTTPSConnection):
    pass


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes
    """Empty unless the status is 200."""


class Fetcher:
    """
    Fetches feeds, for any number of threads at once.

    ``contact`` is where a webmaster may complain: a page or an address.
    ``timeout_seconds`` bounds a request from the look-up of the host to the last byte;
    every redirect is a request. ``max_bytes`` bounds a body after unpacking.
    Closing it ends the requests under way, so that a stop need not wait for them.
    """

    def __init__(
        self,
        contact: str,
        timeout_seconds: float,
        max_bytes: int,
        resolve: Resolve = lookup,
    ) -> None:
        self._headers = {
            "User-Agent": f"BilingualCoverageMonitor/{__version__} (+{contact})",
            "Accept": _ACCEPT,
            "Accept-Encoding": "gzip, deflate",
        }
        self._timeout = timeout_seconds
        self._max_bytes = max_bytes
        self._resolve = resolve
        self._tls = ssl.create_default_context()
        self._lock = threading.Lock()
        self._calls: set[_Call] = set()
        self._is_closed = False
        self._slots: defaultdict[str, threading.Semaphore] = defaultdict(
            partial(threading.BoundedSemaphore, PER_HOST)
        )

    def fetch(self, feed: Feed, state: FeedState) -> Document | None:
        """The feed's document, or None if it is the one that ``state`` remembers.

        At most PER_HOST requests go to one host at once; waiting for one's turn does
        not count as time. Raises FetchError, with the reason in words for a person.
        """
        asked = {"If-None-Match": state.etag, "If-Modified-Since": state.last_modified}
        conditions = {name: value for name, value in asked.items() if value}
        url, is_moved = _place(feed, feed.url), True
        for hop in range(MAX_REDIRECTS + 1):
            answer = self._get(feed, url, self._headers | conditions)
            if answer.status in _MOVES and "location" in answer.headers:
                is_moved = is_moved and answer.status in _FOR_GOOD
                url = _next_place(feed, url, answer.headers["location"])
                continue
            if answer.status == HTTPStatus.NOT_MODIFIED and conditions:
                return None
            if answer.status != HTTPStatus.OK:
                raise FetchError(feed.url, f"answered {_status(answer.status)}")
            moved_to = url.url if hop and is_moved else None
            return Document(url.url, answer.body, answer.headers, moved_to)
        raise FetchError(feed.url, f"redirects more than {MAX_REDIRECTS} times")

    def close(self) -> None:
        """End every request under way; later ones fail."""
        with self._lock:
            self._is_closed = True
            calls = list(self._calls)
        for call in calls:
            call.cut()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _get(self, feed: Feed, url: Url, headers: dict[str, str]) -> _Answer:
        with self._slot(url.host or ""), self._call(feed) as call:
            with closing(self._connection(feed, url, call)) as connection:
                connection.request(
                    "GET", url.request_uri, headers=headers, preload_content=False
                )
                with closing(connection.getresponse()) as response:
                    is_ok = response.status == HTTPStatus.OK
                    body = self._body(feed, response) if is_ok else b""
            call.remaining()  # cut, a body without a length looks complete
            return _Answer(response.status, _headers(response), body)

    @contextmanager
    def _slot(self, host: str) -> Iterator[None]:
        """Wait for one's turn at a host."""
        with self._lock:
            slot = self._slots[host]
        with slot:
            yield

    @contextmanager
    def _call(self, feed: Feed) -> Iterator[_Call]:
        """Time for one request; what goes wrong in it becomes a FetchError."""
        call = _Call(self._timeout)
        timer = threading.Timer(self._timeout, call.cut)
        timer.daemon = True
        with self._lock:
            if self._is_closed:
                raise FetchError(feed.url, "was not asked: polling has been stopped")
            self._calls.add(call)
        timer.start()
        try:
            yield call
        except _FOREIGN as exc:
            raise FetchError(feed.url, self._reason(exc, call)) from exc
        finally:
            timer.cancel()
            call.drop()
            with self._lock:
                self._calls.discard(call)

    def _connection(self, feed: Feed, url: Url, call: _Call) -> HTTPConnection:
        host, port = (url.host or "").strip("[]"), url.port or _PORTS[url.scheme or ""]
        connection: _PlainConnection | _SecureConnection
        if url.scheme == "https":
            connection = _SecureConnection(
                host, port, timeout=self._timeout, ssl_context=self._tls
            )
        else:
            connection = _PlainConnection(host, port, timeout=self._timeout)
        connection.dial = partial(self._dial, feed, host, port, call)
        return connection

    def _dial(self, feed: Feed, host: str, port: int, call: _Call) -> socket.socket:
        addresses = self._resolve(host, port)
        allowed = [one for one in addresses if feed.local or is_public(one)]
        if addresses and not allowed:
            raise FetchError(
                feed.url,
                f"leads to {addresses[0]}, which is not a public address"
                " (local: true in feeds.yaml allows it)",
            )
        failure = OSError("it has no address")
        for position, address in enumerate(allowed):
            share = call.remaining() / (len(allowed) - position)
            try:
                sock = socket.create_connection((address, port), timeout=share)
            except OSError as exc:
                failure = exc
                continue
            try:
                call.hold(sock)
            except TimeoutError:
                sock.close()
                raise
            sock.settimeout(self._timeout)
            return sock
        raise failure

    def _body(self, feed: Feed, response: HTTPResponse) -> bytes:
        packing = response.headers.get("content-encoding", "").lower()
        if not {name.strip() for name in packing.split(",")} <= _PACKINGS:
            raise FetchError(feed.url, f"is packed as {packing}, which we do not read")
        body = bytearray()
        while chunk := response.read1(_CHUNK):
            body += chunk
            if len(body) > self._max_bytes:
                raise FetchError(feed.url, f"is larger than {self._max_bytes:,} bytes")
        return bytes(body)

    def _reason(self, exc: BaseException, call: _Call) -> str:
        if self._is_closed:
            return "was cut off: polling has been stopped"
        if call.is_over() or isinstance(exc, (TimeoutError, exceptions.TimeoutError)):
            return f"timed out (limit {self._timeout:g} s)"
        words = next(words for kinds, words in _REASONS if isinstance(exc, kinds))
        return words.format(_detail(exc)) if "{}" in words else words


_FOREIGN = (exceptions.HTTPError, http.client.HTTPException, OSError, ValueError)
_REASONS: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((ssl.SSLCertVerificationError,), "its TLS certificate is not trusted: {}"),
    ((ssl.SSLError, exceptions.SSLError), "TLS failed: {}"),
    ((socket.gaierror, UnicodeError), "its host name cannot be found"),
    ((ConnectionRefusedError,), "refuses the connection"),
    ((exceptions.DecodeError,), "is damaged and cannot be unpacked"),
    ((http.client.RemoteDisconnected, ConnectionError), "broke off the connection"),
    ((exceptions.ProtocolError, exceptions.IncompleteRead), "broke off the connection"),
    ((http.client.IncompleteRead,), "broke off the connection"),
    ((OSError,), "cannot be reached: {}"),
    (_FOREIGN, "does not answer in proper HTTP"),
)
"""The first that fits; the most telling come first."""


def _detail(exc: BaseException) -> str:
    told = (getattr(exc, name, None) for name in ("verify_message", "strerror"))
    return next((words for words in told if words), None) or str(exc)


def _place(feed: Feed, url: str) -> Url:
    """An address we may ask, in its proper spelling. Raises FetchError."""
    subject = "" if url == feed.url else f"redirects to {url[:200]}, which "
    try:
        place = parse_url(url)
    except exceptions.LocationParseError as exc:
        raise FetchError(feed.url, f"{subject}is not an address") from exc
    if place.scheme not in _PORTS or not place.host:
        raise FetchError(feed.url, f"{subject}is not an http or https address")
    return place


def _next_place(feed: Feed, url: Url, location: str) -> Url:
    try:
        return _place(feed, urljoin(url.url, location))
    except ValueError as exc:
        words = f"redirects to {location[:200]}, which is not an address"
        raise FetchError(feed.url, words) from exc


def _headers(response: HTTPResponse) -> dict[str, str]:
    headers = {name.lower(): value for name, value in response.headers.items()}
    if "location" in headers:
        # Some servers write it in UTF-8, which http.client reads as ISO-8859-1.
        location = headers["location"].encode("latin-1", "replace")
        headers["location"] = location.decode("utf-8", "replace")
    return headers


def _status(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
