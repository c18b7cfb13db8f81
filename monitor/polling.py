"""
The poll step: ask each feed, read what changed, keep it.

Feeds are asked side by side in threads and read in ``Crew.parsers``, which may be other
processes; the calling thread alone writes. A feed's items and what the poll has taught
us of it are committed together, so a kill can never skip an item.

What a stranger's document may set off is a fault of ours, but costs its feed alone.
"""

import logging
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
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

log = logging.getLogger("monitor")

IN_FLIGHT = 64
"""Feeds begun and not yet kept: bounds the documents that wait to be read."""

TOGETHER = 16
"""Feeds kept in one transaction, if so many are there at once: a commit writes whole
pages, and those of one feed's items lie on pages of others'. A kill costs them all,
and they are polled again."""

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
    is_read: bool = False
    """Whether there was a document that has changed."""
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


_Outcome = Document | Unchanged | Parsed | FeedError
_Step = tuple[_Turn, _Outcome]


class _Round:
    """One poll of many feeds."""

    def __init__(self, crew: Crew, store: Store, now: datetime, pace: Pace) -> None:
        self._crew = crew
        self._store = store
        self._now = now
        self._pace = pace
        self._done: SimpleQueue[_Step] = SimpleQueue()
        self._read: dict[str, tuple[Document, str]] = {}
        """Documents being read and their hashes, by their feed's url."""
        self._under_way: dict[str, Future[_Outcome]] = {}

    def results(self, due: Iterable[tuple[Feed, FeedState]]) -> Generator[PollResult]:
        waiting = iter(due)
        for feed, state in islice(waiting, IN_FLIGHT):
            self._ask(feed, state)
        while self._under_way:
            # What is there goes into one transaction, but nothing waits for more.
            steps = [self._done.get()]
            while len(steps) < TOGETHER and not self._done.empty():
                steps.append(self._done.get())
            ended = [step for step in steps if not self._reads_on(*step)]
            with self._store.atomic():
                results = [self._end(turn, outcome) for turn, outcome in ended]
            for result in results:
                del self._under_way[result.feed.url]
            for feed, state in islice(waiting, len(results)):
                self._ask(feed, state)
            yield from results

    def cancel(self) -> None:
        """Leave undone what has not begun."""
        for future in self._under_way.values():
            future.cancel()

    def _ask(self, feed: Feed, state: FeedState) -> None:
        asked = conditions(state, self._now)
        self._start(
            _Turn(feed, state), self._crew.threads, self._crew.fetch, feed, asked
        )

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
        if future.cancelled():
            return
        exc = future.exception()
        outcome = _fault(turn.feed, exc) if exc else future.result()
        self._done.put((turn, outcome))

    def _reads_on(self, turn: _Turn, outcome: _Outcome) -> bool:
        """Whether it is a document that has changed; then its reading begins."""
        if not isinstance(outcome, Document):
            return False
        feed, body_hash = turn.feed, sha256(outcome.body).hexdigest()
        self._read[feed.url] = outcome, body_hash
        if body_hash == turn.state.body_hash:
            return False
        known = self._store.items.digests(feed.url)
        self._start(turn, self._crew.parsers, parse, feed, outcome, self._now, known)
        return True

    def _end(self, turn: _Turn, outcome: _Outcome) -> PollResult:
        match outcome:
            case FeedError():
                return self._fail(turn, outcome)
            case Unchanged():
                return self._keep(turn, outcome, None, None)
        document, body_hash = self._read.pop(turn.feed.url)
        parsed = outcome if isinstance(outcome, Parsed) else None
        return self._keep(turn, document, body_hash, parsed)

    def _keep(
        self,
        turn: _Turn,
        answer: Document | Unchanged,
        body_hash: str | None,
        parsed: Parsed | None,
    ) -> PollResult:
        feed, now, is_read = turn.feed, self._now, parsed is not None
        parsed = parsed or Parsed(())
        held = len(parsed.sightings) + len(parsed.known)
        added = self._store.items.add(parsed.sightings, feed.url, parsed.known, now)
        haul = Haul(body_hash, held, added.new + added.duplicates)
        self._store.feeds.put(learn_success(turn.state, answer, haul, now, self._pace))
        self._store.feeds.count(_day(feed, now, added))
        return PollResult(feed, held, added.new, is_read)

    def _fail(self, turn: _Turn, error: FeedError) -> PollResult:
        feed, now = turn.feed, self._now
        self._read.pop(feed.url, None)
        self._store.feeds.put(learn_failure(turn.state, error, now, self._pace))
        self._store.feeds.fail(feed.url, error.kind, error.reason, now)
        self._store.feeds.count(PollDay(feed.url, now.date(), 1, 1, 0, 0, 0, 0))
        return PollResult(feed, error=error)


def _fault(feed: Feed, exc: BaseException) -> FeedError:
    """What nobody expected of asking or reading a feed, as its failure."""
    log.error("poll: %s: a fault of ours", feed.outlet, exc_info=exc)
    what = f"{type(exc).__name__}: {exc}"
    if isinstance(exc, BrokenExecutor):
        what = "its document ends the process that reads it"
    return FeedError(feed.url, f"a fault of ours: {what}")


def _day(feed: Feed, now: datetime, added: Added) -> PollDay:
    return PollDay(
        feed.url,
        now.date(),
        polls=1,
        failures=0,
        new=added.new,
        duplicates=added.duplicates,
        undated=added.undated,
        future=added.future,
    )
