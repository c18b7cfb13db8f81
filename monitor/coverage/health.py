"""
Whether a side's silence over a stretch of time can be believed: what share of its usual
volume was read.

A day that is over is judged by what was kept of it: a feed vouches for it if one of its
polls went well. Today is judged as it stands: the last poll went well and is fresh.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from monitor.comparison import FeedHealth, SideHealth
from monitor.model import Country, Feed, FeedState

HEALTHY_HOURS = 26
"""A feed not read for a day cannot vouch for its side's silence; a site may ask us to
stay away for a day, and the poll after that takes its time."""

_DAY = timedelta(days=1)


def is_fresh(state: FeedState, now: datetime) -> bool:
    """Whether a feed's last poll went well and lies within a day."""
    least = now - timedelta(hours=HEALTHY_HOURS)
    return (
        state.error is None and state.last_good is not None and state.last_good >= least
    )


def missed(
    state: FeedState,
    healthy: frozenset[date],
    start: datetime,
    end: datetime,
    now: datetime,
) -> dict[date, timedelta]:
    """The days of [start, end) on which a feed was not read, and how much each is.

    ``healthy`` are the days on which it was, see ``volumes.healthy_days``. What lies
    after ``now`` is left out. An empty window is now.
    """
    end = min(end, now)
    found = dict(_days(min(start, end), end)) or {now.date(): timedelta(0)}
    return {
        day: length
        for day, length in found.items()
        if not (is_fresh(state, now) if day >= now.date() else day in healthy)
    }


def vouching(
    feed: Feed,
    state: FeedState,
    healthy: frozenset[date],
    start: datetime,
    end: datetime,
    now: datetime,
) -> FeedHealth:
    """Whether a feed can vouch for all of [start, end).

    Of a window that is over, the reason is what was kept of it, not how its last poll
    went.
    """
    lost = missed(state, healthy, start, end, now)
    past = [day for day in lost if day < now.date()]
    if past:
        state = replace(state, error=f"not read on {past[0].isoformat()}")
    elif not lost:
        state = replace(state, error=None)
    return FeedHealth(feed, state, not lost)


def side_health(
    side: Country,
    feeds: Iterable[tuple[Feed, FeedState]],
    healthy: Mapping[str, frozenset[date]],
    usual: Mapping[str, float],
    window: tuple[datetime, datetime],
    now: datetime,
) -> SideHealth:
    """Whether one side's silence over a window can be believed.

    ``healthy`` has the days on which a feed was read, ``usual`` the items that it
    brings a day. A feed that was not read on one day of four has lost a quarter of
    its share; one whose volume is not known yet has none, unless no feed's is.
    """
    start, end = window
    mine = [(feed, state) for feed, state in feeds if feed.country == side]
    weights = {f.url: usual[f.url] for f, _ in mine if f.url in usual}
    if not sum(weights.values()):
        weights = {feed.url: 1.0 for feed, _ in mine}
    length = max(min(end, now) - start, timedelta(seconds=1))
    down, lost = 0, 0.0
    for feed, state in mine:
        days_lost = missed(state, healthy.get(feed.url, frozenset()), start, end, now)
        share = min(1.0, sum(days_lost.values(), timedelta(0)) / length)
        if days_lost and min(end, now) <= start:
            share = 1.0
        down += bool(days_lost)
        lost += share * weights.get(feed.url, 0.0)
    whole = sum(weights.values())
    return SideHealth(side, len(mine), down, lost / whole if whole else 0.0)


def _days(start: datetime, end: datetime) -> Iterator[tuple[date, timedelta]]:
    """The days, in UTC, that a window touches, and how much of it lies in each."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    midnight = datetime.combine(start, time(), UTC)
    while midnight < end:
        length = min(end, midnight + _DAY) - max(start, midnight)
        yield midnight.date(), length
        midnight += _DAY
