"""
The steps, in the order data meets them::

    feeds.yaml -> poll (fetch, parse) -> items
      -> translate -> translations
      -> cluster -> stories
      -> compare -> coverage
      -> digest -> editions
      -> deliver -> mail

Each step reads the store, calls pure functions and writes the store one unit of work
at a time. The poll, with threads and processes of its own, is in ``polling.py``, the
clustering, which remembers a week of items, in ``clustering.py``, the keeping and
mailing of editions in ``outbox.py``. Run twice, a step changes nothing the second time;
killed anywhere, the next run goes on where it stopped.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import product
from typing import TypeVar

from monitor.comparison import Coverage, FeedHealth
from monitor.concept import Concept
from monitor.coverage.health import is_fresh, vouching
from monitor.coverage.sides import compare as compare_story
from monitor.coverage.themes import Lexicon
from monitor.coverage.volumes import healthy_days
from monitor.digest.delivery import is_stopped
from monitor.digest.edition import due_date, window
from monitor.entry import Entry
from monitor.errors import TranslationError
from monitor.feeds.health import FeedReport, report
from monitor.model import OTHER, Feed, Language
from monitor.parsers import Inline
from monitor.readers import Subscriber, Watchlist
from monitor.store.database import Store
from monitor.translation import shares
from monitor.translation.items import PARTS, Part
from monitor.translation.shares import Done, Share, translate_share
from monitor.translation.translator import Translator, engine_for

BATCH = 256
"""Items translated between two commits: what a kill can cost."""

TRANSLATE_DAYS = 7
"""Items older than the clustering window are not worth a translation any more."""

HISTORY_DAYS = 113
"""How far back feeds are judged: sixteen weeks, and the day before the first."""

T = TypeVar("T")


# --- poll: see polling.py ----------------------------------------------------


def feed_health(
    feeds: Iterable[Feed], store: Store, now: datetime
) -> tuple[FeedHealth, ...]:
    """Which feeds can vouch for their side, in the order of feeds.yaml."""
    return tuple(
        FeedHealth(feed, state, is_fresh(state, now))
        for feed, state in store.feeds.states(feeds)
    )


def window_health(
    store: Store, feeds: Iterable[Feed], start: datetime, end: datetime, now: datetime
) -> tuple[FeedHealth, ...]:
    """Which feeds can vouch for their side throughout [start, end).

    In the order of feeds.yaml. A window that is over is judged by what was kept of it,
    one that lasts until today by how the feeds stand now, too.
    """
    days = store.feeds.days(start.date())
    return tuple(
        vouching(feed, state, healthy_days(days.get(feed.url, ())), start, end, now)
        for feed, state in store.feeds.states(feeds)
    )


def feed_reports(
    feeds: Iterable[Feed], store: Store, now: datetime
) -> list[FeedReport]:
    """What the last months say of each feed's health, in the order of feeds.yaml."""
    since = now - timedelta(days=HISTORY_DAYS)
    days, failures = store.feeds.days(since.date()), store.feeds.failures(since)
    return [
        report(
            feed, state, days.get(feed.url, ()), failures.get(feed.url, ()), now.date()
        )
        for feed, state in store.feeds.states(feeds)
    ]


# --- translate -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be translated and what names are known, as feeds.yaml has it."""

    targets: tuple[Language, ...]
    headlines_only: frozenset[str] = frozenset()
    """Feeds whose summaries are left alone."""
    untranslated: frozenset[str] = frozenset()
    """Feeds that are left alone as a whole."""
    own: tuple[Entry, ...] = ()
    """What a person adds to the bridge."""

    def spared(self, part: Part) -> frozenset[str]:
        """The feeds of which this part is not translated."""
        if part == "headline":
            return self.untranslated
        return self.untranslated | self.headlines_only


@dataclass(frozen=True, slots=True)
class TranslateResult:
    """What one batch came to."""

    target: Language
    part: Part
    translated: int
    doubted: int
    """Those of the translated that carry a warning."""
    failed: int


@dataclass(frozen=True, slots=True)
class Hands:
    """Who translates: here and at once, in other processes, on other machines."""

    executor: Executor
    work: Callable[[Share], Done]
    size: int = BATCH
    """Items in a share."""
    ahead: int = 1
    """Shares under way at once; what a kill can cost."""


def own_hands(translator: Translator) -> Hands:
    """One share after the other, in the thread that asks for it."""
    return Hands(Inline(), partial(translate_share, translator=translator))


