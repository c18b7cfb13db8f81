"""
Messages as signed POST requests to a program of the reader's.

A connection is made only to an address that was checked, and to nothing a redirect
names: the body tells what the desk follows, and the address may lead inside.
"""

import hashlib
import hmac
import http.client
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from time import monotonic
from urllib.parse import urlsplit

from monitor import __version__
from monitor.alerts.delivery import LONGEST_RETRY, Attempt
from monitor.alerts.message import Message, document

SECONDS = 10.0
"""From the look-up of the host to the answer's first line."""

SIGNATURE = "X-Monitor-Signature"
DELIVERY = "X-Monitor-Delivery"

_PORTS = {"http": 80, "https": 443}
_FOR_NOW = {408, 425, 429}

Resolve = Callable[[str, int], Sequence[str]]
"""Host name and port to IP addresses, the preferred first. Raises OSError."""


def lookup(host: str, port: int) -> list[str]:
    """The addresses of a host by the system's resolver. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def signature(secret: str, moment: int, body: bytes) -> str:
    """What ``X-Monitor-Signature`` says: a time, and the HMAC over it and the body."""
    signed = str(moment).encode() + b"." + body
    made = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return f"t={moment},v1={made}"


class InsideError(OSError):
    """The address is none of the open Internet."""


@dataclass(frozen=True, slots=True)
class WebhookChannel:
    """One receiver."""

    address: str
    secret: str = field(repr=False)
    clock: Callable[[], datetime]
    """Tells the time that is signed."""
    is_public: Callable[[str], bool]
    """Whether an IP address belongs to the open Internet."""
    local: bool = False
    """Whether others will do."""
    base: str = ""
    """The dashboard's address; empty: none."""
    seconds: float = SECONDS
    resolve: Resolve = lookup
    context: ssl.SSLContext = field(
        default_factory=ssl.create_default_context, repr=False
    )

    @property
    def key(self) -> str:
        """Goes by the address; the secret may change."""
        return hashlib.sha256(self.address.encode()).hexdigest()[:12]

    @property
    def label(self) -> str:
        """The host alone: an address may hold a secret in its path."""
        return f"webhook {urlsplit(self.address).hostname}"

    def send(self, message: Message) -> Attempt:
        """Post a message; what it came to goes by the status of the answer."""
        made = json.dumps(document(message, self.base), ensure_ascii=False)
        try:
            status, retry_after = self._post(message.id, made.encode())
        except InsideError as error:
            return Attempt("refused", str(error))
        except _FOREIGN as error:
            return Attempt("again", f"{self.label}: {self._reason(error)}")
        reason = f"{self.label} answered {_words(status)}"
        if 200 <= status < 300:
            return Attempt("sent")
        if status == HTTPStatus.GONE:
            return Attempt("gone", reason)
        if status in _FOR_NOW or status >= 500:
            return Attempt("again", reason, self._pause(retry_after))
        if 300 <= status < 400:
            reason += ": redirects are not followed; give the address it leads to"
        return Attempt("refused", reason)

    def _post(self, delivery: str, body: bytes) -> tuple[int, str]:
        parts = urlsplit(self.address)
        host = parts.hostname or ""
        port = parts.port or _PORTS[parts.scheme]
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection = http.client.HTTPConnection(host, port, timeout=self.seconds)
        with _deadline(self.seconds) as line, closing(connection):
            connection.sock = line.hold(self._dial(host, port, line))
            if parts.scheme == "https":
                connection.sock = self.context.wrap_socket(
                    connection.sock, server_hostname=host
                )
            connection.request("POST", target, body, self._headers(delivery, body))
            answer = connection.getresponse()
            return answer.status, answer.headers.get("Retry-After", "")

    def _headers(self, delivery: str, body: bytes) -> dict[str, str]:
        host = urlsplit(self.address).netloc
        return {
            "Host": host,
            "User-Agent": f"BilingualCoverageMonitor/{__version__}",
            "Content-Type": "application/json; charset=utf-8",
            "Connection": "close",
            DELIVERY: delivery,
            SIGNATURE: signature(self.secret, int(self.clock().timestamp()), body),
        }

    def _dial(self, host: str, port: int, line: "_Line") -> socket.socket:
        """A connection to an address that was checked; the name is looked up once."""
        addresses = self.resolve(host, port)
        allowed = [one for one in addresses if self.local or self.is_public(one)]
        if addresses and not allowed:
            raise InsideError(
                f"{self.label} leads to {addresses[0]}, which is not a public address"
                " (local: true in feeds.yaml allows it)"
            )
        failure: OSError = socket.gaierror("no address")
        for position, address in enumerate(allowed):
            share = line.remaining() / (len(allowed) - position)
            try:
                return socket.create_connection((address, port), timeout=share)
            except OSError as error:
                failure = error
        raise failure

    def _reason(self, error: BaseException) -> str:
        if isinstance(error, ssl.SSLCertVerificationError):
            return f"its TLS certificate is not trusted: {error.verify_message}"
        if isinstance(error, TimeoutError):
            return f"no answer within {self.seconds:g} s"
        known = ((kind, words) for kind, words in _REASONS if isinstance(error, kind))
        return next((words for _, words in known), "does not answer in proper HTTP")

    def _pause(self, told: str) -> timedelta | None:
        """What ``Retry-After`` asks for, in seconds or as a date."""
        if told.isascii() and told.isdigit():
            return min(timedelta(seconds=int(told[:9])), LONGEST_RETRY)
        with suppress(ValueError, TypeError, OverflowError):
            pause = parsedate_to_datetime(told) - self.clock()
            return min(max(pause, timedelta(0)), LONGEST_RETRY)
        return None


