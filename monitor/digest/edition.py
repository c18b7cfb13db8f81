"""
What one subscriber gets on one date, and when it is due.

Windows tile time: an edition begins where the one before it ended, be that a day or,
over days without one, several ago. So a window lasts 23 or 25 hours on a night when the
subscriber's clocks change, and no item falls between two editions or into both by its
date alone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from zoneinfo import ZoneInfo

from monitor.comparison import BlindSpot, Coverage, FeedHealth, SideHealth
from monitor.coverage.watch import matches
from monitor.model import SIDES, Country, Item, Language
from monitor.readers import (
    WEEKDAYS,
    Corrected,
    Edition,
    Links,
    News,
    Subscriber,
    Watchlist,
)

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Window:
    """What one stretch of time came to, beside its stories: for every subscriber."""

    retitled: Mapping[str, int] = field(default_factory=dict)
    """Story id -> its headlines that were changed in it."""
    themes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Story id -> names of its themes."""
    labels: Mapping[str, Mapping[Language, str]] = field(default_factory=dict)
    """As ``Edition.labels``."""
    blind_spots: tuple[BlindSpot, ...] = ()
    """Open at its end, those to be told first ahead."""
    sides: Mapping[Country, SideHealth] = field(default_factory=dict)
    corrected: tuple[Corrected, ...] = ()
    """Made in it, in order."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A story of a window."""

    coverage: Coverage
    news: News
    hours: tuple[tuple[Country, int], ...]
    """Of each item of the window its side, and in which hour of it the item came."""


def window(subscriber: Subscriber, date: date) -> tuple[datetime, datetime]:
    """From the moment the edition before was due to that of this one, in UTC.

    A date on which none is due ends a window all the same, for whoever asks for it.
    """
    before = _latest(subscriber, date - timedelta(days=1))
    return _due(subscriber, before), _due(subscriber, date)


def due_date(subscriber: Subscriber, now: datetime) -> date:
    """The newest date whose edition is due.

    It stays due until the next one is: a monitor that was down at the hour still
    finds it.
    """
    today = now.astimezone(ZoneInfo(subscriber.tz)).date()
    newest = _latest(subscriber, today)
    if _due(subscriber, newest) <= now:
        return newest
    return _latest(subscriber, newest - timedelta(days=1))


def edition(
    subscriber: Subscriber,
    date: date,
    coverages: Iterable[Coverage],
    watchlists: Sequence[Watchlist],
    health: Sequence[FeedHealth],
    untranslated: int,
    translator: str,
    within: Window | None = None,
    links: Links | None = None,
) -> Edition:
    """The stories of one date's window, most important first.

    Ahead go stories on a watch-list of the subscriber's; then what most outlets, then
    most items, covered in the window; then the newest. Of a subscriber with themes,
    stories of others are left out unless they are on a watch-list.
    """
    followed = [w for w in watchlists if w.name in subscriber.watchlists]
    within = within or Window()
    found = ranked(coverages, *window(subscriber, date), within.retitled)
    named = ((r.coverage.story.id, matches(r.coverage.story, followed)) for r in found)
    watched = {story: names for story, names in named if names}
    return choose(
        *(subscriber, date, found, watched, health, untranslated, translator),
        within,
        links or Links(),
    )


def ranked(
    coverages: Iterable[Coverage],
    start: datetime,
    end: datetime,
    retitled: Mapping[str, int],
) -> tuple[Ranked, ...]:
    """Those with an item in [start, end), whoever reads them, most important first.

    ``retitled`` maps a story to its headlines that were changed in that time.
    """
    found = [c for c in coverages if any(_within(c, start, end))]
    found.sort(key=lambda c: _rank(c, start, end))
    return tuple(
        Ranked(c, news(c, start, end, retitled), tuple(_hours(c, start, end)))
        for c in found
    )


