"""Feeds over HTTP: redirects, conditions and politeness."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from time import time
from typing import Self

from monitor import __version__
from monitor.errors import FetchError
from monitor.feeds.answers import (
    is_move,
    is_permanent,
    refresh_target,
    retry_after,
    status_kind,
    status_words,
)
from monitor.feeds.fetch_call import Answer, Caller, Resolve, lookup, stopped
from monitor.feeds.fetch_turns import Turns, TurnsClosedError
from monitor.feeds.packing import ACCEPTED
from monitor.feeds.places import Place, PlaceError, next_place, place
from monitor.model import Document, Feed, FeedState, Unchanged

MAX_REDIRECTS = 5
PER_HOST = 2  # requests at once to a host or outlet; what Media Cloud allows itself

_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/rdf+xml;q=0.9,"
    " application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)
_NOT_THERE = {"answered 404 Not Found", "answered 410 Gone"}


class Fetcher:
    """
    Fetches feeds, for any number of threads at once.

    ``contact`` is where a webmaster may complain: a page or an address.
    ``timeout_seconds`` bounds a request from the look-up of the host to the last byte;
    every redirect is a request. ``max_bytes`` bounds a body, packed and unpacked.
    ``gap_seconds`` lie between the starts of two fetches at one host or outlet.
    Closing it ends the requests under way, so that a stop need not wait for them.
    """

    def __init__(
        self,
        contact: str,
        timeout_seconds: float,
        max_bytes: int,
        gap_seconds: float = 1.0,
        resolve: Resolve = lookup,
    ) -> None:
        self._headers = {
            "User-Agent": f"BilingualCoverageMonitor/{__version__} (+{contact})",
            "Accept": _ACCEPT,
            "Accept-Encoding": ACCEPTED,
        }
        self._caller = Caller(timeout_seconds, max_bytes, resolve)
        self._turns = Turns(PER_HOST, gap_seconds)

    def fetch(self, feed: Feed, state: FeedState) -> Document | Unchanged:
        """The feed's document, or its word that it is the one ``state`` remembers.

        It starts where a permanent redirect once led, if ``state`` says so; if nothing
        is there any more, it asks the feed's own address, which is where the feed has
        moved (back) to unless that leads elsewhere for good. At most PER_HOST requests
        go to one host or outlet at once; waiting for a turn does not count as time.
        Raises FetchError, with the reason in words for a person.
        """
        asked: set[str] = set()
        try:
            with self._turns.turn(_outlet(feed)):
                if not state.moved_to or state.moved_to == feed.url:
                    return self._follow(feed, state, feed.url, asked)
                try:
                    return self._follow(feed, state, state.moved_to, asked)
                except FetchError as exc:
                    if exc.kind != "dns" and exc.reason not in _NOT_THERE:
                        raise
                answer = self._follow(feed, state, feed.url, asked)
                return replace(answer, moved_to=answer.moved_to or feed.url)
        except TurnsClosedError as exc:
            raise stopped(feed) from exc

    def close(self) -> None:
        """End every request under way and every wait; later requests fail."""
        self._turns.close()
        self._caller.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _follow(
        self, feed: Feed, state: FeedState, start: str, asked: set[str]
    ) -> Document | Unchanged:
        """What is at the end of redirects; ``asked`` are hosts and outlet so far."""
        here, is_moved, seen = _start(feed, start), True, set[str]()
        headers = self._headers | _conditions(state)
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._ask(feed, here, headers, asked)
            target = _target(answer)
            if target is None:
                return _outcome(feed, state, here, answer, is_moved)
            seen.add(here.url)
            is_moved = is_moved and is_permanent(answer.status)
            here = _next(feed, here, target)
            if here.url in seen:
                raise FetchError(feed.url, "redirects in a circle")
        raise FetchError(feed.url, f"redirects more than {MAX_REDIRECTS} times")

    def _ask(
        self, feed: Feed, here: Place, headers: Mapping[str, str], asked: set[str]
    ) -> Answer:
        """One answer, in one's turn; a host asked before in this fetch needs no gap."""
        host = f"host {here.host.rstrip('.')}"
        with self._turns.turn(host):
            keys = {host, _outlet(feed)}
            self._turns.await_start(keys - asked)
            asked |= keys
            return self._caller.get(feed, here, headers)


def _outlet(feed: Feed) -> str:
    return f"outlet {feed.outlet}"


def _conditions(state: FeedState) -> dict[str, str]:
    asked = {"If-None-Match": state.etag, "If-Modified-Since": state.last_modified}
    return {name: value for name, value in asked.items() if value}


def _target(answer: Answer) -> str | None:
    """Where an answer sends us on to, as it says it."""
    if is_move(answer.status):
        # Some servers write it in UTF-8, which http.client reads as ISO-8859-1.
        location = answer.headers.get("location", "").encode("latin-1", "replace")
        return location.decode("utf-8", "replace").strip(" ") or None
    return refresh_target(answer.body)


def _outcome(
    feed: Feed, state: FeedState, here: Place, answer: Answer, is_own: bool
) -> Document | Unchanged:
    """What an answer that sends us nowhere means. Raises FetchError.

    ``is_own``: it comes from the feed's address, or from where that moved for good.
    """
    moved_to = here.url if is_own else None
    if here == _start(feed):
        moved_to = feed.url if state.moved_to else None  # back again, or never left
    if answer.status == HTTPStatus.OK:
        return Document(here.url, answer.body, answer.headers, moved_to)
    if answer.status == HTTPStatus.NOT_MODIFIED and _conditions(state):
        return Unchanged(here.url, answer.headers, moved_to)
    kind = status_kind(answer.status)
    raise FetchError(
        feed.url,
        f"answered {status_words(answer.status)}",
        # Where a feed is lent out for now, another cannot say that it has ended.
        "hard" if kind == "gone" and not is_own else kind,
        retry_after(answer.headers, datetime.fromtimestamp(time(), UTC)),
    )


def _start(feed: Feed, url: str = "") -> Place:
    """The feed's own address, or the one it is known to have moved to."""
    try:
        return place(url or feed.url)
    except PlaceError as exc:
        words = f"has moved to {url[:200]}, which {exc}"
        raise FetchError(
            feed.url, words if url and url != feed.url else str(exc)
        ) from exc


def _next(feed: Feed, here: Place, target: str) -> Place:
    try:
        return next_place(here, target)
    except PlaceError as exc:
        words = f"redirects to {target[:200]}, which {exc}"
        raise FetchError(feed.url, words) from exc