class _Line:
    """A connection, and the time by which it ends whatever it waits for."""

    def __init__(self, seconds: float) -> None:
        self._end = monotonic() + seconds
        self._line: socket.socket | None = None
        self._lock = threading.Lock()
        self.is_cut = False

    def remaining(self) -> float:
        """Seconds left. Raises TimeoutError if there are none."""
        left = self._end - monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def hold(self, line: socket.socket) -> socket.socket:
        """Keep a second handle to cut it by; TLS takes the first one away."""
        with self._lock:
            self._line = line.dup()
        return line

    def cut(self) -> None:
        """End it: a socket's own timeout starts anew with every byte."""
        with self._lock:
            self.is_cut = True
            if self._line:
                with suppress(OSError):
                    self._line.shutdown(socket.SHUT_RDWR)

    def drop(self) -> None:
        with self._lock:
            if self._line:
                self._line.close()
            self._line = None


@contextmanager
def _deadline(seconds: float) -> Iterator[_Line]:
    """A line that is cut after so long. Raises TimeoutError if it was."""
    line = _Line(seconds)
    timer = threading.Timer(seconds, line.cut)
    timer.daemon = True
    timer.start()
    try:
        yield line
        if line.is_cut:  # what was cut may look whole
            raise TimeoutError
    except _FOREIGN as error:
        if line.is_cut:
            raise TimeoutError from error
        raise
    finally:
        timer.cancel()
        line.drop()


_FOREIGN = (http.client.HTTPException, OSError, ValueError)
_REASONS: tuple[tuple[type[BaseException], str], ...] = (
    (ssl.SSLError, "TLS failed"),
    (socket.gaierror, "its host name cannot be found"),
    (UnicodeError, "its host name cannot be found"),
    (ConnectionRefusedError, "refuses the connection"),
    (http.client.RemoteDisconnected, "broke off the connection"),
    (ConnectionError, "broke off the connection"),
    (OSError, "cannot be reached"),
)
"""The first that fits; the most telling come first."""


def _words(status: int) -> str:
    with suppress(ValueError):
        return f"{status} {HTTPStatus(status).phrase}"
    return str(status)