def choose(
    subscriber: Subscriber,
    date: date,
    found: Sequence[Ranked],
    watched: Mapping[str, tuple[str, ...]],
    health: Sequence[FeedHealth],
    untranslated: int,
    translator: str,
    within: Window,
    links: Links,
) -> Edition:
    """As ``edition``, where the stories of the window are known, and their watch-lists.

    ``watched`` may name stories that are not told.
    """
    start, end = window(subscriber, date)
    chosen = [r for r in found if _is_wanted(r.coverage, subscriber, watched, within)]
    chosen.sort(key=lambda r: r.coverage.story.id not in watched)
    told = [r.coverage for r in chosen]
    ids = {c.story.id for c in told}
    return Edition(
        subscriber=subscriber,
        date=date,
        start=start,
        end=end,
        both=tuple(c for c in told if c.crosses_border),
        only={side: tuple(c for c in told if _is_only(c, side)) for side in SIDES},
        watched={story: names for story, names in watched.items() if story in ids},
        health=tuple(health),
        untranslated=untranslated,
        translator=translator,
        news={r.coverage.story.id: r.news for r in chosen},
        themes={s: names for s, names in within.themes.items() if s in ids and names},
        labels=within.labels,
        left_out=len(found) - len(told),
        blind_spots=tuple(spot for spot in within.blind_spots if spot.story in ids),
        sides=within.sides,
        corrected=within.corrected,
        timeline=_timeline(chosen, start, end),
        links=links,
    )


def news(
    coverage: Coverage,
    start: datetime,
    end: datetime,
    retitled: Mapping[str, int] | None = None,
) -> News:
    """What became of a story in [start, end).

    What was published and seen before ``start``, an earlier edition can have told: a
    feed's clock that runs ahead puts an item into the edition after. A side that only
    prints an agency's dispatch, or the other's text, has not taken the story up.
    """
    items = [m.item for m in coverage.story.members]
    known = [item for item in items if _is_known(item, start)]
    outlets = {item.outlet for item in _within(coverage, start, end)}
    copies = frozenset().union(*(one.copies for one in coverage.sides.values()))
    had = {item.country for item in known if item.id not in copies}
    took = {item.country for item in items if item.id not in copies} - had
    return News(
        is_new=not known,
        items=sum(1 for _ in _within(coverage, start, end)),
        outlets=len(outlets - {item.outlet for item in known}),
        crossed=next(iter(took)) if had and took else None,
        retitled=(retitled or {}).get(coverage.story.id, 0),
    )


def items_within(edition: Edition, items: Iterable[Item]) -> Iterator[Item]:
    """Those published or first seen in the edition's window."""
    for item in items:
        if _is_within(item, edition.start, edition.end):
            yield item


def is_new(edition: Edition, coverage: Coverage) -> bool:
    """Whether no earlier edition can have told the story."""
    return not any(_is_known(m.item, edition.start) for m in coverage.story.members)


def _hours(
    coverage: Coverage, start: datetime, end: datetime
) -> Iterator[tuple[Country, int]]:
    """An item published before the window counts in the hour in which it was seen."""
    for item in _within(coverage, start, end):
        came = item.published if start <= item.published < end else item.seen
        yield item.country, (came - start) // _HOUR


def _timeline(
    found: Iterable[Ranked], start: datetime, end: datetime
) -> dict[Country, tuple[int, ...]]:
    """The last hour may be a part of one."""
    counts = {side: [0] * -((start - end) // _HOUR) for side in SIDES}
    for each in found:
        for side, hour in each.hours:
            counts[side][hour] += 1
    return {side: tuple(hours) for side, hours in counts.items()}


def _latest(subscriber: Subscriber, date: date) -> date:
    """The newest date, up to this one, on whose weekday an edition is due."""
    days = (date - timedelta(days=n) for n in range(len(WEEKDAYS)))
    return next(day for day in days if WEEKDAYS[day.weekday()] in subscriber.weekdays)


def _due(subscriber: Subscriber, date: date) -> datetime:
    """When a date's edition is due.

    A local time that comes twice, in autumn, means the first; one that the clocks
    skip, in spring, means as long after midnight as it would have been (RFC 5545).
    """
    at: clock = subscriber.time.replace(fold=0, tzinfo=None)
    local = datetime.combine(date, at, ZoneInfo(subscriber.tz))
    return local.astimezone(UTC)


def _is_wanted(
    coverage: Coverage,
    subscriber: Subscriber,
    watched: Mapping[str, tuple[str, ...]],
    within: Window,
) -> bool:
    story = coverage.story.id
    of_theme = set(within.themes.get(story, ())) & set(subscriber.themes)
    return not subscriber.themes or story in watched or bool(of_theme)


def _is_only(coverage: Coverage, side: Country) -> bool:
    return bool(coverage.sides[side].items) and not coverage.crosses_border


def _within(coverage: Coverage, start: datetime, end: datetime) -> Iterator[Item]:
    members = (m.item for m in coverage.story.members)
    return (item for item in members if _is_within(item, start, end))


def _is_known(item: Item, start: datetime) -> bool:
    return item.seen < start and item.published < start


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
