"""
Files from the Argos index and from where it points, had whole or not at all.

The index is an address that a person chose; where its links and redirects lead, others
did. So connections are encrypted but for this machine's own, or where a SHA-256 was
given beforehand, and an index on the open Internet leads to no address inside one's own
network. Nothing here reads the environment: no proxy of it is asked.
"""

import http.client
import json
import re
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import cached_property, partial
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urljoin

from urllib3 import exceptions
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.response import HTTPResponse
from urllib3.util import Url, parse_url

from monitor import __version__
from monitor.errors import TranslationError

MAX_REDIRECTS = 5
MAX_PACKAGE = 2_000_000_000
"""Bytes of one file; the largest official package has a tenth of it."""

_SECONDS = 30.0
_TRIES = 5
_PIECE = 65_536
_PORTS = {"http": 80, "https": 443}
_LOCAL = re.compile(r"localhost|127\.\d+\.\d+\.\d+|\[::1\]")
_MOVED = {301, 302, 303, 307, 308}
_OF_PARTS = {HTTPStatus.PARTIAL_CONTENT, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE}
_FOREIGN = (exceptions.HTTPError, http.client.HTTPException, OSError, ValueError)

Watch = Callable[[int, int | None], None]
"""Told how many bytes are there, and of how many, as they come."""

IsPublic = Callable[[str], bool]
"""Whether an IP address belongs to the open Internet."""


class UnreachableError(TranslationError):
    """No connection, or none that held."""


class Downloads:
    """
    Asks for one index, then for files that it names; for one thread.

    ``is_public`` tells which IP addresses belong to the open Internet.
    """

    def __init__(self, is_public: IsPublic) -> None:
        self._is_public = is_public
        self._may_go_inside: bool | None = None
        """Decided by where the first request goes, which is what a person chose."""

    def read(self, url: str, max_bytes: int) -> bytes:
        """A small file. Raises TranslationError."""
        with self._answer(url, {}, is_sealed=False) as response:
            _expect(url, response, HTTPStatus.OK)
            body = bytearray()
            for piece in _pieces(url, response):
                body += piece
                _check_size(url, len(body), max_bytes)
        return bytes(body)

    def fetch(self, url: str, into: Path, watch: Watch, is_sealed: bool) -> None:
        """A large file; what an earlier call left of it in ``into`` is gone on with.

        A server that has another file by now, or that sends no parts of files, is asked
        for all of it. ``is_sealed`` says that a SHA-256 of it is known. Raises
        TranslationError; what has come by then stays for the next call.
        """
        for _ in range(_TRIES):
            before = _size(into)
            try:
                return self._go_on(url, into, watch, is_sealed)
            except UnreachableError:
                if _size(into) == before:  # nothing came, and nothing was given up
                    raise
        raise UnreachableError(f"{url}: broke off again and again")

    def _go_on(self, url: str, into: Path, watch: Watch, is_sealed: bool) -> None:
        done, validator = _left_of(url, into)
        asked = {"Range": f"bytes={done}-", "If-Range": validator} if done else {}
        with self._answer(url, asked, is_sealed) as response:
            if asked and response.status in _OF_PARTS:
                total = _total_of_part(response, done, validator)
                if total is None:
                    forget(into)
                    raise UnreachableError(f"{url}: answered with another part")
            else:
                _expect(url, response, HTTPStatus.OK)
                done, total = 0, response.length_remaining
                into.write_bytes(b"")
                _note(url, into, response)
            _check_size(url, total or 0, MAX_PACKAGE)
            with into.open("ab") as file:
                for piece in _pieces(url, response):
                    file.write(piece)
                    done += len(piece)
                    _check_size(url, done, MAX_PACKAGE)
                    watch(done, total)
        if total is not None and done != total:
            raise UnreachableError(f"{url}: broke off at {done:,} of {total:,} bytes")

    @contextmanager
    def _answer(
        self, url: str, headers: Mapping[str, str], is_sealed: bool
    ) -> Iterator[HTTPResponse]:
        """The answer at the end of redirects."""
        here = url
        for _ in range(MAX_REDIRECTS + 1):
            place = _place(here, is_sealed)
            with closing(self._connection(place)) as connection:
                with _told(here):
                    connection.request(
                        "GET",
                        place.request_uri,
                        headers={**_HEADERS, **headers},
                        preload_content=False,
                    )
                    response = connection.getresponse()
                with closing(response):
                    target = response.headers.get("location")
                    if response.status not in _MOVED or not target:
                        yield response
                        return
            with _told(here):
                here = urljoin(here, target)
        raise TranslationError(f"{url}: redirects more than {MAX_REDIRECTS} times")

    def _connection(self, place: Url) -> HTTPConnection:
        host = (place.host or "").strip("[]")
        port = place.port or _PORTS[place.scheme or ""]
        made: _PlainConnection | _SecureConnection
        if place.scheme == "https":
            made = _SecureConnection(
                host, port, timeout=_SECONDS, ssl_context=self._tls
            )
        else:
            made = _PlainConnection(host, port, timeout=_SECONDS)
        made.dial = partial(self._dial, host, port)
        return made

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context()

    def _dial(self, host: str, port: int) -> socket.socket:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [str(address[0]) for *_, address in found]
        if self._may_go_inside is None:
            self._may_go_inside = not self._is_public(addresses[0])
        allowed = [
            one for one in addresses if self._may_go_inside or self._is_public(one)
        ]
        return _connect(host, allowed, port)


