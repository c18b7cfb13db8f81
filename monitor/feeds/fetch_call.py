"""
One request over HTTP. The only module that opens connections to feeds.

Feeds are addresses that strangers write, and so are their redirects: every connection
is made by ``Caller._dial``, which looks a name up once and checks the addresses it
then connects to, so that no answer of a name server and no redirect leads inside.
Nothing here reads the environment: no proxy of it is asked.
"""

import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property, partial
from http import HTTPStatus
from queue import SimpleQueue
from time import monotonic

from urllib3 import exceptions
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.response import HTTPResponse

from monitor.errors import FetchError
from monitor.feeds import packing
from monitor.feeds.addresses import is_public
from monitor.feeds.places import Place
from monitor.model import FailureKind, Feed

Resolve = Callable[[str, int], Sequence[str]]
"""Host name and port to IP addresses, the preferred first. Raises OSError."""

_LISTS = {"cache-control", "content-encoding"}  # headers that may come in many lines


def lookup(host: str, port: int) -> list[str]:
    """The addresses of a host by the system's resolver. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said to one request."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    """Unpacked; empty unless the status is 200."""


class Caller:
    """
    Makes single requests, for any number of threads at once.

    ``timeout_seconds`` bounds a request from the look-up of the host to the last byte,
    ``max_bytes`` a body on the wire and after unpacking. Closing it ends the requests
    under way, and later ones fail.
    """

    def __init__(
        self, timeout_seconds: float, max_bytes: int, resolve: Resolve = lookup
    ) -> None:
        self._timeout = timeout_seconds
        self._max_bytes = max_bytes
        self._resolve = resolve
        self._watch = _Watch(timeout_seconds)

    def get(self, feed: Feed, place: Place, headers: Mapping[str, str]) -> Answer:
        """The answer of a place. Raises FetchError, with the reason for a person."""
        with self._call(feed) as call:
            with closing(self._connection(feed, place, call)) as connection:
                connection.request(
                    "GET", place.target, headers=headers, preload_content=False
                )
                with closing(connection.getresponse()) as response:
                    told = _headers(response)
                    is_ok = response.status == HTTPStatus.OK
                    body = self._body(feed, told, response) if is_ok else b""
            call.remaining()  # cut, a body without a length looks complete
            return Answer(response.status, told, body)

    def close(self) -> None:
        """End every request under way; later ones fail."""
        self._watch.close()

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context()  # 20 ms, for reading all authorities

    @contextmanager
    def _call(self, feed: Feed) -> Iterator["_Call"]:
        """Time for one request; what goes wrong in it becomes a FetchError."""
        call = _Call(self._timeout)
        if not self._watch.add(call):
            raise stopped(feed)
        try:
            yield call
        except _FOREIGN as exc:
            reason, kind = self._reason(exc, call)
            raise FetchError(feed.url, reason, kind) from exc
        finally:
            self._watch.discard(call)
            call.drop()

    def _connection(self, feed: Feed, place: Place, call: "_Call") -> HTTPConnection:
        connection: _PlainConnection | _SecureConnection
        if place.is_secure:
            connection = _SecureConnection(
                place.host, place.port, timeout=self._timeout, ssl_context=self._tls
            )
        else:
            connection = _PlainConnection(place.host, place.port, timeout=self._timeout)
        connection.dial = partial(self._dial, feed, place, call)
        return connection

    def _dial(self, feed: Feed, place: Place, call: "_Call") -> socket.socket:
        addresses = call.hear(partial(self._resolve, place.host, place.port))
        allowed = [one for one in addresses if feed.local or is_public(one)]
        if addresses and not allowed:
            raise FetchError(
                feed.url,
                f"leads to {addresses[0]}, which is not a public address"
                " (local: true in feeds.yaml allows it)",
            )
        failure: OSError = socket.gaierror("no address")
        for position, address in enumerate(allowed):
            share = call.remaining() / (len(allowed) - position)
            try:
                sock = socket.create_connection((address, place.port), timeout=share)
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

    def _body(
        self, feed: Feed, told: Mapping[str, str], response: HTTPResponse
    ) -> bytes:
        encoding = told.get("content-encoding", "")
        chunks = iter(lambda: response.read1(packing.PIECE, decode_content=False), b"")
        try:
            return packing.unpack(chunks, encoding, self._max_bytes)
        except packing.TooLargeError as exc:
            raise FetchError(
                feed.url, f"is larger than {self._max_bytes:,} bytes"
            ) from exc
        except packing.UnknownPackingError as exc:
            raise FetchError(
                feed.url, f"is packed as {encoding[:200]}, which we do not read"
            ) from exc
        except packing.PackingError as exc:
            raise FetchError(
                feed.url, "is damaged and cannot be unpacked", "soft"
            ) from exc

    def _reason(self, exc: BaseException, call: "_Call") -> tuple[str, FailureKind]:
        if self._watch.is_closed:
            return "was cut off: polling has been stopped", "soft"
        if call.is_over() or isinstance(exc, (TimeoutError, exceptions.TimeoutError)):
            return f"timed out (limit {self._timeout:g} s)", "soft"
        for kinds, words, kind in _REASONS:
            if isinstance(exc, kinds):
                return words.format(_detail(exc)) if "{}" in words else words, kind
        raise AssertionError(exc)  # the last reason fits them all


def stopped(feed: Feed) -> FetchError:
    """The error of a feed that is not asked, since polling ends; no fault of its."""
    return FetchError(feed.url, "was not asked: polling has been stopped", "soft")


class _Call:
    """One request under way, and its deadline, which nothing it waits for outlasts."""

    def __init__(self, timeout_seconds: float) -> None:
        self._deadline = monotonic() + timeout_seconds
        self._line: socket.socket | None = None
        self._lock = threading.Lock()
        self._heard: SimpleQueue[Sequence[str] | BaseException] = SimpleQueue()

    def remaining(self) -> float:
        """Seconds left. Raises TimeoutError if there are none."""
        if self.is_over():
            raise TimeoutError
        return max(self._deadline - monotonic(), 0.001)

    def is_over(self) -> bool:
        return monotonic() >= self._deadline

    def hear(self, look: Callable[[], Sequence[str]]) -> Sequence[str]:
        """What a look-up gives, in a thread of its own: no resolver can be cut off.

        Raises TimeoutError if it comes too late; then the thread ends unheard.
        """

        def listen() -> None:
            try:
                self._heard.put(look())
            except BaseException as exc:  # the thread that waits raises it
                self._heard.put(exc)

        threading.Thread(target=listen, daemon=True).start()
        heard = self._heard.get()
        if isinstance(heard, BaseException):
            raise heard
        return heard

    def hold(self, sock: socket.socket) -> None:
        """Keep a second handle of a new connection to cut it by.

        The first is not enough: TLS takes it away. Raises TimeoutError if it comes too
        late.
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
        """End it whatever it waits for: look-up, handshake, headers, body by drops.

        A socket's own timeout starts anew with every byte; hence this, from outside.
        """
        with self._lock:
            self._deadline = min(self._deadline, monotonic())
            self._heard.put(TimeoutError())
            if self._line:
                with suppress(OSError):  # the other side was faster
                    self._line.shutdown(socket.SHUT_RDWR)


