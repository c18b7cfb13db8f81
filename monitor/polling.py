"""
The poll step: ask each feed, read what changed, keep it.

Feeds are asked side by side in threads and read in ``Crew.parsers``, which may be other
processes; the calling thread alone writes, one transaction a feed: its items and what
the poll has taught us are committed together, so a kill can never skip an item.
"""

from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256
from itertools import islice
from queue import SimpleQueue
from typing import Any

from monitor.errors import FeedError
from monitor.feeds.cadence import Haul, Pace, in_turn
from monitor.feeds.learn import conditions, learn_failure, learn_success
from monitor.feeds.parse import parse
from monitor.model import Document, Feed, FeedState, Parsed, PollDay, Unchanged
from monitor.parsers import attempt
from monitor.store.database import Store
from monitor.store.items import Added

IN_FLIGHT = 64
"""Feeds begun and not yet kept: bounds the documents that wait to be read."""

Fetch = Callable[[Feed, FeedState], Document | Unchanged]
"""Give the feed's document, or its word that it has not changed."""


@dataclass(frozen=True, slots=True)
class Crew:
    """Who does the work of a poll."""

    fetch: Fetch
    threads: Executor
    """Where feeds are asked."""
    parsers: Executor
    """Where documents are read; see ``open_parsers``."""


@dataclass(frozen=True, slots=True)
class PollResult:
    """What one poll of one feed came to: an outcome or its error, never both."""

    feed: Feed
    items: int = 0
    """Items its document holds; 0 if it has not changed."""
    new: int = 0
    error: FeedError | None = None


def poll(
    due: Sequence[tuple[Feed, FeedState]],
    crew: Crew,
    store: Store,
    now: datetime,
    pace: Pace,
) -> Generator[PollResult]:
    """Poll what is due, the feeds of one site far apart, results as they come."""
    polled = _Round(crew, store, now, pace)
    try:
        yield from polled.results(in_turn(due))
    finally:
        polled.cancel()


@dataclass(frozen=True, slots=True)
class _Turn:
    """One feed on its way through the poll."""

    feed: Feed
    state: FeedState
    asked: FeedState
    """What it was asked with: ``state``, less what is not to be trusted."""


_Outcome = Document | Unchanged | Parsed | FeedError


class _Round:
    """One poll of many feeds."""

    def __init__(self, crew: Crew, store: Store, now: datetime, pace: Pace) -> None:
        self._crew = crew
        self._store = store
        self._now = now
        self._pace = pace
        self._done: SimpleQueue[tuple[_Turn, Future[_Outcome]]] = SimpleQueue()
        self._read: dict[str, Document] = {}
        """Documents being read, by their feed's url."""
        self._under_way: dict[str, Future[_Outcome]] = {}

    def results(self, due: Iterable[tuple[Feed, FeedState]]) -> Generator[PollResult]:
        waiting = iter(due)
        for feed, state in islice(waiting, IN_FLIGHT):
            self._ask(feed, state)
        while self._under_way:
            turn, future = self._done.get()
            result = self._advance(turn, future.result())
            if result is None:
                continue
            del self._under_way[turn.feed.url]
            for feed, state in islice(waiting, 1):
                self._ask(feed, state)
            yield result

    def cancel(self) -> None:
        """Leave undone what has not begun."""
        for future in self._under_way.values():
            future.cancel()

    def _ask(self, feed: Feed, state: FeedState) -> None:
        turn = _Turn(feed, state, conditions(state, self._now))
        self._start(turn, self._crew.threads, self._crew.fetch, feed, turn.asked)

    def _start(
        self,
        turn: _Turn,
        executor: Executor,
        work: Callable[..., _Outcome],
        *args: Any,
    ) -> None:
        future = executor.submit(attempt, work, *args)
        self._under_way[turn.feed.url] = future
        future.add_done_callback(partial(self._note, turn))

    def _note(self, turn: _Turn, future: "Future[_Outcome]") -> None:
        if not future.cancelled():
            self._done.put((turn, future))

    def _advance(self, turn: _Turn, outcome: _Outcome) -> PollResult | None:
        """The result, or None while the document is being read."""
        match outcome:
            case FeedError():
                return self._fail(turn, outcome)
            case Unchanged():
                return self._keep(turn, outcome, Parsed(()))
            case Parsed():
                return self._keep(turn, self._read.pop(turn.feed.url), outcome)
        feed = turn.feed
        if _hash(outcome) == turn.state.body_hash:
            return self._keep(turn, outcome, Parsed(()))
        self._read[feed.url] = outcome
        known = self._store.items.digests(feed.url)
        self._start(turn, self._crew.parsers, parse, feed, outcome, self._now, known)
        return None

    def _keep(
        self, turn: _Turn, answer: Document | Unchanged, parsed: Parsed
    ) -> PollResult:
        feed, now = turn.feed, self._now
        held = len(parsed.sightings) + len(parsed.known)
        body_hash = _hash(answer) if isinstance(answer, Document) else None
        with self._store.atomic():
            added = self._store.items.add(parsed.sightings, feed.url, parsed.known, now)
            haul = Haul(body_hash, held, added.new + added.duplicates)
            state = learn_success(turn.state, answer, haul, now, self._pace)
            self._store.feeds.put(state)
            self._store.feeds.count(_day(feed, now, parsed, added))
        return PollResult(feed, held, added.new)

    def _fail(self, turn: _Turn, error: FeedError) -> PollResult:
        feed, now = turn.feed, self._now
        with self._store.atomic():
            self._store.feeds.put(learn_failure(turn.state, error, now, self._pace))
            self._store.feeds.fail(feed.url, error.kind, error.reason, now)
            self._store.feeds.count(PollDay(feed.url, now.date(), 1, 1, 0, 0, 0, 0))
        return PollResult(feed, error=error)


def _hash(document: Document) -> str:
    return sha256(document.body).hexdigest()


def _day(feed: Feed, now: datetime, parsed: Parsed, added: Added) -> PollDay:
    return PollDay(
        feed.url,
        now.date(),
        polls=1,
        failures=0,
        new=added.new,
        duplicates=added.duplicates,
        undated=parsed.undated,
        future=parsed.future,
    )
