"""
What one subscriber gets on one date, and when it is due.

Windows tile time: an edition begins where the one before it ended, so a window lasts
23 or 25 hours on a night when the subscriber's clocks change, and no item falls
between two editions or into both by its date alone.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from zoneinfo import ZoneInfo

from monitor.comparison import Coverage, FeedHealth
from monitor.coverage.watch import matches
from monitor.model import SIDES, Country, Item
from monitor.readers import Edition, Subscriber, Watchlist


def window(subscriber: Subscriber, date: date) -> tuple[datetime, datetime]:
    """From the moment the day before's edition was due to this one's, in UTC."""
    return _due(subscriber, date - timedelta(days=1)), _due(subscriber, date)


def due_date(subscriber: Subscriber, now: datetime) -> date:
    """The newest date whose edition is due.

    It stays due until the next one is: a monitor that was down at the hour still
    finds it.
    """
    today = now.astimezone(ZoneInfo(subscriber.tz)).date()
    return today if _due(subscriber, today) <= now else today - timedelta(days=1)


def edition(
    subscriber: Subscriber,
    date: date,
    coverages: Iterable[Coverage],
    watchlists: Sequence[Watchlist],
    health: Sequence[FeedHealth],
    untranslated: int,
    translator: str,
) -> Edition:
    """The stories of one date's window, most important first.

    Ahead go stories on a watch-list of the subscriber's; then what most outlets, then
    most items, covered in the window; then the newest.
    """
    start, end = window(subscriber, date)
    followed = [w for w in watchlists if w.name in subscriber.watchlists]
    found = [c for c in coverages if any(_within(c, start, end))]
    named = ((c.story.id, matches(c.story, followed)) for c in found)
    watched = {story: names for story, names in named if names}
    found.sort(key=lambda c: (c.story.id not in watched, *_rank(c, start, end)))
    return Edition(
        subscriber=subscriber,
        date=date,
        start=start,
        end=end,
        both=tuple(c for c in found if c.crosses_border),
        only={side: tuple(c for c in found if _is_only(c, side)) for side in SIDES},
        watched=watched,
        health=tuple(health),
        untranslated=untranslated,
        translator=translator,
    )


def items_within(edition: Edition, items: Iterable[Item]) -> Iterator[Item]:
    """Those published or first seen in the edition's window."""
    for item in items:
        if _is_within(item, edition.start, edition.end):
            yield item


def is_new(edition: Edition, coverage: Coverage) -> bool:
    """Whether no earlier edition can have told the story."""
    return all(m.item.seen >= edition.start for m in coverage.story.members)


def _due(subscriber: Subscriber, date: date) -> datetime:
    """When a date's edition is due.

    A local time that comes twice, in autumn, means the first; one that the clocks
    skip, in spring, means as long after midnight as it would have been (RFC 5545).
    """
    at: clock = subscriber.time.replace(fold=0, tzinfo=None)
    local = datetime.combine(date, at, ZoneInfo(subscriber.tz))
    return local.astimezone(UTC)


def _is_only(coverage: Coverage, side: Country) -> bool:
    return bool(coverage.sides[side].items) and not coverage.crosses_border


def _within(coverage: Coverage, start: datetime, end: datetime) -> Iterator[Item]:
    members = (m.item for m in coverage.story.members)
    return (item for item in members if _is_within(item, start, end))


def _is_within(item: Item, start: datetime, end: datetime) -> bool:
    return start <= item.published < end or start <= item.seen < end


def _rank(
    coverage: Coverage, start: datetime, end: datetime
) -> tuple[int, int, float, str]:
    """Sorts the most important first; the id makes the order complete."""
    items = list(_within(coverage, start, end))
    outlets = {item.outlet for item in items}
    newest = max(item.published for item in items)
    return (-len(outlets), -len(items), -newest.timestamp(), coverage.story.id)
