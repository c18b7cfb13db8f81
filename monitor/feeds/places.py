"""Addresses that a fetch may go to."""

from dataclasses import dataclass
from urllib.parse import urljoin

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from monitor.feeds.links import MAX_URL

_PORTS = {"http": 80, "https": 443}
_MAX_PORT = 65_535
_NO_ADDRESS = "is not an address"


class PlaceError(ValueError):
    """We do not go there; the message says what the address is or does."""


@dataclass(frozen=True, slots=True)
class Place:
    """An http or https address in its proper spelling."""

    url: str
    """Without a fragment."""
    is_secure: bool
    host: str
    """In lower case and ASCII, an IPv6 address without its brackets."""
    port: int
    target: str
    """Path and query, as a request names them."""


def place(url: str) -> Place:
    """The place that an address names. Raises PlaceError.

    What readers of addresses disagree on is no address to us: a backslash, a control
    character, a user name.
    """
    _check(url)
    try:
        parts = parse_url(url)
    except LocationParseError as exc:
        raise PlaceError(_NO_ADDRESS) from exc
    if parts.scheme not in _PORTS or not parts.host:
        raise PlaceError("is not an http or https address")
    if parts.auth is not None:
        raise PlaceError("carries a user name, which we do not send")
    port = _PORTS[parts.scheme] if parts.port is None else parts.port
    if not 0 < port <= _MAX_PORT:
        raise PlaceError(_NO_ADDRESS)
    host = parts.host.removeprefix("[").removesuffix("]")
    spelling = parts._replace(fragment=None).url
    _check_length(spelling)
    return Place(spelling, parts.scheme == "https", host, port, parts.request_uri)


def next_place(base: Place, location: str) -> Place:
    """The place that a redirect found at ``base`` names. Raises PlaceError."""
    _check(location)  # urljoin would drop some of what must not be there
    try:
        return place(urljoin(base.url, location))
    except PlaceError:
        raise
    except ValueError as exc:  # brackets that enclose no IPv6 address
        raise PlaceError(_NO_ADDRESS) from exc


def _check(url: str) -> None:
    _check_length(url)
    if "\\" in url or any(char < " " or char == "\x7f" for char in url):
        raise PlaceError(_NO_ADDRESS)


def _check_length(url: str) -> None:
    if len(url) > MAX_URL:
        raise PlaceError(f"is longer than {MAX_URL:,} characters")
