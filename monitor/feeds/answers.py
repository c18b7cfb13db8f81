"""What a server's answer means for a feed."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from monitor.feeds.pages import PageReader
from monitor.model import FailureKind

LONGEST_RETRY_SECONDS = 86_400.0
"""A day; Media Cloud has seen 88 hours asked for."""

_MOVES = {301, 302, 303, 307, 308}
_FOR_GOOD = {301, 308}
_PASSING = {304, 404, 408, 425, 429}  # 404: feeds come back, Media Cloud found
_LONGEST_REFRESH = 10  # seconds; a page that waits longer is there to be read
_HEAD = 65_536  # bytes of a page, where its head ends at the latest
_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*+(?:<\?xml[^>]*+>\s*+|<!--(?>.*?-->)\s*+)*+"
    rb"<(?:!doctype\s+html|html|head|meta|title)\b",
    re.IGNORECASE | re.DOTALL,
)
_REFRESH = re.compile(
    r"""\s*(\d+)(?:\.[\d.]*)?\s*[;,\s]\s*url\s*=\s*(?:"([^"]*)|'([^']*)|(.*))""",
    re.IGNORECASE | re.DOTALL,
)


def is_move(status: int) -> bool:
    """Whether a status sends one elsewhere, if a Location says where."""
    return status in _MOVES


def is_permanent(status: int) -> bool:
    """Whether it does so for good."""
    return status in _FOR_GOOD


def status_words(status: int) -> str:
    """A status for a person.

    >>> status_words(404), status_words(520)
    ('404 Not Found', '520')
    """
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def status_kind(status: int) -> FailureKind:
    """Of which kind a failure with this status is."""
    if status == HTTPStatus.GONE:
        return "gone"
    is_odd = status < 300 or status >= 500  # no feed now: 202 while a robot is weighed
    return "soft" if is_odd or status in _PASSING else "hard"


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """How many seconds a site asks us to stay away, at most a day; None if it doesn't.

    A date is counted from the server's own Date, since its clock may be off, and from
    ``now`` without one.
    """
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        seconds = float(text)
    else:
        until, since = _http_date(text), _http_date(headers.get("date", "")) or now
        if until is None or until < since:
            return None
        seconds = (until - since).total_seconds()
    return min(seconds, LONGEST_RETRY_SECONDS)


def refresh_target(body: bytes) -> str | None:
    """Where an HTML page's head sends its reader at once, as it is written there.

    None for what is no page, or one that stays, reloads itself, or lets one read.
    """
    head = body[:_HEAD]
    if not _PAGE.match(head[:2048]) or b"refresh" not in head.lower():
        return None
    page = _Page()
    page.read(head.decode("utf-8", "replace"))
    return page.target


class _Page(PageReader):
    """The first refresh in a page's head."""

    def __init__(self) -> None:
        super().__init__()
        self.target: str | None = None
        self._is_over = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_over = self._is_over or tag == "body"
        given = {name: value or "" for name, value in attrs}
        is_refresh = given.get("http-equiv", "").strip().lower() == "refresh"
        if tag == "meta" and is_refresh and not self._is_over and self.target is None:
            self.target = _target(given.get("content", ""))

    def handle_endtag(self, tag: str) -> None:
        self._is_over = self._is_over or tag == "head"


def _target(content: str) -> str | None:
    found = _REFRESH.match(content)
    if not found or float(found[1]) > _LONGEST_REFRESH:
        return None
    return (found[2] or found[3] or found[4] or "").strip() or None


def _http_date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
