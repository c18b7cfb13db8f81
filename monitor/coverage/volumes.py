"""
How much a feed, a side or a theme usually brings: the measure that a silence, or a
rise, is held against.

News has a weekly rhythm, by the hour. What is usual is counted by the hour of the week
in UTC, over the healthy days of the last four weeks: a day on which a feed was not read
says nothing of its volume.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from monitor.comparison import Part
from monitor.model import SIDES, Country, Feed, PollDay

HISTORY = timedelta(days=28)
"""Four whole weeks: each hour of the week four times."""
WEEK = 168
"""Hours."""
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_THEME_PRIOR = 20.0
"""Items of a theme that are taken to lie on both sides as all news does, beside those
that were counted: a theme of ten items has no ratio of its own yet, one of two hundred
has."""


@dataclass(frozen=True, slots=True)
class Volume:
    """The items of one feed that were published in one hour."""

    feed: str
    side: Country
    hour: datetime
    """Its beginning, in UTC."""
    items: int


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How many items each hour of the week usually brings."""

    means: tuple[float, ...]
    """Items an hour, by the hour of the week in UTC; first that from Monday 0:00."""
    days: int
    """Healthy days that it was learnt from, of the feed that has most."""

    @property
    def per_day(self) -> float:
        """Items on a day of the average week."""
        return sum(self.means) / 7

    def between(self, start: datetime, end: datetime) -> float:
        """Items usual in [start, end); part of an hour has a part of its items."""
        return sum(
            self.means[_hour_of_week(hour)]
            * (min(end, hour + _HOUR) - max(start, hour))
            / _HOUR
            for hour in _hours(start, end)
        )


NO_RHYTHM = Rhythm((0.0,) * WEEK, 0)


def healthy_days(days: Iterable[PollDay]) -> frozenset[date]:
    """The days, in UTC, on which a feed was read well at least once."""
    return frozenset(d.day for d in days if d.polls > d.failures)


def per_day(
    counts: Iterable[tuple[str, date, int]],
    healthy: Mapping[str, frozenset[date]],
    now: datetime,
) -> dict[str, float]:
    """Feed -> its items a day, over the healthy days of four weeks that are over.

    ``counts`` are of a feed and a day in UTC, in any number of parts. A feed without
    such a day has none.
    """
    known = _over(healthy, now)
    items: Counter[str] = Counter()
    for feed, day, count in counts:
        if day in known.get(feed, ()):
            items[feed] += count
    return {feed: items[feed] / len(days) for feed, days in known.items() if days}


def _over(
    healthy: Mapping[str, frozenset[date]], now: datetime
) -> dict[str, frozenset[date]]:
    """Feed -> those of its healthy days that are over and no older than four weeks."""
    first, today = (now - HISTORY).date(), now.date()
    return {
        feed: frozenset(day for day in days if first <= day < today)
        for feed, days in healthy.items()
    }


def rhythms(
    volumes: Iterable[Volume],
    healthy: Mapping[str, frozenset[date]],
    now: datetime,
) -> dict[str, Rhythm]:
    """Feed -> its rhythm, by the healthy days of four weeks that are over.

    ``healthy`` has a feed's healthy days. Half a day of what the hour usually brings on
    any day is mixed into each day of the week: of four Mondays, one is not a rule.
    """
    known = _over(healthy, now)
    by_feed: dict[str, Counter[int]] = defaultdict(Counter)
    for volume in volumes:
        if volume.hour.date() in known.get(volume.feed, ()):
            by_feed[volume.feed][_hour_of_week(volume.hour)] += volume.items
    return {feed: _rhythm(by_feed[feed], days) for feed, days in known.items() if days}


def side_rhythms(
    feeds: Iterable[Feed], by_feed: Mapping[str, Rhythm]
) -> dict[Country, Rhythm]:
    """Side -> the rhythm of all its feeds together."""
    return {
        side: _together(
            [by_feed[f.url] for f in feeds if f.country == side and f.url in by_feed]
        )
        for side in SIDES
    }


def by_hour(volumes: Iterable[Volume], side: Country) -> dict[datetime, int]:
    """Beginning of an hour -> the items of a side in it; empty hours are missing."""
    found: Counter[datetime] = Counter()
    for volume in volumes:
        if volume.side == side:
            found[volume.hour] += volume.items
    return found


def brought(hours: Mapping[datetime, int], start: datetime, end: datetime) -> float:
    """Items that came in [start, end); of an hour's items, the hour's part."""
    return sum(
        hours.get(hour, 0) * (min(end, hour + _HOUR) - max(start, hour)) / _HOUR
        for hour in _hours(start, end)
    )


def theme_ratios(
    parts: Iterable[Part],
    themes: Mapping[str, Sequence[str]],
    usual: Mapping[Country, float],
) -> dict[str, dict[Country, float]]:
    """Theme -> side -> its items there, as if each theme had a few more.

    ``themes`` has the themes of stories by story, ``usual`` a side's items a day.
    """
    whole = sum(usual.values())
    share = {side: usual[side] / whole if whole else 0.5 for side in SIDES}
    found: dict[str, dict[Country, float]] = {}
    for part in parts:
        for theme in themes.get(part.story, ()):
            prior = {side: _THEME_PRIOR * share[side] for side in SIDES}
            found.setdefault(theme, prior)[part.side] += part.items
    return found


def evenness(pairs: Iterable[tuple[float, float]]) -> float:
    """How even counts are, from pairs of a count and its mean.

    The variance is mean + mean² / evenness. At least 1: one flood among four weeks
    must not excuse every silence.
    """
    pairs = list(pairs)
    excess = sum((count - mean) ** 2 - mean for count, mean in pairs)
    squares = sum(mean * mean for _, mean in pairs)
    return max(1.0, squares / excess) if excess > 0 and squares else _EVEN


def surprise(count: float, mean: float, k: float) -> float:
    """How unlikely a count so far off its mean is, as -ln of a bound on its chance.

    Chernoff's bound for a negative binomial count; for 0 it is the chance itself.
    """
    whole = (count + k) * math.log((count + k) / (mean + k))
    return (count * math.log(count / mean) if count else 0.0) - whole


_EVEN = 1e6  # a Poisson count, as near as doubles go


def _rhythm(counts: Mapping[int, int], days: Collection[date]) -> Rhythm:
    exposure = Counter(day.weekday() for day in days)
    of_hour = [
        sum(counts.get(24 * d + hour, 0) for d in range(7)) / len(days)
        for hour in range(24)
    ]
    means = (
        (counts.get(h, 0) + 0.5 * of_hour[h % 24]) / (exposure[h // 24] + 0.5)
        for h in range(WEEK)
    )
    return Rhythm(tuple(means), len(days))


def _together(feeds: Sequence[Rhythm]) -> Rhythm:
    if not feeds:
        return NO_RHYTHM
    means = tuple(map(sum, zip(*(f.means for f in feeds), strict=True)))
    return Rhythm(means, max(f.days for f in feeds))


def _hour_of_week(hour: datetime) -> int:
    return 24 * hour.weekday() + hour.hour


def _hours(start: datetime, end: datetime) -> Iterator[datetime]:
    hour = start.replace(minute=0, second=0, microsecond=0)
    while hour < end:
        yield hour
        hour += _HOUR