class _PlainConnection(HTTPConnection):
    dial: Callable[[], socket.socket]

    def _new_conn(self) -> socket.socket:
        return self.dial()


class _SecureConnection(HTTPSConnection):
    dial: Callable[[], socket.socket]

    def _new_conn(self) -> socket.socket:
        return self.dial()


_HEADERS = {
    "User-Agent": f"BilingualCoverageMonitor/{__version__}",
    "Accept-Encoding": "identity",
}


def check_address(url: str, is_sealed: bool = False) -> None:
    """Raise TranslationError unless we would ask for a file at this address."""
    _place(url, is_sealed)


def _place(url: str, is_sealed: bool) -> Url:
    if not (url.isascii() and url.isprintable()):
        raise TranslationError(f"{url[:200]!r}: not an address")
    with _told(url):
        place = parse_url(url)
        if place.scheme not in _PORTS or not place.host or place.auth is not None:
            raise ValueError("not an http or https address without a user name")
    is_local = _LOCAL.fullmatch(place.host or "") is not None
    if place.scheme == "http" and not (is_local or is_sealed):
        raise TranslationError(
            f"{url[:200]}: is not encrypted, so it must be https, lie on this machine,"
            " or come with a SHA-256"
        )
    return place


def _connect(host: str, addresses: Sequence[str], port: int) -> socket.socket:
    failure: OSError = OSError(f"{host} is inside a private network")
    for address in addresses:
        try:
            return socket.create_connection((address, port), timeout=_SECONDS)
        except OSError as exc:
            failure = exc
    raise failure


@contextmanager
def _told(url: str) -> Iterator[None]:
    """What goes wrong on the way becomes an UnreachableError."""
    try:
        yield
    except _FOREIGN as exc:
        words = getattr(exc, "strerror", None) or str(exc) or type(exc).__name__
        raise UnreachableError(f"{url[:200]}: {words}") from exc


def _pieces(url: str, response: HTTPResponse) -> Iterator[bytes]:
    """Raises UnreachableError if the body breaks off."""
    with _told(url):
        yield from response.stream(_PIECE, decode_content=False)


def _expect(url: str, response: HTTPResponse, status: HTTPStatus) -> None:
    if response.status != status:
        raise TranslationError(f"{url}: answered {_words(response.status)}")
    if response.headers.get("content-encoding", "identity") != "identity":
        raise TranslationError(f"{url}: answered with a packed body")


def _words(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _check_size(url: str, size: int, limit: int) -> None:
    if size > limit:
        raise TranslationError(f"{url}: is larger than {limit:,} bytes")


# --- files that are not whole yet --------------------------------------------------


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _notes(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def _note(url: str, part: Path, response: HTTPResponse) -> None:
    """Keep what tells this file from a later one at the same address."""
    tag = response.headers.get("etag", "")
    validator = tag if tag.startswith('"') else response.headers.get("last-modified")
    _notes(part).write_text(json.dumps([url, validator]), encoding="utf-8")


def _left_of(url: str, part: Path) -> tuple[int, str]:
    """How much there is, and its validator; 0 unless it can be gone on with."""
    try:
        noted, validator = json.loads(_notes(part).read_bytes())
    except (OSError, ValueError, TypeError):
        return 0, ""
    if noted != url or not isinstance(validator, str):
        return 0, ""
    return _size(part), validator


def forget(part: Path) -> None:
    """Remove a file that ``fetch`` made, and what it noted beside it."""
    for file in (part, _notes(part)):
        file.unlink(missing_ok=True)


def _total_of_part(response: HTTPResponse, done: int, validator: str) -> int | None:
    """The size of the whole file, if this is the rest of the one that we know."""
    told = response.headers.get("content-range", "")
    match = re.fullmatch(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15})", told)
    if response.status != HTTPStatus.PARTIAL_CONTENT or not match:
        return None
    first, last, total = map(int, match.groups())
    tag = response.headers.get("etag", validator)
    is_ours = not validator.startswith('"') or tag == validator
    return total if is_ours and first == done and last == total - 1 else None