class _Watch:
    """Cuts each call when its time is over.

    One thread for all of them: a timer of its own costs each request a thread. All
    have the same time, so the first to come is the first to go.
    """

    def __init__(self, timeout_seconds: float) -> None:
        self._timeout = timeout_seconds
        self._calls: dict[_Call, None] = {}
        self._closing = threading.Condition()
        self._thread: threading.Thread | None = None
        self.is_closed = False

    def add(self, call: _Call) -> bool:
        """Whether a call may begin."""
        with self._closing:
            if not self.is_closed:
                self._calls[call] = None
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, daemon=True)
                    self._thread.start()
            return not self.is_closed

    def discard(self, call: _Call) -> None:
        with self._closing:
            self._calls.pop(call, None)

    def close(self) -> None:
        with self._closing:
            self.is_closed = True
            for call in self._calls:
                call.cut()
            self._closing.notify()
        if self._thread:
            self._thread.join()

    def _run(self) -> None:
        with self._closing:
            while not self.is_closed:
                self._closing.wait(self._cut_late_ones())

    def _cut_late_ones(self) -> float:
        """Seconds until there may be another: a new call has all its time ahead."""
        for call in tuple(self._calls):
            try:
                return min(call.remaining(), self._timeout)
            except TimeoutError:
                call.cut()
                del self._calls[call]
        return self._timeout


class _Dialled:
    """A connection whose socket we make."""

    dial: Callable[[], socket.socket]

    def _new_conn(self) -> socket.socket:
        return self.dial()


class _PlainConnection(_Dialled, HTTPConnection):
    pass


class _SecureConnection(_Dialled, HTTPSConnection):
    pass


_FOREIGN = (exceptions.HTTPError, http.client.HTTPException, OSError, ValueError)
_BROKEN = "broke off the connection"
_NOT_HTTP = "does not answer in proper HTTP"
_REASONS: tuple[tuple[tuple[type[BaseException], ...], str, FailureKind], ...] = (
    (
        (ssl.SSLCertVerificationError,),
        "its TLS certificate is not trusted: {}",
        "hard",
    ),
    ((ssl.SSLEOFError, ssl.SSLZeroReturnError), _BROKEN, "soft"),
    ((ssl.SSLError, exceptions.SSLError), "TLS failed: {}", "hard"),
    ((socket.gaierror, UnicodeError), "its host name cannot be found", "dns"),
    ((ConnectionRefusedError,), "refuses the connection", "soft"),
    ((http.client.RemoteDisconnected, ConnectionError), _BROKEN, "soft"),
    ((exceptions.ProtocolError, exceptions.IncompleteRead), _BROKEN, "soft"),
    ((http.client.IncompleteRead,), _BROKEN, "soft"),
    ((OSError,), "cannot be reached: {}", "soft"),
    ((http.client.BadStatusLine, http.client.UnknownProtocol), _NOT_HTTP, "hard"),
    ((http.client.HTTPException,), f"{_NOT_HTTP}: {{}}", "hard"),  # too many headers
    (_FOREIGN, _NOT_HTTP, "hard"),
)
"""The first that fits; the most telling come first."""


def _detail(exc: BaseException) -> str:
    told = (getattr(exc, name, None) for name in ("verify_message", "strerror"))
    return next((words for words in told if words), None) or str(exc)


def _headers(response: HTTPResponse) -> dict[str, str]:
    """Names in lower case; of a header given twice the first line, unless a list."""
    headers: dict[str, str] = {}
    for name, value in response.headers.items():
        key = name.lower()
        if key not in headers:
            headers[key] = value
        elif key in _LISTS:
            headers[key] += f", {value}"
    return headers