def translate(
    store: Store,
    translator: Translator,
    plan: Plan,
    now: datetime,
    *,
    again: bool = False,
    hands: Hands | None = None,
) -> Generator[TranslateResult]:
    """Translate what still waits, a batch at a time: headlines first, then the rest.

    Each item is translated once for each language; ``again`` asks for a translation
    by today's engine for what an earlier one has made or was given up on. ``hands``
    None are our own; whoever else's they are, batches are kept in the same order.

    Raises TranslationError when texts fail and so does a plain sentence: then it is
    the engine that is down, which is not held against the items.
    """
    hands = hands or own_hands(translator)
    since = now - timedelta(days=TRANSLATE_DAYS)
    # A headline alone must not hide an earlier translation of the whole.
    for part, target in product(PARTS[1:] if again else PARTS, plan.targets):
        engine = engine_for(translator, OTHER[target], target)
        if engine is None:
            continue
        waiting = store.translations.pending(
            *(target, since, now, part, plan.spared(part)),
            (engine.name, engine.version) if again else None,
        )
        asked = (
            shares.share(batch, target, part, translator, store.memory, plan.own)
            for batch in batches(waiting, hands.size)
        )
        for done in _done(hands, asked):
            made = done.batch
            with store.atomic():
                store.memory.keep(done.learnt)
                store.translations.add(made.translations, now)
                for failure in made.failures:
                    store.translations.fail(failure.item, target, failure.reason, now)
            yield TranslateResult(
                target,
                part,
                len(made.translations),
                sum(bool(each.warnings) for each in made.translations),
                len(made.failures),
            )
            if made.down:
                raise TranslationError(made.down)


def _done(hands: Hands, asked: Iterable[Share]) -> Iterator[Done]:
    """What becomes of shares, in their order."""
    under_way: deque[tuple[Share, Future[Done]]] = deque()
    try:
        for share in asked:
            under_way.append((share, hands.executor.submit(hands.work, share)))
            if len(under_way) >= hands.ahead:
                yield _outcome(hands, *under_way.popleft())
        while under_way:
            yield _outcome(hands, *under_way.popleft())
    finally:
        for _, future in under_way:
            future.cancel()


def _outcome(hands: Hands, share: Share, future: "Future[Done]") -> Done:
    """What became of a share.

    If it ended every process that took it up, each of its items is tried alone: the
    one to blame fails, the others do not.
    """
    try:
        done = future.result()
    except BrokenExecutor:
        if len(share.items) == 1:
            return shares.lost(share)
        alone = [(one, hands.executor.submit(hands.work, one)) for one in share.alone()]
        return shares.together(_outcome(hands, *each) for each in alone)
    shares.check(share, done)
    return done


# --- cluster: see clustering.py ----------------------------------------------------


# --- compare -------------------------------------------------------------------


def compare(
    store: Store, owners: Mapping[str, str], start: datetime, end: datetime
) -> list[Coverage]:
    """How the two sides cover each story with an item in [start, end)."""
    return [compare_story(story, owners) for story in store.stories.between(start, end)]


# --- explain: see explaining.py ----------------------------------------------------


# --- digest: the editions are made in editing.py -----------------------------------


@dataclass(frozen=True, slots=True)
class Desk:
    """What every edition is made of, beside the stories."""

    feeds: Sequence[Feed]
    owners: Mapping[str, str]
    watchlists: Sequence[Watchlist]
    translator: str
    """Which engine translates, or why none does."""
    untranslated: frozenset[str] = frozenset()
    """Feeds that are not meant to be translated."""
    own: tuple[Entry, ...] = ()
    """What a person adds to the bridge."""
    themes: Lexicon = Lexicon(())
    """What stories are tagged with."""
    framing: tuple[Concept, ...] = ()
    """What a person adds to the framing lexicon."""


def due_editions(
    subscribers: Iterable[Subscriber], store: Store, now: datetime
) -> list[tuple[Subscriber, date]]:
    """Each subscriber's newest edition, if its time has come and it was not made.

    After a downtime the newest edition is caught up, not the ones before it. An
    edition that closed before the monitor had seen anything is not due, nor one that
    its reader or a person has stopped.
    """
    first = store.items.first_seen()
    if first is None:
        return []
    known = store.subscriptions.all()
    due = [
        (subscriber, due_date(subscriber, now))
        for subscriber in subscribers
        if not is_stopped(known, subscriber)
    ]
    return [
        (subscriber, day)
        for subscriber, day in due
        if window(subscriber, day)[1] > first
        and store.outbox.one(subscriber.name, day) is None
    ]


def batches(units: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The units in their order, ``size`` at a time."""
    for start in range(0, len(units), size):
        yield units[start : start + size]
