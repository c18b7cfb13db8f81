"""
The steps, in the order data meets them::

    feeds.yaml -> poll (fetch, parse) -> items
      -> translate -> translations
      -> cluster -> stories
      -> compare -> coverage
      -> digest -> editions, mail

Each step reads the store, calls pure functions and writes the store one unit of work
at a time. The poll, with threads and processes of its own, is in ``polling.py``, the
clustering, which remembers a week of items, in ``clustering.py``. Run twice, a step
changes nothing the second time; killed anywhere, the next run goes on where it stopped.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import product
from typing import TypeVar

from monitor.comparison import BlindSpot, Coverage, FeedHealth, SideHealth
from monitor.coverage.sides import compare as compare_story
from monitor.digest.edition import due_date, window
from monitor.entry import Entry
from monitor.errors import DeliveryError, TranslationError
from monitor.feeds.health import FeedReport, report
from monitor.model import OTHER, Country, Feed, Language, Story
from monitor.readers import Subscriber, Watchlist
from monitor.store.database import Store
from monitor.translation.bridge import bridge
from monitor.translation.items import PARTS, Part, translate_items
from monitor.translation.translator import Translator, engine_for

BATCH = 256
"""Items translated between two commits: what a kill can cost."""

TRANSLATE_DAYS = 7
"""Items older than the clustering window are not worth a translation any more."""

HEALTHY_HOURS = 26
"""A feed not read for a day cannot vouch for its side's silence; a site may ask us to
stay away for a day, and the poll after that takes its time."""

HISTORY_DAYS = 113
"""How far back feeds are judged: sixteen weeks, and the day before the first."""

T = TypeVar("T")


# --- poll: see polling.py ----------------------------------------------------


def feed_health(
    feeds: Iterable[Feed], store: Store, now: datetime
) -> tuple[FeedHealth, ...]:
    """Which feeds can vouch for their side, in the order of feeds.yaml."""
    fresh = now - timedelta(hours=HEALTHY_HOURS)
    return tuple(
        FeedHealth(
            feed,
            state,
            state.error is None
            and state.last_good is not None
            and state.last_good >= fresh,
        )
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


def translate(
    store: Store,
    translator: Translator,
    plan: Plan,
    now: datetime,
    *,
    again: bool = False,
) -> Generator[TranslateResult]:
    """Translate what still waits, a batch at a time: headlines first, then the rest.

    Each item is translated once for each language; ``again`` asks for a translation
    by today's engine for what an earlier one has made or was given up on.

    Raises TranslationError when texts fail and so does a plain sentence: then it is
    the engine that is down, which is not held against the items.
    """
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
        for batch in batches(waiting, BATCH):
            made = translate_items(
                *(batch, target, translator, part), store.memory, bridge(plan.own)
            )
            with store.atomic():
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


# --- cluster: see clustering.py ----------------------------------------------------


# --- compare -------------------------------------------------------------------


def compare(
    store: Store, owners: Mapping[str, str], start: datetime, end: datetime
) -> list[Coverage]:
    """How the two sides cover each story with an item in [start, end)."""
    return [compare_story(story, owners) for story in store.stories.between(start, end)]


# --- explain: see explaining.py ----------------------------------------------------


# --- digest: the editions are made in editing.py -----------------------------------

Silences = tuple[tuple[BlindSpot, ...], Mapping[Country, SideHealth]]
"""What is open at the end of a window, and how far each side's silence in it counts."""


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
    tag: Callable[[Story], tuple[str, ...]] = lambda _: ()
    """The names of a story's themes."""
    silences: Callable[[Store, datetime, datetime], Silences] = lambda *_: ((), {})
    """Of a window from the first moment until before the second."""
    retitled: Callable[[Store, datetime, datetime], Mapping[str, int]] = lambda *_: {}
    """Story id -> how many of its headlines were changed in a window."""


def due_editions(
    subscribers: Iterable[Subscriber], store: Store, now: datetime
) -> list[tuple[Subscriber, date]]:
    """Each subscriber's newest edition, if its time has come and it was not sent.

    After a downtime the newest edition is caught up, not the ones before it. An
    edition that closed before the monitor had seen anything is not due.
    """
    first = store.items.first_seen()
    if first is None:
        return []
    due = [(subscriber, due_date(subscriber, now)) for subscriber in subscribers]
    return [
        (subscriber, day)
        for subscriber, day in due
        if window(subscriber, day)[1] > first
        and not store.deliveries.is_sent(subscriber.name, day)
    ]


@dataclass(frozen=True, slots=True)
class SendResult:
    """What one edition's delivery came to."""

    subscriber: Subscriber
    day: date
    is_new: bool = True
    """False if it had been sent before."""
    error: DeliveryError | None = None


def send_editions(
    due: Iterable[tuple[Subscriber, date]],
    send: Callable[[Subscriber, date], str],
    store: Store,
    now: datetime,
) -> Iterator[SendResult]:
    """Send what is due; one refused mail never stops the next.

    ``send`` makes and delivers one edition and gives its Message-ID. That the log can
    be written is tried first: a locked or full database sends nothing. Between the mail
    server's acceptance and the log's commit lies the one window in which a kill can
    repeat a mail; nothing else happens in it.
    """
    for subscriber, day in due:
        if store.deliveries.is_sent(subscriber.name, day):
            yield SendResult(subscriber, day, is_new=False)
            continue
        store.deliveries.begin(subscriber.name, day)
        try:
            message_id = send(subscriber, day)
        except DeliveryError as error:
            yield SendResult(subscriber, day, error=error)
            continue
        store.deliveries.add(subscriber.name, day, message_id, now)
        yield SendResult(subscriber, day)


def batches(units: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The units in their order, ``size`` at a time."""
    for start in range(0, len(units), size):
        yield units[start : start + size]
